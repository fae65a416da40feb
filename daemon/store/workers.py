"""Who is alive, and which mailboxes are whose: the table of workers and the leases of the mailboxes.

A worker says every few seconds that it lives (`beat`); that renews its leases, and takes what is free up to
its share. All is judged by the database's clock, so that hosts' clocks may differ (decision 0150).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from sqlalchemy import or_, update
from sqlmodel import Session, col, delete, select

from daemon.store.database import Database
from daemon.tables import JobRow, MailboxRow, WorkerRow

#: How long a worker that was not heard of any more is still shown.
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Beat:
    """What a worker knows after it has said that it lives. `at` is the database's moment."""

    at: datetime
    held: frozenset[str]
    surplus: tuple[str, ...]
    others: int


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A worker, and what it reads. `mailboxes` is empty for one that is gone."""

    name: str
    started_at: datetime
    alive_until: datetime
    alive: bool
    mailboxes: tuple[str, ...]


class Workers:
    """The register of workers. Every method is one transaction."""

    def __init__(self, database: Database, term: timedelta) -> None:
        """`term`: for how long a worker counts as alive after it was last heard of."""
        self.database, self.term = database, term

    def beat(
        self,
        worker: str,
        names: Sequence[str],
        now: datetime,
        *,
        shares: bool,
        shunned: Collection[str] = (),
        term: timedelta | None = None,
    ) -> Beat:
        """Say that the worker lives, renew what it holds, and take what is free, up to its share.

        `names`: the mailboxes of its configuration. `shares`: False for one that takes whatever is free and is
        not counted by the others (`run --once`). `shunned`: what it does not take now, since it just failed there.
        `term`: another than the register's.
        """
        with self.database.transaction() as session:
            moment = self.database.now(session, now)
            until = moment + (term or self.term)
            if shares:
                self._sign(session, worker, names, moment, until)
            for table in (MailboxRow, JobRow):
                mine = update(table).where(col(table.holder) == worker)
                session.exec(mine.values(lease_until=until))
            alive = _alive(session, moment)
            readers = Counter(name for each in {**alive, worker: names}.values() for name in each)
            share = ceil(sum(Fraction(1, readers[name]) for name in names)) if shares else len(names)
            held, counted = self._fill(session, worker, names, share, moment, shunned)
            return Beat(moment, held, _surplus(counted, share, readers), len(alive.keys() - {worker}))

    def _sign(self, session: Session, worker: str, names: Sequence[str], moment: datetime, until: datetime) -> None:
        row = self.database.locked(session, WorkerRow, worker, started_at=moment, alive_until=until)
        row.mailboxes, row.alive_until = list(names), until
        session.exec(delete(WorkerRow).where(col(WorkerRow.alive_until) < moment - REMEMBERED))

    def _fill(
        self,
        session: Session,
        worker: str,
        names: Sequence[str],
        share: int,
        moment: datetime,
        shunned: Collection[str],
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Take what is free up to the share, and what nobody takes beyond it; return what the worker holds, and
        what of it counts: a mailbox that fails is work for nobody."""
        rows = _rows(session, names)
        held = {row.name for row in rows if row.holder == worker}
        failing = {row.name for row in rows if row.failing_since is not None}
        free = [row for row in rows if _is_free(row, moment) and row.name not in shunned]
        left = {row.name for row in free if _is_left(row, moment - self.term)}
        wanted = [row.name for row in free][: max(share - len(held - failing), 0)]
        held |= self._take(session, {*wanted, *left}, worker, moment)
        return frozenset(held), frozenset(held - failing)

    def _take(self, session: Session, names: Collection[str], worker: str, moment: datetime) -> set[str]:
        free = or_(col(MailboxRow.holder).is_(None), col(MailboxRow.lease_until) <= moment)
        query = select(MailboxRow).where(col(MailboxRow.name).in_(names), free).order_by(MailboxRow.name)
        rows = session.exec(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)).all()
        for row in rows:
            row.holder, row.lease_until = worker, moment + self.term
        return {row.name for row in rows}

    def enrol(self, names: Iterable[str]) -> None:
        """Make the rows of mailboxes that were never read."""
        with self.database.transaction() as session:
            for name in sorted(names):
                self.database.locked(session, MailboxRow, name)

    def keep(self, name: str, worker: str, now: datetime) -> bool:
        """Renew one lease; False where it is another worker's by now, or was given back."""
        with self.database.transaction() as session:
            until = self.database.now(session, now) + self.term
            mine = update(MailboxRow).where(col(MailboxRow.name) == name, col(MailboxRow.holder) == worker)
            return bool(session.exec(mine.values(lease_until=until)).rowcount)

    def give_back(self, name: str, worker: str, now: datetime) -> None:
        """End one lease: another worker may read that mailbox."""
        with self.database.transaction() as session:
            moment = self.database.now(session, now)
            mine = update(MailboxRow).where(col(MailboxRow.name) == name, col(MailboxRow.holder) == worker)
            session.exec(mine.values(holder=None, lease_until=moment))

    def leave(self, worker: str, now: datetime) -> None:
        """The worker ends: all that it held is free, at once."""
        with self.database.transaction() as session:
            moment = self.database.now(session, now)
            for table in (MailboxRow, JobRow):
                mine = update(table).where(col(table.holder) == worker)
                session.exec(mine.values(holder=None, lease_until=moment))
            session.exec(delete(WorkerRow).where(col(WorkerRow.name) == worker))

    def take_over(self) -> None:
        """End every lease: for the one process on a SQLite file, which knows that no other is alive."""
        with self.database.transaction() as session:
            for table in (MailboxRow, JobRow):
                session.exec(update(table).values(holder=None, lease_until=None))
            session.exec(delete(WorkerRow))

    def states(self, now: datetime) -> list[WorkerState]:
        """Every worker that is alive or was lately, and what each reads."""
        with self.database.transaction() as session:
            moment = self.database.now(session, now)
            held = select(MailboxRow.holder, MailboxRow.name).where(col(MailboxRow.holder).is_not(None))
            holdings = session.exec(held.order_by(MailboxRow.name)).all()
            return [
                WorkerState(
                    row.name,
                    row.started_at,
                    row.alive_until,
                    row.alive_until > moment,
                    tuple(name for holder, name in holdings if holder == row.name and row.alive_until > moment),
                )
                for row in session.exec(select(WorkerRow).order_by(WorkerRow.name))
            ]


