"""The ticket as JSON for a department's own system. The schema stands in docs/webhook.md and only grows."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

from daemon.model import Address
from daemon.rendering.facts import WebhookFacts
from daemon.rendering.parts import clean

SCHEMA = "anliegen/ticket/1"


def payload(facts: WebhookFacts) -> bytes:
    """UTF-8 JSON. Times are ISO 8601 in UTC, wished-for times with their own offset."""
    message, decision = facts.message, facts.decision
    ticket = {
        "schema": SCHEMA,
        "event": "message_added" if facts.further else "ticket_opened",
        "sent_at": _utc(facts.now),
        "number": facts.ticket,
        "channel": "email",
        "mailbox": facts.mailbox,
        "target_department": facts.department,
        "message_id": message.message_id,
        "sha256": message.sha256,
        "size": message.size,
        "from": _address(message.author),
        "reply_to": [_address(address) for address in message.reply_to],
        "subject": _text(message.subject),
        "text": _text(message.text),
        "attachments": [
            {"name": _text(a.name), "content_type": _text(a.content_type), "size": a.size} for a in message.attachments
        ],
        "received_at": _utc(facts.received_at),
        "language": decision.language,
        "category": decision.category,
        "confidence": decision.confidence,
        "unsure": decision.unsure,
        "department": decision.department,
        "department_by": decision.department_by,
        "department_confidence": decision.department_confidence,
        "department_unsure": decision.department_unsure,
        "queue": decision.queue,
        "priority": decision.priority,
        "tags": list(decision.tags),
        "evidence": list(decision.evidence),
        "requested_times": [
            {"text": _text(time.text), "start": _iso(time.start), "end": _iso(time.end)}
            for time in decision.requested_times
        ],
        "acknowledge": decision.acknowledge,
        "ack_withheld": asdict(decision.reason) if decision.reason else None,
    }
    return json.dumps(ticket, ensure_ascii=False, allow_nan=False).encode()


def _address(address: Address | None) -> dict[str, str] | None:
    return {"address": _text(address.addr), "name": _text(address.name)} if address else None


def _text(text: str) -> str:
    # half characters (lone surrogates) cannot be UTF-8
    return clean(text)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
