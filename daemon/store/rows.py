"""From what was decided to the rows that keep it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from daemon.model import DeliveryStatus, Message, Planned, Record, Role
from daemon.tables import DeliveryRow, MessageRow, TicketRow

#: What a delivery is until it is settled.
OPEN = (DeliveryStatus.WAITING, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING, DeliveryStatus.IN_DOUBT)


def message_row(record: Record, ticket_id: int | None, now: datetime) -> MessageRow:
    raw, message, verdict = record.raw, record.message, record.verdict
    author = verdict.answer_to if verdict.answer_to and record.role is not Role.ASIDE else message.author
    return MessageRow(
        **asdict(raw.key),
        sha256=raw.sha256,
        fingerprint=message.fingerprint,
        size=raw.size,
        complete=raw.complete,
        message_id=message.message_id,
        kind=verdict.kind,
        role=record.role,
        signal=verdict.reason.signal if verdict.reason else None,
        signal_value=verdict.reason.value if verdict.reason else None,
        signal_rule=verdict.reason.rule if verdict.reason else None,
        from_address=author.addr if author else None,
        from_name=author.name if author else None,
        subject=message.subject,
        date_text=message.date,
        language=record.decision.language if record.decision else None,
        text=_kept_text(record, message),
        attachments=[asdict(attachment) for attachment in message.attachments],
        received_at=raw.received_at,
        recorded_at=now,
        ticket_id=ticket_id,
        linked_ticket_id=record.linked,
    )


def _kept_text(record: Record, message: Message) -> str:
    """The whole text opens a ticket; of what follows only the new words are kept."""
    return message.text if record.role in (Role.FIRST, Role.ASIDE) else message.own_text


def ticket_row(record: Record, now: datetime) -> TicketRow:
    message, verdict, decision = record.message, record.verdict, record.decision
    assert decision is not None and record.number is not None
    author = verdict.answer_to or message.author
    reason = decision.reason
    return TicketRow(
        number=record.number,
        mailbox=record.raw.key.mailbox,
        message_id=message.message_id,
        sha256=record.raw.sha256,
        from_address=author.addr if author else None,
        from_name=author.name if author else None,
        subject=message.subject,
        language=decision.language,
        received_at=record.raw.received_at,
        category=decision.category,
        confidence=decision.confidence,
        unsure=decision.unsure,
        department=decision.department,
        department_by=decision.department_by,
        department_confidence=decision.department_confidence,
        department_unsure=decision.department_unsure,
        queue=decision.queue,
        priority=decision.priority,
        tags=list(decision.tags),
        ack_withheld=reason.signal if reason else None,
        ack_withheld_value=reason.value if reason else None,
        ack_withheld_rule=reason.rule if reason else None,
        reasons=reasons(record),
        model=decision.model,
        updated_at=now,
    )


def reasons(record: Record) -> dict[str, object]:
    """Why it was decided so, as stored with the ticket and shown to staff."""
    decision, verdict = record.decision, record.verdict
    assert decision is not None
    return {
        "rules": [asdict(hit) for hit in decision.rules],
        "evidence": list(decision.evidence),
        "category_runners_up": [asdict(runner) for runner in decision.category_runners_up],
        "department_runners_up": [asdict(runner) for runner in decision.department_runners_up],
        "requested_times": [
            {
                "text": wish.text,
                "start": wish.start.isoformat() if wish.start else None,
                "end": wish.end.isoformat() if wish.end else None,
            }
            for wish in decision.requested_times
        ],
        "signals": [asdict(signal) for signal in verdict.signals],
        "kind": verdict.kind,
    }


def delivery_row(planned: Planned, ticket_id: int | None, message_id: int | None, now: datetime) -> DeliveryRow:
    """The outbox row of a planned delivery."""
    return DeliveryRow(
        ticket_id=ticket_id,
        message_id=message_id,
        target=planned.target,
        door=planned.door,
        address=planned.address,
        department=planned.department,
        mail_message_id=planned.message_id,
        envelope_from=planned.envelope_from,
        data=planned.data,
        size=len(planned.data or b""),
        status=planned.status,
        why=planned.why,
        created_at=now,
        not_before=planned.not_before or now,
        deadline=planned.deadline,
        at=now,
    )
