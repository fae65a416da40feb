"""How each mailbox fares: when it was last walked to its end, or since when it fails. Whose it is: `workers`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from daemon.store.database import Database
from daemon.tables import MailboxRow


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How a mailbox fares."""

    name: str
    last_round_at: datetime | None
    failing_since: datetime | None
    failure: str | None
    told: bool = False


class Mailboxes:
    """Rounds and failures of the mailboxes."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def round_done(self, name: str, now: datetime) -> None:
        """The folder was walked to its end."""
        with self.database.transaction() as session:
            row = self.database.locked(session, MailboxRow, name)
            row.last_round_at, row.failing_since, row.failure, row.told_at = now, None, None, None

    def failing(self, name: str, why: str, now: datetime) -> None:
        """The mailbox cannot be read; the first moment of a row of failures is kept."""
        with self.database.transaction() as session:
            row = self.database.locked(session, MailboxRow, name)
            row.failing_since, row.failure = row.failing_since or now, why

    def states(self) -> list[MailboxState]:
        """Every mailbox ever read."""
        with self.database.transaction() as session:
            rows = session.exec(select(MailboxRow)).all()
            return [
                MailboxState(row.name, row.last_round_at, row.failing_since, row.failure, row.told_at is not None)
                for row in rows
            ]

    def told(self, names: Collection[str], now: datetime) -> None:
        """Note that the administrator knows that these cannot be read."""
        with self.database.transaction() as session:
            session.exec(update(MailboxRow).where(col(MailboxRow.name).in_(names)).values(told_at=now))
