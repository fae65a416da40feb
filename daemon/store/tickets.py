"""What staff see and change: tickets, their history, the outbox as a list.

Every method is one transaction. What was decided is shown as it was stored, never recomputed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from daemon.model import DeliveryStatus, MessageKey, Planned, Role
from daemon.store.database import Database
from daemon.store.rows import delivery, write
from daemon.tables import DeliveryRow, MessageBytes, MessageRow, TicketEvent, TicketRow


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One delivery as staff see it."""

    id: int
    ticket: str | None
    target: str
    address: str
    status: str
    at: datetime
    attempts: int
    why: str | None
    not_before: datetime | None
    deadline: datetime | None
    message_id: str | None
    bounced_at: datetime | None
    bounce_status: str | None
    dismissed_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of a ticket's history."""

    at: datetime
    actor: str
    what: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as stored, with its deliveries and how many messages it has."""

    row: TicketRow
    messages: int
    deliveries: tuple[DeliveryView, ...]

    @property
    def acknowledgement(self) -> DeliveryView | None:
        return next((d for d in self.deliveries if d.target == "acknowledgement"), None)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which tickets: every one that is set must hold."""

    department: str | None = None
    category: str | None = None
    status: str | None = None
    since: datetime | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """A correction by staff: what is None stays."""

    category: str | None = None
    department: str | None = None
    status: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """The message that opened a ticket: its row and, while they are kept, its octets."""

    row: MessageRow
    data: bytes | None


class Tickets:
    """Reading and correcting tickets."""

    #: Tickets read at once while listing: bounds memory, whatever the size of the database.
    PAGE = 500

    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self, filters: Filters) -> Iterator[TicketView]:
        """Tickets, oldest first, page by page."""
        last = self._before(filters.since) if filters.since else 0
        while True:
            with self.database.transaction() as session:
                rows = session.exec(_query(filters).where(col(TicketRow.id) > last).limit(self.PAGE)).all()
                page = _views(session, rows)
            if not page:
                return
            yield from page
            last = page[-1].row.id or 0

    def _before(self, since: datetime) -> int:
        """A ticket id below all that were received since then: what is older need not be looked at."""
        with self.database.transaction() as session:
            # "+ 0": else SQLite seeks the least id by walking from the oldest ticket on
            least = select(func.min(col(TicketRow.id) + 0)).where(TicketRow.received_at >= since)
            return (session.exec(least).one() or 1) - 1

    def find(self, number: str) -> TicketView | None:
        """One ticket by its number."""
        return next(self.all(Filters(number=number)), None)

    def number_at(self, key: MessageKey) -> str | None:
        """The number of the ticket that the message at a place opened."""
        query = (
            select(TicketRow.number)
            .join(MessageRow, col(MessageRow.ticket_id) == col(TicketRow.id))
            .where(
                MessageRow.mailbox == key.mailbox,
                MessageRow.folder == key.folder,
                MessageRow.uidvalidity == key.uidvalidity,
                MessageRow.uid == key.uid,
            )
        )
        with self.database.transaction() as session:
            return session.exec(query).first()

    def history(self, number: str) -> list[EventView]:
        """What happened to a ticket, oldest first."""
        query = (
            select(TicketEvent)
            .join(TicketRow, col(TicketRow.id) == col(TicketEvent.ticket_id))
            .where(TicketRow.number == number)
            .order_by(col(TicketEvent.id))
        )
        with self.database.transaction() as session:
            return [EventView(e.at, e.actor, e.what, e.old, e.new) for e in session.exec(query)]

    def original(self, number: str) -> Original | None:
        """The message that opened a ticket."""
        query = (
            select(MessageRow)
            .join(TicketRow, col(TicketRow.id) == col(MessageRow.ticket_id))
            .where(TicketRow.number == number, MessageRow.role == Role.FIRST)
        )
        with self.database.transaction() as session:
            row = session.exec(query).first()
            if row is None:
                return None
            kept = session.get(MessageBytes, row.id)
            return Original(row, kept.data if kept else None)

    def change(
        self, number: str, changes: Changes, queue: str | None, deliveries: Sequence[Planned], now: datetime, actor: str
    ) -> bool:
        """Correct a ticket and write its history; False where there is none with that number."""
        with self.database.transaction() as session:
            ticket = session.exec(select(TicketRow).where(TicketRow.number == number)).first()
            if ticket is None or ticket.id is None:
                return False
            if changes.note:
                session.add(TicketEvent(ticket_id=ticket.id, at=now, actor=actor, what="note", new=changes.note))
            for field in ("category", "department", "status"):
                _set(session, ticket, field, getattr(changes, field), now, actor)
            if changes.category:
                ticket.unsure, ticket.confidence = False, 1.0
            if changes.department:
                ticket.queue, ticket.department_by = queue or changes.department, "staff"
                ticket.department_unsure, ticket.department_confidence = False, 1.0
            original = select(MessageRow.id).where(MessageRow.ticket_id == ticket.id, MessageRow.role == Role.FIRST)
            message_id = session.exec(original).first()
            write(session, DeliveryRow, [delivery(each, ticket.id, message_id, now) for each in deliveries])
            ticket.updated_at = now
            return True

    def counted(self) -> int:
        """How many tickets there are."""
        with self.database.transaction() as session:
            return session.exec(select(func.count()).select_from(TicketRow)).one()

    def outbox(self, statuses: Collection[DeliveryStatus], *, limit: int = 10_000) -> list[DeliveryView]:
        """Deliveries in one of these states, oldest first."""
        query = (
            select(DeliveryRow, TicketRow.number)
            .join(TicketRow, col(TicketRow.id) == col(DeliveryRow.ticket_id), isouter=True)
            .where(col(DeliveryRow.status).in_(statuses))
            .order_by(col(DeliveryRow.id))
            .options(defer(DeliveryRow.data))  # type: ignore[arg-type]
            .limit(limit)
        )
        with self.database.transaction() as session:
            return [_delivery(row, number) for row, number in session.exec(query)]


