"""Which job of `schedule` began when, and who does it now: over all workers each runs once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select

from daemon.store.database import Database
from daemon.tables import JobRow


class Jobs:
    """The table of jobs. Every method is one transaction; all are judged by the database's clock."""

    def __init__(self, database: Database, term: timedelta) -> None:
        """`term`: how long a job stays its worker's if that is not heard of any more (`Workers.beat` renews it)."""
        self.database, self.term = database, term

    def begun(self) -> dict[str, datetime]:
        """When each job began last."""
        with self.database.transaction() as session:
            return {row.name: row.began_at for row in session.exec(select(JobRow))}

    def take(self, name: str, worker: str, now: datetime, is_due: Callable[[datetime], bool]) -> bool:
        """Make a job this worker's, where by when it last began it `is_due` and nobody does it now.

        A job that never ran counts as begun at this moment.
        """
        with self.database.transaction() as session:
            moment = self.database.now(session, now)
            row = self.database.locked(session, JobRow, name, began_at=moment)
            if row.holder is not None and row.lease_until is not None and row.lease_until > moment:
                return False
            if not is_due(row.began_at):
                return False
            row.holder, row.lease_until = worker, moment + self.term
            return True

    def done(self, name: str, worker: str, began_at: datetime) -> None:
        """The job was done; one whose worker dies before that is done by another."""
        mine = update(JobRow).where(col(JobRow.name) == name, col(JobRow.holder) == worker)
        with self.database.transaction() as session:
            session.exec(mine.values(began_at=began_at, holder=None, lease_until=None))
