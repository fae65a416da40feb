"""The store: one object for each side that uses it, on one database.

`journal` is intake's, `outbox` dispatch's, `watch` looks at what waits there, `tickets` and
`quarantine` are staff's, `figures` the administrator's; `mailboxes`, `workers` and `jobs` are the running daemon's. Nothing outside this package writes SQL. There is no cache: what is
not committed did not happen.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import select

from daemon.config import Config
from daemon.store.aside import Aside
from daemon.store.by_hand import ByHand
from daemon.store.database import RESTORED, Database
from daemon.store.figures import Figures
from daemon.store.jobs import Jobs
from daemon.store.journal import Journal, Question
from daemon.store.lessons import Lessons
from daemon.store.mailboxes import Mailboxes
from daemon.store.models import Models
from daemon.store.outbox import Outbox
from daemon.store.quarantine import Quarantine
from daemon.store.tickets import Tickets
from daemon.store.watch import Watch
from daemon.store.weeks import Weeks
from daemon.store.workers import Workers
from daemon.tables import CounterRow, SecretRow

__all__ = [
    "Aside",
    "ByHand",
    "Database",
    "Figures",
    "Jobs",
    "Journal",
    "Lessons",
    "Mailboxes",
    "Models",
    "Outbox",
    "Quarantine",
    "Question",
    "Store",
    "Tickets",
    "Watch",
    "Weeks",
    "Workers",
]


#: After a restore ticket numbers go on behind the next multiple: those given since the copy are not given again.
SKIPPED = 10_000


#: The part of `worker.lease_seconds` for which a lease is given; in the rest the others find out that it is over.
TERM = 2 / 3


class Store:
    """All of it. Open with `Store.open`; every method may raise `StoreError`."""

    def __init__(self, database: Database, config: Config) -> None:
        self.database = database
        self.term = timedelta(seconds=config.worker.lease_seconds * TERM)
        self.journal = Journal(database, message_limit=config.database.message_limit)
        self.outbox = Outbox(database, config.delivery, keep=config.database.keep_messages, lease=self.term)
        self.watch = Watch(database)
        self.tickets = Tickets(database)
        self.figures = Figures(database)
        self.quarantine = Quarantine(database)
        self.lessons = Lessons(database)
        self.models = Models(database)
        self.weeks = Weeks(database)
        self.aside = Aside(database)
        self.by_hand = ByHand(database)
        self.mailboxes = Mailboxes(database)
        self.workers = Workers(database, self.term)
        self.jobs = Jobs(database, self.term)

    @classmethod
    def open(cls, config: Config, base: Path | None = None, *, read_only: bool = False, create: bool = True) -> Store:
        """Open the configured database; one that is opened to read alone is never created."""
        return cls(Database(config.database.url, base or config.base, read_only=read_only, create=create), config)

    def secret(self, make: Callable[[], bytes] = lambda: secrets.token_bytes(32)) -> bytes:
        """The key that signs our Message-IDs and tokens; made on first use."""
        with self.database.transaction() as session:
            found = session.get(SecretRow, "key") or self.database.locked(session, SecretRow, "key", value=make())
            return found.value

    def mark_restored(self, now: datetime) -> None:
        """Say that this database was put back from a copy: `after_restore` acts on it."""
        with self.database.transaction() as session:
            session.merge(SecretRow(name=RESTORED, value=now.isoformat(timespec="seconds").encode()))

    def after_restore(self, now: datetime) -> str | None:
        """Where this database is a copy put back: leave open deliveries to a person, and skip numbers that were
        given since. Returns when the copy was made, the first time it is asked, else None."""
        with self.database.transaction() as session:
            mark = session.get(SecretRow, RESTORED, with_for_update=True)
            if mark is None:
                return None
            made = mark.value.decode("ascii", "replace")
            self.outbox.leave_to_a_person(session, f"The database was put back from a copy made {made}.", now)
            for counter in session.exec(select(CounterRow)):
                counter.value += SKIPPED - counter.value % SKIPPED
            session.delete(mark)
            return made

    def close(self) -> None:
        self.database.close()
