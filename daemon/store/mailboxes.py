"""Who reads which mailbox, and how it went last: leases and rounds.

On several machines a mailbox belongs to the holder of its lease. On PostgreSQL leases are judged by the
database's clock, so that hosts' clocks may differ.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    """Leases and rounds of the mailboxes."""

    def __init__(self, database: Database, lease: timedelta) -> None:
        self.database = database
        self.lease = lease

    def hold(self, name: str, worker: str, now: datetime) -> bool:
        """Take or renew the lease; False where another worker holds it."""
        with self.database.transaction() as session:
            now = self.database.now(session, now)
            row = session.get(MailboxRow, name, with_for_update=True) or MailboxRow(name=name)
            if row.holder not in (None, worker) and row.lease_until is not None and row.lease_until > now:
                return False
            row.holder, row.lease_until = worker, now + self.lease
            session.add(row)
            return True

    def take_over(self) -> None:
        """End every lease: for the one process on a SQLite file, which knows that no other is alive."""
        with self.database.transaction() as session:
            session.exec(update(MailboxRow).values(holder=None, lease_until=None))

    def release(self, worker: str) -> None:
        """Give all leases of a worker back."""
        with self.database.transaction() as session:
            for row in session.exec(select(MailboxRow).where(MailboxRow.holder == worker)):
                row.holder = row.lease_until = None

    def round_done(self, name: str, now: datetime) -> None:
        """The folder was walked to its end."""
        with self.database.transaction() as session:
            row = session.get(MailboxRow, name) or MailboxRow(name=name)
            row.last_round_at, row.failing_since, row.failure, row.told_at = now, None, None, None
            session.add(row)

    def failing(self, name: str, why: str, now: datetime) -> None:
        """The mailbox cannot be read; the first moment of a row of failures is kept."""
        with self.database.transaction() as session:
            row = session.get(MailboxRow, name) or MailboxRow(name=name)
            row.failing_since, row.failure = row.failing_since or now, why
            session.add(row)

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