def _alive(session: Session, moment: datetime) -> dict[str, list[str]]:
    """The mailboxes of each living worker's configuration."""
    rows = session.exec(select(WorkerRow).where(col(WorkerRow.alive_until) > moment))
    return {row.name: row.mailboxes for row in rows}


def _rows(session: Session, names: Sequence[str]) -> Sequence[MailboxRow]:
    """The mailboxes, those that are free for longest first."""
    query = select(MailboxRow).where(col(MailboxRow.name).in_(names))
    return session.exec(query.order_by(col(MailboxRow.lease_until), col(MailboxRow.name))).all()


def _is_free(row: MailboxRow, moment: datetime) -> bool:
    return row.holder is None or row.lease_until is None or row.lease_until <= moment


def _is_left(row: MailboxRow, before: datetime) -> bool:
    """Whether somebody has to take it whatever the shares say: it is free for long, or fails where it was read."""
    return row.failing_since is not None or row.lease_until is None or row.lease_until < before


def _surplus(held: Collection[str], share: int, readers: Counter[str]) -> tuple[str, ...]:
    """What is beyond the share and others are there to read: first what most of them can."""
    shared = sorted((name for name in held if readers[name] > 1), key=lambda name: (-readers[name], name))
    return tuple(shared[: max(len(held) - share, 0)])
