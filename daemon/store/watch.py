"""What waits in the outbox, and why: looked at by dispatch, `status`, the administrator's warnings.

Changes nothing but what the administrator was told of; the life of a delivery is `outbox`' business.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, update
from sqlalchemy.orm import defer
from sqlmodel import col, select

from daemon.model import DeliveryStatus
from daemon.store.database import Database
from daemon.store.rows import OPEN
from daemon.tables import DeliveryRow, PauseRow, TicketRow

#: How long after its deadline a refused acknowledgement is still told of.
REFUSED_TOLD = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Late:
    """An acknowledgement whose time runs out: its ticket, when, and whether the administrator knows."""

    delivery_id: int
    number: str
    deadline: datetime
    warned: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A door that is in trouble, since when, until when, and whether the administrator knows."""

    door: str
    why: str
    since: datetime
    until: datetime
    told: bool
    waiting: int = 0


class Watch:
    """What is to be known about deliveries that are open. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def pauses(self) -> list[Pause]:
        """Doors in trouble."""
        with self.database.transaction() as session:
            waiting = (
                select(DeliveryRow.door, func.count())
                .where(col(DeliveryRow.status).in_((DeliveryStatus.WAITING, DeliveryStatus.IN_DOUBT)))
                .group_by(DeliveryRow.door)
            )
            counts = dict(session.exec(waiting).all())
            rows = session.exec(select(PauseRow)).all()
            return [
                Pause(row.door, row.why, row.since, row.until, row.told_at is not None, counts.get(row.door, 0))
                for row in rows
            ]

    def told(self, doors: Collection[str], now: datetime) -> None:
        """Note that the administrator was told of these doors."""
        with self.database.transaction() as session:
            session.exec(update(PauseRow).where(col(PauseRow.door).in_(doors)).values(told_at=now))

    def next_due(self) -> datetime | None:
        """When the next delivery or paused door is due; None where nothing waits."""
        with self.database.transaction() as session:
            waiting = col(DeliveryRow.status).in_((DeliveryStatus.WAITING, DeliveryStatus.IN_DOUBT))
            query = (
                select(func.min(DeliveryRow.not_before), PauseRow.until)
                .join(PauseRow, col(PauseRow.door) == col(DeliveryRow.door), isouter=True)
                .where(waiting, col(DeliveryRow.not_before).is_not(None))
                .group_by(col(PauseRow.until))
            )
            due = [max(first, until) if until else first for first, until in session.exec(query) if first]
            return min(due, default=None)

    def open_now(self, now: datetime) -> int:
        """How many deliveries are on their way or due, in-doubt ones that still wait their time excluded."""
        busy = col(DeliveryRow.status).in_((DeliveryStatus.CLAIMED, DeliveryStatus.SENDING))
        due = col(DeliveryRow.status).in_((DeliveryStatus.WAITING, DeliveryStatus.IN_DOUBT)) & (
            col(DeliveryRow.not_before) <= now
        )
        paused = col(DeliveryRow.door).in_(select(PauseRow.door).where(PauseRow.until > now))
        with self.database.transaction() as session:
            query = select(func.count()).select_from(DeliveryRow).where(or_(busy, due & ~paused))
            return session.exec(query).one()

    def held(self, why: str, now: datetime) -> Pause | None:
        """Acknowledgements that wait for that reason, as if a door were shut; None where there are none.

        `told` where the administrator was warned of one of them.
        """
        later = col(DeliveryRow.not_before) > now
        query = select(
            func.count(),
            func.min(DeliveryRow.created_at),
            func.max(DeliveryRow.not_before),
            func.max(DeliveryRow.warned_at),
        ).where(DeliveryRow.status == DeliveryStatus.WAITING, DeliveryRow.why == why, later)
        with self.database.transaction() as session:
            count, since, until, warned = session.exec(query).one()
            if not count:
                return None
            return Pause("acknowledgement.per_hour", why, since, until or now, warned is not None, count)

    def told_held(self, why: str, now: datetime) -> None:
        """Note that the administrator was told of what is held for that reason: on the last of them, which keeps
        the note longest, so that the others can still be warned of when their time runs out."""
        last = (
            select(DeliveryRow)
            .where(DeliveryRow.status == DeliveryStatus.WAITING, DeliveryRow.why == why)
            .order_by(col(DeliveryRow.not_before).desc(), col(DeliveryRow.id).desc())
            .limit(1)
        )
        with self.database.transaction() as session:
            for row in session.exec(last.options(defer(DeliveryRow.data))):  # type: ignore[arg-type]
                row.warned_at = now

    def late(self, before: datetime) -> list[Late]:
        """Acknowledgements not accepted by the server whose deadline lies before that moment.

        What was refused for good stays in this list for two days past its time; then a person has seen it.
        """
        refused = (col(DeliveryRow.status) == DeliveryStatus.REFUSED) & (
            col(DeliveryRow.deadline) > before - REFUSED_TOLD
        )
        query = (
            select(DeliveryRow, TicketRow.number)
            .join(TicketRow, col(TicketRow.id) == col(DeliveryRow.ticket_id))
            .where(
                DeliveryRow.target == "acknowledgement",
                col(DeliveryRow.status).in_(OPEN) | refused,
                col(DeliveryRow.deadline) < before,
                col(DeliveryRow.dismissed_at).is_(None),
            )
            .order_by(col(DeliveryRow.deadline))
            .options(defer(DeliveryRow.data))  # type: ignore[arg-type]
        )
        with self.database.transaction() as session:
            return [
                Late(row.id or 0, number, row.deadline, row.warned_at is not None, row.why or row.status)
                for row, number in session.exec(query)
                if row.deadline is not None
            ]

    def silent(self, before: datetime, now: datetime) -> list[Late]:
        """Acknowledgements that are withheld, of which nobody was told, and whose time runs out before that moment.

        What arrived before the cut-over has none; what a repair imported is told of when it is imported.
        """
        query = (
            select(DeliveryRow, TicketRow.number)
            .join(TicketRow, col(TicketRow.id) == col(DeliveryRow.ticket_id))
            .where(
                DeliveryRow.target == "acknowledgement",
                DeliveryRow.status == DeliveryStatus.WITHHELD,
                col(DeliveryRow.deadline) < before,
                col(DeliveryRow.deadline) > now,
                col(DeliveryRow.warned_at).is_(None),
                col(DeliveryRow.dismissed_at).is_(None),
                col(TicketRow.ack_withheld).is_not(None),
                TicketRow.ack_withheld != "imported",
            )
            .order_by(col(DeliveryRow.deadline))
            .options(defer(DeliveryRow.data))  # type: ignore[arg-type]
        )
        with self.database.transaction() as session:
            return [
                Late(row.id or 0, number, row.deadline, False, row.why or row.status)
                for row, number in session.exec(query)
                if row.deadline is not None
            ]

    def warned(self, ids: Collection[int], now: datetime) -> None:
        """Note that the administrator was warned of these."""
        with self.database.transaction() as session:
            session.exec(update(DeliveryRow).where(col(DeliveryRow.id).in_(ids)).values(warned_at=now))
