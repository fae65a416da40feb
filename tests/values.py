"""Small values that many tests need: a configuration as TOML would give it, messages, a clock."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from daemon.model import Address, Category, Decision, Kind, Message, MessageKey, RawMessage, Reason, Verdict

NOW = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


class StillClock:
    """A clock that moves when told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def advance(self, **span: float) -> datetime:
        self.time += timedelta(**span)
        return self.time


def raw_config(**tables: Any) -> dict[str, Any]:
    """A small, complete configuration; a table given as a dict is merged, as a list replaced."""
    raw: dict[str, Any] = {
        "organisation": {
            "name": "Stadt Musterlingen",
            "timezone": "Europe/Berlin",
            "country": "DE",
            "subdivision": "HE",
            "languages": ["de", "en", "fr", "it"],
        },
        "mailbox": [
            {
                "name": "buergerpost",
                "host": "localhost",
                "port": 1143,
                "security": "none",
                "username": "buergerpost",
                "password": "secret",
                "acknowledge_since": datetime(2026, 1, 1, tzinfo=UTC),
            }
        ],
        "smtp": {
            "host": "localhost",
            "port": 1025,
            "security": "none",
            "from": "Stadt Musterlingen <buergerpost@musterlingen.example>",
        },
        "database": {"url": "sqlite:///anliegen.db"},
        "department": [
            {"key": "abfall", "name": "Abfallwirtschaft", "deliver": [{"mail": "abfall@musterlingen.example"}]},
            {"key": "bauamt", "name": "Bauamt", "answer_days": 10},
            {"key": "tiefbau", "name": "Tiefbauamt"},
            {"key": "zentrale", "name": "Zentrale Dienste"},
        ],
    }
    for key, value in tables.items():
        raw[key] = {**raw.get(key, {}), **value} if isinstance(value, dict) else value
    return raw


def raw_message(data: bytes, uid: int = 1, received_at: datetime = NOW, uidvalidity: int = 7) -> RawMessage:
    key = MessageKey("buergerpost", uidvalidity, uid)
    return RawMessage(key, data, received_at, len(data), hashlib.sha256(data).hexdigest())


def message(**changes: Any) -> Message:
    """A citizen's plain mail, already parsed."""
    plain = Message(
        sha256="00" * 32,
        size=100,
        headers=(("From", "Erika Muster <erika@citizen.example>"), ("Subject", "Schlagloch")),
        subject="Schlagloch",
        from_=(Address("Erika Muster", "erika@citizen.example"),),
        sender=(),
        reply_to=(),
        to=(Address("", "buergerpost@musterlingen.example"),),
        cc=(),
        message_id="<1@citizen.example>",
        in_reply_to=(),
        references=(),
        date="Tue, 03 Mar 2026 09:59:00 +0100",
        content_type="text/plain",
        content_params=(),
        content_types=("text/plain",),
        text="In der Gartenstraße ist ein Schlagloch.",
        own_text="In der Gartenstraße ist ein Schlagloch.",
        quoted_text="",
        signature="",
        attachments=(),
        report=None,
        fingerprint="fp-1",
    )
    return replace(plain, **changes)


def verdict(**changes: Any) -> Verdict:
    plain = Verdict(Kind.PERSON, True, None, Address("Erika Muster", "erika@citizen.example"))
    return replace(plain, **changes)


def decision(**changes: Any) -> Decision:
    plain = Decision(
        language="de",
        category=Category.COMPLAINT,
        confidence=0.99,
        unsure=False,
        department="tiefbau",
        department_by="model",
        department_confidence=0.97,
        department_unsure=False,
        queue="tiefbau",
        acknowledge=True,
        reason=None,
    )
    return replace(plain, **changes)


def reason(signal: str = "auto_submitted") -> Reason:
    return Reason(signal, "auto-replied", "RFC 3834 §2")
