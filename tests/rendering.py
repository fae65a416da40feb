"""Facts and configurations for tests of what is rendered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from daemon.config import Config, parse
from daemon.model import Address, Category
from daemon.rendering import AckFacts, ForwardFacts, Renderer
from tests import values

_LONG_DAY = ["08:00-12:30", "13:30-16:30"]
HOURS = {"mon": _LONG_DAY, "tue": _LONG_DAY, "wed": _LONG_DAY, "thu": ["13:30-19:00"], "fri": ["07:15-13:30"]}
TOKEN = "[#2026-000123-K7QX3M]"
DEPARTMENTS = [
    {
        "key": "tiefbau",
        "name": "Tiefbauamt",
        "names": {"en": "Roads Department", "fr": "Service des routes", "it": "Ufficio strade"},
        "phone": "+49 (0)6123 456-78",
        "hours": HOURS,
        "phone_hours": {"mon": ["09:00-12:00"]},
        "address": "Bauhof 2, 12345 Musterlingen",
        "appointment_url": "https://www.musterlingen.example/termin",
        "answer_days": 10,
    },
    {"key": "zentrale", "name": "Zentrale Dienste", "phone": "06123 456-0", "answer_days": 5},
]


def config(base: Path = Path(), **tables: Any) -> Config:
    tables = {"department": DEPARTMENTS, **tables}
    return parse(values.raw_config(**tables), base)


def renderer(base: Path = Path(), **tables: Any) -> Renderer:
    return Renderer(config(base, **tables))


def ack_facts(**changes: Any) -> AckFacts:
    plain = AckFacts(
        ticket="2026-000123",
        token=TOKEN,
        to=Address("Erika Muster", "erika@citizen.example"),
        message=values.message(),
        language="de",
        category=Category.COMPLAINT,
        unsure=False,
        department="tiefbau",
        department_unsure=False,
        received_at=values.NOW,
        message_id="<ack.1@musterlingen.example>",
        now=values.NOW,
    )
    return replace(plain, **changes)


def forward_facts(**changes: Any) -> ForwardFacts:
    plain = ForwardFacts(
        ticket="2026-000123",
        token=TOKEN,
        to=Address("Tiefbauamt", "tiefbau@musterlingen.example"),
        reply_to=Address("Erika Muster", "erika@citizen.example"),
        message=values.message(),
        original=b"Subject: Schlagloch\r\n\r\nIn der Gartenstrasse\r\n",
        decision=values.decision(),
        department="tiefbau",
        received_at=values.NOW,
        where="buergerpost: Bearbeitet",
        message_id="<forward.1@musterlingen.example>",
        now=values.NOW,
    )
    return replace(plain, **changes)