def _query(filters: Filters) -> Any:
    query = select(TicketRow).order_by(col(TicketRow.id))
    if filters.department:
        query = query.where(TicketRow.queue == filters.department)
    if filters.category:
        query = query.where(TicketRow.category == filters.category)
    if filters.status:
        query = query.where(TicketRow.status == filters.status)
    if filters.since:
        query = query.where(TicketRow.received_at >= filters.since)
    if filters.number:
        query = query.where(TicketRow.number == filters.number)
    return query


def _views(session: Session, rows: Sequence[TicketRow]) -> list[TicketView]:
    ids = [row.id for row in rows]
    counting = (
        select(MessageRow.ticket_id, func.count())
        .where(col(MessageRow.ticket_id).in_(ids), col(MessageRow.role).in_((Role.FIRST, Role.FURTHER)))
        .group_by(col(MessageRow.ticket_id))
    )
    counts: dict[int | None, int] = dict(session.exec(counting).all())
    deliveries = defaultdict(list)
    numbers = {row.id: row.number for row in rows}
    query = select(DeliveryRow).where(col(DeliveryRow.ticket_id).in_(ids)).order_by(col(DeliveryRow.id))
    for row in session.exec(query.options(defer(DeliveryRow.data))):  # type: ignore[arg-type]
        deliveries[row.ticket_id].append(_delivery(row, numbers[row.ticket_id]))
    return [TicketView(row, counts.get(row.id, 0), tuple(deliveries[row.id])) for row in rows]


def _delivery(row: DeliveryRow, number: str | None) -> DeliveryView:
    return DeliveryView(
        id=row.id or 0,
        ticket=number,
        target=row.target,
        address=row.address,
        status=row.status,
        at=row.at,
        attempts=row.attempts,
        why=row.why,
        not_before=row.not_before,
        deadline=row.deadline,
        message_id=row.mail_message_id,
        bounced_at=row.bounced_at,
        bounce_status=row.bounce_status,
        dismissed_at=row.dismissed_at,
    )


def _set(session: Session, ticket: TicketRow, field: str, value: str | None, now: datetime, actor: str) -> None:
    old = getattr(ticket, field)
    if value is None:
        return
    setattr(ticket, field, value)
    session.add(TicketEvent(ticket_id=ticket.id or 0, at=now, actor=actor, what=field, old=old, new=value))
