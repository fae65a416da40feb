"""What commands print with --json: tickets, their history, what was set aside, quarantine. Binding: fields may grow, none changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from daemon.store.tickets import DeliveryView, EventView, TicketView
from daemon.tables import MessageRow, QuarantineRow


def aside(row: MessageRow) -> dict[str, object]:
    """What `tickets aside --json` says of one message."""
    return {
        "id": row.id,
        "mailbox": row.mailbox,
        "message_id": row.message_id,
        "sha256": row.sha256,
        "from": row.from_address,
        "subject": row.subject,
        "received_at": stamp(row.received_at),
        "kind": row.kind,
        "reason": {"signal": row.signal, "value": row.signal_value, "rule": row.signal_rule} if row.signal else None,
    }


def quarantined(row: QuarantineRow) -> dict[str, object]:
    """What `quarantine list --json` says of one message."""
    return {
        "id": row.id,
        "mailbox": row.mailbox,
        "sha256": row.sha256,
        "size": row.size,
        "status": row.status,
        "reason": row.reason,
        "received_at": stamp(row.received_at),
        "at": stamp(row.at),
    }


def ticket(view: TicketView) -> dict[str, object]:
    """The public JSON object of `tickets --json`; docs/commands.md describes it."""
    row, ack = view.row, view.acknowledgement
    sent = ack is not None and ack.status == "sent"
    return {
        "number": row.number,
        "mailbox": row.mailbox,
        "channel": row.channel,
        "message_id": row.message_id,
        "sha256": row.sha256,
        "from": row.from_address,
        "subject": row.subject,
        "language": row.language,
        "received_at": stamp(row.received_at),
        "category": row.category,
        "confidence": round(row.confidence, 4),
        "unsure": row.unsure,
        "department": row.department,
        "department_by": row.department_by,
        "department_confidence": round(row.department_confidence, 4),
        "department_unsure": row.department_unsure,
        "queue": row.queue,
        "status": row.status,
        "priority": row.priority,
        "tags": row.tags,
        "acknowledged_at": stamp(ack.at) if ack and sent else None,
        "ack_message_id": ack.message_id if ack else None,
        "ack_withheld": row.ack_withheld if ack is None or ack.status == "withheld" else None,
        "messages": view.messages,
        "deliveries": [_delivery(delivery) for delivery in view.deliveries],
    }


def history(history: Sequence[EventView]) -> list[dict[str, object]]:
    """What `tickets show --json` says of a ticket's history, oldest first."""
    return [
        {"at": stamp(line.at), "actor": line.actor, "what": line.what, "old": line.old, "new": line.new}
        for line in history
    ]


def _delivery(delivery: DeliveryView) -> dict[str, object]:
    return {"target": delivery.target, "status": delivery.status, "at": stamp(delivery.at), "why": delivery.why}


def stamp(moment: datetime) -> str:
    """A moment as every JSON object says it: ISO 8601 in UTC, whole seconds."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
