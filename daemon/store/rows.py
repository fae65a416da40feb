"""From what was decided to the rows that keep it.

A batch is written by column and value, many rows a statement (decision 0110): every column that may not be
empty has to be named here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Table, insert, inspect
from sqlmodel import Session, SQLModel

from daemon.model import DeliveryStatus, Message, MessageKey, Planned, Record, Role, TicketStatus

#: A row by the names of its columns.
Values = dict[str, object]

#: What a delivery is until it is settled.
OPEN = (DeliveryStatus.WAITING, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING, DeliveryStatus.IN_DOUBT)


def table(row: type[SQLModel]) -> Table:
    """The table of a row's class."""
    found = inspect(row).local_table
    assert isinstance(found, Table)
    return found


def write(session: Session, row: type[SQLModel], values: Sequence[Values]) -> None:
    """Insert rows, all of them by one statement."""
    if values:
        session.connection().execute(insert(table(row)), values)


def write_numbered(session: Session, row: type[SQLModel], values: Sequence[Values]) -> list[int]:
    """Insert rows whose `id` the database gives; the ids, in the same order."""
    if not values:
        return []
    ids = table(row).c.id
    return list(session.connection().scalars(insert(table(row)).returning(ids, sort_by_parameter_order=True), values))


def place(key: MessageKey) -> Values:
    """The columns that say where a message lies."""
    return {"mailbox": key.mailbox, "folder": key.folder, "uidvalidity": key.uidvalidity, "uid": key.uid}


def message(record: Record, ticket_id: int | None, now: datetime) -> Values:
    """The row of a message."""
    raw, message, verdict = record.raw, record.message, record.verdict
    author = verdict.answer_to if verdict.answer_to and record.role is not Role.ASIDE else message.author
    return place(raw.key) | dict(  # noqa: C408 columns read as names
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


def quarantined(record: Record, now: datetime, limit: int) -> Values:
    """The row of a message that could not be read; its octets are kept up to `limit`."""
    raw = record.raw
    return place(raw.key) | {
        "sha256": raw.sha256,
        "size": raw.size,
        "reason": record.quarantine or "",
        "status": "waiting",
        "received_at": raw.received_at,
        "at": now,
        "data": raw.data if raw.complete and raw.size <= limit else None,
    }


def ticket(record: Record, now: datetime) -> Values:
    """The row of a new ticket."""
    message, verdict, decision = record.message, record.verdict, record.decision
    assert decision is not None and record.number is not None
    author = verdict.answer_to or message.author
    reason = decision.reason
    return dict(  # noqa: C408 columns read as names
        number=record.number,
        channel="email",
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
        status=TicketStatus.OPEN,
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
        "guessed": [*(["category"] * decision.unsure), *(["department"] * decision.department_unsure)],
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


def event(ticket_id: int, now: datetime, what: str, new: str | None, *, actor: str = "anliegen") -> Values:
    """A line of a ticket's history."""
    return {"ticket_id": ticket_id, "at": now, "actor": actor, "what": what, "old": None, "new": new}


def delivery(planned: Planned, ticket_id: int | None, message_id: int | None, now: datetime) -> Values:
    """The outbox row of a planned delivery."""
    return dict(  # noqa: C408 columns read as names
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
        attempts=0,
        doubts=0,
        why=planned.why,
        created_at=now,
        not_before=planned.not_before or now,
        deadline=planned.deadline,
        at=now,
    )
