"""What there is to learn from: tickets that staff corrected, and texts that the administrator gave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from daemon.model import Role
from daemon.store.database import Database
from daemon.tables import CounterRow, LessonRow, MessageRow, TicketEvent, TicketRow

#: What the program does by itself; a person at the prompt always goes by another name.
DAEMON = "anliegen"
#: So many of either are learnt from, the last ones: else each year's nights would be longer than those before.
MOST = 1500


@dataclass(frozen=True, slots=True)
class Marks:
    """How much there is to learn from: the last correction and lesson, and how many lessons."""

    events_until: int = 0
    lessons_until: int = 0
    lessons: int = 0


@dataclass(frozen=True, slots=True)
class Corrected:
    """A ticket that staff corrected, the message that opened it, and which of its labels they set."""

    ticket: TicketRow
    message: MessageRow
    fields: frozenset[str]
    event: int


@dataclass(frozen=True, slots=True)
class Taught:
    """A text that the administrator gave, as it stood in a file."""

    subject: str
    text: str
    language: str | None
    category: str | None
    topic: str | None
    department: str | None

    def row(self, number: int, source: str, at: datetime) -> LessonRow:
        """The lesson as it is stored."""
        return LessonRow(
            id=number,
            source=source,
            at=at,
            subject=self.subject,
            text=self.text,
            language=self.language,
            category=self.category,
            topic=self.topic,
            department=self.department,
        )


class Lessons:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def marks(self) -> Marks:
        """How much there is to learn from now."""
        with self.database.transaction() as session:
            return marks(session)

    def corrected(self, until: int | None = None, most: int = MOST) -> list[Corrected]:
        """Tickets whose category or department a person set, up to an event, with the message that opened them; the
        last ones where there are many."""
        events = select(TicketEvent.ticket_id, TicketEvent.what, func.max(TicketEvent.id)).where(*_corrections())
        if until is not None:
            events = events.where(col(TicketEvent.id) <= until)
        with self.database.transaction() as session:
            fields: dict[int, dict[str, int]] = {}
            for ticket_id, what, event in session.exec(events.group_by(col(TicketEvent.ticket_id), TicketEvent.what)):
                fields.setdefault(ticket_id, {})[what] = event or 0
            last = sorted(fields, key=lambda ticket_id: max(fields[ticket_id].values()))[-most:]
            query = (
                select(TicketRow, MessageRow)
                .join(MessageRow, col(MessageRow.ticket_id) == col(TicketRow.id))
                .where(MessageRow.role == Role.FIRST, col(TicketRow.id).in_(last))
                .order_by(col(TicketRow.id))
            )
            return [
                Corrected(ticket, message, frozenset(fields[ticket.id or 0]), max(fields[ticket.id or 0].values()))
                for ticket, message in session.exec(query)
            ]

    def given(self, until: int | None = None, most: int = MOST) -> list[LessonRow]:
        """What the administrator gave, up to a number; the last ones where there are many."""
        query = select(LessonRow).order_by(col(LessonRow.id).desc()).limit(most)
        if until is not None:
            query = query.where(col(LessonRow.id) <= until)
        with self.database.transaction() as session:
            return list(session.exec(query))[::-1]

    def teach(self, source: str, lessons: Iterable[Taught], now: datetime) -> int:
        """Keep a file's lessons in place of those that it had before; how many those were."""
        with self.database.transaction() as session:
            gone = session.exec(delete(LessonRow).where(col(LessonRow.source) == source)).rowcount
            # a number is never given twice, as the database would after a deletion: what is new has to look new
            counter = self.database.locked(session, CounterRow, "lesson", value=0)
            first, rows = counter.value + 1, list(lessons)
            counter.value += len(rows)
            session.add_all(each.row(number, source, now) for number, each in enumerate(rows, first))
            return int(gone)

    def sources(self) -> list[tuple[str, int]]:
        """The files that were taught, and how many lessons each has."""
        query = select(LessonRow.source, func.count()).group_by(LessonRow.source).order_by(LessonRow.source)
        with self.database.transaction() as session:
            return list(session.exec(query))


def marks(session: Session) -> Marks:
    """How much there is to learn from, in a transaction that has begun."""
    event = session.exec(select(func.max(TicketEvent.id)).where(*_corrections())).one()
    lesson, count = session.exec(select(func.max(LessonRow.id), func.count())).one()
    return Marks(event or 0, lesson or 0, count)


def _corrections() -> tuple[Any, Any]:
    return col(TicketEvent.what).in_(("category", "department")), TicketEvent.actor != DAEMON
