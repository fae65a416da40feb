"""The ticket as JSON, and that its document tells of every field."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from daemon.model import Attachment, Reason, RequestedTime
from daemon.rendering import WebhookFacts
from tests import values
from tests.rendering import renderer

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "webhook.md"


def payload(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "ticket": "2026-000123",
        "mailbox": "buergerpost",
        "message": values.message(),
        "decision": values.decision(),
        "department": "tiefbau",
        "received_at": values.NOW,
        "now": values.NOW + timedelta(seconds=7),
    }
    loaded = json.loads(renderer().webhook(WebhookFacts(**(facts | changes))))
    assert isinstance(loaded, dict)
    return loaded


def test_every_field_is_documented_and_every_documented_field_is_there() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(payload())


def test_the_ticket_is_told_in_full() -> None:
    zone = timezone(timedelta(hours=1))
    found = payload(
        message=values.message(attachments=(Attachment("Foto.jpg", "image/jpeg", 5),)),
        decision=values.decision(
            reason=Reason("x", "y", "RFC 3834 §2"),
            requested_times=(RequestedTime("Montag um 9", datetime(2026, 3, 9, 9, 0, tzinfo=zone)),),
        ),
    )
    assert found["schema"] == "anliegen/ticket/1"
    assert found["event"] == "ticket_opened"
    assert found["number"] == "2026-000123"
    assert found["from"] == {"address": "erika@citizen.example", "name": "Erika Muster"}
    assert found["text"] == "In der Gartenstraße ist ein Schlagloch."
    assert found["received_at"] == "2026-03-03T09:00:00Z"
    assert found["sent_at"] == "2026-03-03T09:00:07Z"
    assert found["attachments"] == [{"name": "Foto.jpg", "content_type": "image/jpeg", "size": 5}]
    assert found["requested_times"] == [{"text": "Montag um 9", "start": "2026-03-09T09:00:00+01:00", "end": None}]
    assert found["ack_withheld"] == {"signal": "x", "value": "y", "rule": "RFC 3834 §2"}


def test_a_further_message_is_another_event() -> None:
    assert payload(further=True)["event"] == "message_added"


def test_half_characters_and_a_missing_sender_do_not_stop_it() -> None:
    found = payload(message=values.message(subject="a\ud800\x00b", text="c\udfffd", from_=(), sender=()))
    assert (found["subject"], found["text"], found["from"]) == ("ab", "cd", None)
