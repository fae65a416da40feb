"""How the model fares, week by week: counted from the tickets, and kept when those are not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlmodel import Session, col, select

from daemon.store.database import Database
from daemon.store.lessons import DAEMON
from daemon.tables import TicketEvent, TicketRow, WeekRow


@dataclass(frozen=True, slots=True)
class Week:
    """Tickets received from a Monday on: how many, of how many the category or the department was a guess, how many
    staff corrected, and what they were (as corrected)."""

    monday: date
    tickets: int
    unsure: int
    department_unsure: int
    corrected: int
    categories: dict[str, int]


class Weeks:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def count(self, since: datetime, zone: ZoneInfo) -> None:
        """Count anew the weeks that begin at this moment or later: corrections come late."""
        with self.database.transaction() as session:
            for week in _counted(session, since, zone):
                row = session.get(WeekRow, week.monday.isoformat()) or WeekRow(monday=week.monday.isoformat())
                row.tickets, row.unsure, row.department_unsure = week.tickets, week.unsure, week.department_unsure
                row.corrected, row.categories = week.corrected, week.categories
                session.add(row)

    def counted(self, since: datetime, zone: ZoneInfo) -> list[Week]:
        """The same weeks as they stand now, without keeping them."""
        with self.database.transaction() as session:
            return list(_counted(session, since, zone))

    def all(self) -> list[Week]:
        """Every week that was counted, the oldest first."""
        with self.database.transaction() as session:
            return [
                Week(
                    date.fromisoformat(row.monday),
                    row.tickets,
                    row.unsure,
                    row.department_unsure,
                    row.corrected,
                    row.categories,
                )
                for row in session.exec(select(WeekRow).order_by(WeekRow.monday))
            ]


def _counted(session: Session, since: datetime, zone: ZoneInfo) -> Iterator[Week]:
    columns = (TicketRow.id, TicketRow.received_at, TicketRow.category, TicketRow.unsure, TicketRow.department_unsure)
    query = sqlalchemy.select(*(col(column) for column in columns), col(TicketRow.reasons)).where(
        col(TicketRow.received_at) >= since
    )
    touched = _corrected(session, since)
    tally: dict[date, Counter[str]] = defaultdict(Counter)
    kinds: dict[date, Counter[str]] = defaultdict(Counter)
    for number, received_at, category, unsure, department_unsure, reasons in session.execute(query):
        day = received_at.astimezone(zone).date()
        monday = day - timedelta(days=day.weekday())
        # a correction ends the doubt: what was a guess at first stands in the reasons
        guessed = reasons.get("guessed", [*(["category"] * unsure), *(["department"] * department_unsure)])
        tally[monday].update(["tickets", *guessed, *(["corrected"] if number in touched else [])])
        kinds[monday][category] += 1
    for monday, counts in tally.items():
        yield Week(
            monday,
            counts["tickets"],
            counts["category"],
            counts["department"],
            counts["corrected"],
            dict(kinds[monday]),
        )


def _corrected(session: Session, since: datetime) -> set[int]:
    """Tickets whose category or department a person changed; who set what was there already has agreed."""
    query = select(TicketEvent.ticket_id).where(
        col(TicketEvent.what).in_(("category", "department")),
        TicketEvent.actor != DAEMON,
        TicketEvent.at >= since,
        col(TicketEvent.old) != col(TicketEvent.new),
    )
    return set(session.exec(query))
