"""A database as it is after years: many settled tickets, and what the daemon asks of it every day.

Used by the check of query plans and by the growth measurement. `fill` writes rows as they are once everything is
sent; `questions` are the store's calls whose cost must not follow the size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from daemon.model import DeliveryStatus, MessageKey, Sent
from daemon.store import Question, Store
from daemon.store.arrivals import arrivals
from daemon.store.tickets import Filters
from daemon.tables import DeliveryRow, MessageRow, TicketEvent, TicketRow
from tests.values import NOW

CHUNK = 5_000
DEPARTMENTS = ("tiefbau", "einwohnerdienste", "zentrale", "gruen", "abfall")
CATEGORIES = ("complaint", "suggestion", "praise", "appointment", "other")
#: A town's day, whatever the size of its history.
A_DAY = 300


def fill(store: Store, count: int, first: int = 1) -> None:
    """Add that many settled tickets with message, history and acknowledgement; the newest arrived just now."""
    for low in range(first, first + count, CHUNK):
        numbers = range(low, min(low + CHUNK, first + count))
        with store.database.transaction() as session:
            for table, rows in _rows(numbers, first + count - 1):
                session.execute(insert(table), rows)


def _rows(numbers: Sequence[int], last: int) -> Iterator[tuple[type[SQLModel], list[dict[str, Any]]]]:
    at = {number: NOW - timedelta(days=1) * ((last - number) / A_DAY) for number in numbers}
    yield TicketRow, [_ticket(number, at[number]) for number in numbers]
    yield MessageRow, [_message(number, at[number]) for number in numbers]
    yield DeliveryRow, [_delivery(number, at[number]) for number in numbers]
    opened = [{"ticket_id": n, "at": at[n], "actor": "anliegen", "what": "opened", "new": "other"} for n in numbers]
    corrected = [
        {"ticket_id": n, "at": at[n], "actor": "erika", "what": "category", "new": "praise"}
        for n in numbers
        if n % 50 == 0
    ]
    yield TicketEvent, [{"old": None} | event for event in opened + corrected]


def _person(number: int) -> str:
    return f"buerger{number % 40_000}@citizen.example"


def _digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


def _ticket(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "number": f"2020-{number:07d}",
        "mailbox": "buergerpost",
        "message_id": f"<mail-{number}@citizen.example>",
        "sha256": _digest(number),
        "from_address": _person(number),
        "subject": f"Laterne {number}",
        "language": "de",
        "received_at": at,
        "category": CATEGORIES[number % 5],
        "confidence": 0.9,
        "unsure": False,
        "department": DEPARTMENTS[number % 5],
        "department_by": "model",
        "department_confidence": 0.9,
        "department_unsure": False,
        "queue": DEPARTMENTS[number % 5],
        "status": "closed" if number % 100 else "open",
        "tags": [],
        "reasons": {},
        "ack_withheld": None if number % 10 else "daily_limit",
        "updated_at": at,
    }


def _message(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "mailbox": "buergerpost",
        "folder": "INBOX",
        "uidvalidity": 7,
        "uid": number,
        "sha256": _digest(number),
        "fingerprint": _digest(number),
        "size": 20_000,
        "message_id": f"<mail-{number}@citizen.example>",
        "kind": "citizen",
        "role": "first" if number % 20 else "aside",
        "from_address": _person(number),
        "subject": f"Laterne {number}",
        "attachments": [],
        "text": f"Guten Tag, die Laterne {number} an der Bahnhofstrasse ist seit Tagen dunkel. Freundliche Grüsse",
        "received_at": at,
        "recorded_at": at,
        "settled_at": at,
        "moved_folder": "Bearbeitet",
        "moved_uidvalidity": 8,
        "moved_uid": number,
        "ticket_id": number,
    }


def _delivery(number: int, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "ticket_id": number,
        "message_id": number,
        "target": "acknowledgement",
        "door": "smtp",
        "address": _person(number),
        "mail_message_id": f"<ack-{number}@musterlingen.example>",
        "status": DeliveryStatus.SENT if number % 10 else DeliveryStatus.WITHHELD,
        "attempts": 1,
        "created_at": at,
        "not_before": at,
        "deadline": at + timedelta(days=1),
        "at": at,
        "bounced_at": None if number % 200 else at,
        "bounce_status": None if number % 200 else "5.1.1",
    }


def questions(store: Store, count: int) -> dict[str, Callable[[], object]]:
    """What is asked all day, named; none of it may cost more the more there is."""
    since, day = NOW - timedelta(hours=1), NOW - timedelta(days=1)
    keys = [MessageKey("buergerpost", 7, uid, "INBOX") for uid in range(count - 25, count + 25)]
    batch = Question(
        fingerprints=[_digest(number) for number in range(count - 25, count + 25)],
        message_ids=[f"<ack-{number}@musterlingen.example>" for number in range(count - 25, count + 25)],
        numbers=[f"2020-{number:07d}" for number in range(count - 25, count + 25)],
        addresses=[_person(number) for number in range(50)],
    )
    one = Filters(number=f"2020-{count // 2:07d}")
    return {
        "which of 50 are known": lambda: store.journal.known(keys),
        "open attempts": lambda: store.journal.open_attempts("buergerpost"),
        "the past of a batch of 50": lambda: store.journal.past(batch, NOW),
        "settle 50": lambda: store.journal.settled(dict.fromkeys(keys, (8, 1)), "Bearbeitet", NOW),
        "recognise 50 by their digests": lambda: store.journal.hashes("buergerpost", batch.fingerprints),
        "delete originals no longer needed": lambda: store.journal.purge(NOW),
        "claim what is due": lambda: store.outbox.claim("w", NOW, count=50, octets=1_000_000),
        "write an outcome": lambda: store.outbox.close([(count // 2, Sent())], "w", NOW),
        "when the next is due": store.watch.next_due,
        "whether something is due": lambda: store.watch.open_now(NOW),
        "take over what the dead left": lambda: store.outbox.recover(NOW, alone=False),
        "look after the clock": lambda: store.outbox.set_back(NOW),
        "which run late": lambda: store.watch.late(NOW),
        "which doors are shut": store.watch.pauses,
        "one ticket": lambda: next(store.tickets.all(one)),
        "its history": lambda: store.tickets.history(one.number or ""),
        "its original": lambda: store.tickets.original(one.number or ""),
        "where a mail went": lambda: store.tickets.number_at(keys[0]),
        "the day's figures": lambda: store.figures.counts(day),
        "the day's withheld": lambda: store.figures.withheld(day),
        "the day set aside": lambda: store.aside.all(day),
        "the outbox as a list": lambda: store.tickets.outbox([DeliveryStatus.WAITING, DeliveryStatus.IN_DOUBT]),
        "the newest arrivals": lambda: arrivals(store.database, count - 50),
        "a department's open tickets of the hour": lambda: list(
            store.tickets.all(Filters(department="tiefbau", status="open", since=since))
        ),
        "a category's tickets of the day": lambda: list(store.tickets.all(Filters(category="praise", since=day))),
    }
