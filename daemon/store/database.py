"""The connection to the database: pragmas, transactions, migrations and the lock of the one process.

SQLite runs in WAL with synchronous=FULL: NORMAL may take back a commit after a power cut, when IMAP has
already moved the mail. Writers begin with BEGIN IMMEDIATE, so that a transaction never fails half way
for want of the write lock.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import Engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, create_engine

from daemon.errors import StoreError

#: Milliseconds to wait for another process's write (a backup, a command at the prompt).
BUSY_TIMEOUT_MS = 5_000

#: Octets of a page of a fresh SQLite file, which is mostly mails: fewer pages for each (decision 0212).
PAGE = 16_384

#: The names of the locks under which batches are recorded and the schema is changed (PostgreSQL knows locks by number).
RECORDING, MIGRATING = 2_026_001, 2_026_002

#: What libpq is asked for, where the URL says nothing else: a host that is gone is noticed within 20 seconds.
_CONNECTION = {
    "application_name": "anliegen",
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}

#: What the server is asked for, in seconds: a worker that was stopped or cut off in the middle of a transaction
#: loses it, so that its locks keep nobody waiting; who waits for a lock all the same gives up and tries again.
_SESSION = {"idle_in_transaction_session_timeout": 10, "lock_timeout": 20}

Row = TypeVar("Row", bound=SQLModel)

#: The row of `secret` that a copy has and the original has not: when it was made.
RESTORED = "restored"

#: What drivers say, and what it means for an administrator; the first that fits.
_SENTENCES = (
    (
        ("readonly", "read-only"),
        "{where} is read-only: give this user write access to the file and its folder. Nothing was lost.",
    ),
    (
        ("is full", "No space left"),
        "The disk of {where} is full: make room. Mail stays in the mailbox until then.",
    ),
    (
        ("disk I/O error",),
        "The disk of {where} fails (disk I/O error): look at it. Mail stays in the mailbox until then.",
    ),
    (
        ("unable to open",),
        "{where} cannot be opened: check that its folder exists and belongs to this user.",
    ),
    (("locked",), "{where} is locked by another program for too long: end it. The work is tried again."),
    (
        ("no such table", "no such column", 'relation "', 'column "'),
        "{where} has an older schema: run `anliegen db upgrade`.",
    ),
    (
        ("not a database", "malformed"),
        "{where} is damaged or not a database of anliegen: put a backup in its place, then run `anliegen reconcile`.",
    ),
)


class Database:
    """One database, opened for reading and writing or for reading alone.

    Not safe for use from two threads at once: the daemon gives it a thread of its own.
    """

    def __init__(self, url: str, base: Path, *, read_only: bool = False, create: bool = True) -> None:
        """`create`: a SQLite file that is missing is made; without it, and to read alone, it has to be there.

        Raises `StoreError` where it is not.
        """
        self.read_only, self.create = read_only, create and not read_only
        self.path = sqlite_path(url, base)
        if self.path and not self.create and not self.path.exists():
            raise StoreError(f"There is no database at {self.path} yet: `anliegen run` makes it.")
        self._lock: int | None = None
        self.engine = self._engine(url)

    def _engine(self, url: str) -> Engine:
        if self.path is None:
            engine = _postgresql(url)
            if self.read_only:
                return engine.execution_options(postgresql_readonly=True)
            return engine
        mode = "ro" if self.read_only else "rwc" if self.create else "rw"
        place = f"sqlite:///file:{_quoted(self.path)}?mode={mode}&uri=true"
        engine = create_engine(place, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
        event.listen(engine, "connect", _pragmas_read if self.read_only else _pragmas_write)
        event.listen(engine, "begin", _begin_read if self.read_only else _begin_write)
        return engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: all of it or nothing. Raises `StoreError` where the database cannot be used."""
        with self._spoken(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def now(self, session: Session, ours: datetime) -> datetime:
        """The moment by which leases and claims are judged: the database's own clock where several hosts
        may share it (PostgreSQL), else the caller's."""
        if self.path is not None:
            return ours
        moment: datetime = session.execute(sqlalchemy.select(sqlalchemy.func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def locked(self, session: Session, row: type[Row], key: str, **fresh: Any) -> Row:
        """The row with that key, locked until the transaction ends; made from `fresh` where there is none.

        However many workers want to make it at the same moment: there is one, and none of them fails.
        """
        found = session.get(row, key, with_for_update=True)
        if found is None:
            [name] = sqlalchemy.inspect(row).primary_key
            values = {**row(**{name.key: key}, **fresh).model_dump(), name.key: key}
            insert = (sqlite if self.path else postgresql).insert(row).values(values).on_conflict_do_nothing()
            session.execute(insert)
            found = session.get_one(row, key, with_for_update=True)
        return found

    def one_at_a_time(self, session: Session) -> None:
        """Let no other worker pass here before this transaction ends. On SQLite none does: BEGIN IMMEDIATE."""
        if self.path is None:
            session.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(RECORDING)))

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Turn the driver's trouble into a sentence for the administrator."""
        try:
            yield
        except (sqlalchemy.exc.IntegrityError, sqlalchemy.exc.DataError):
            raise  # one message's rows do not fit; the database is well
        except sqlalchemy.exc.DatabaseError as error:
            raise StoreError(self._sentence(str(error.orig))) from error
        except sqlalchemy.exc.InterfaceError as error:
            raise StoreError(self._sentence(str(error.orig))) from error

    def _sentence(self, why: str) -> str:
        where = str(self.path or "The PostgreSQL database")
        if "unable to open" in why and self.path and not self.read_only and not writable(self.path):
            why = "readonly"
        for words, sentence in _SENTENCES:
            if any(word in why for word in words):
                return sentence.format(where=where)
        return f"{where} cannot be used ({why.splitlines()[0] if why else 'no reason given'}). It is tried again."

    def migrate(self) -> str:
        """Bring the schema to this release's version and return it. Raises `StoreError` for a newer one.

        Where several workers do so at once, one does and the others wait for it.
        """
        if self.path:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileExistsError):  # citizens' mail is nobody else's to read
                    os.close(os.open(self.path, os.O_CREAT | os.O_EXCL, 0o600))
            except OSError as error:
                raise StoreError(
                    f"{self.path} cannot be made ({error.strerror}): give this user write access to its folder."
                ) from error
        from daemon.store import schema

        with self._spoken():
            with self.engine.connect() as connection:
                if self.path is None:
                    for name in _SESSION:
                        connection.exec_driver_sql(f"SET LOCAL {name} = 0")
                    connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(MIGRATING)))
                schema.upgrade(connection)
                connection.commit()
            return self.version() or ""

    def version(self) -> str | None:
        """The schema's version, None where there is none."""
        from daemon.store import schema

        with self._spoken(), self.engine.connect() as connection:
            return schema.version(connection)

    def is_current(self) -> bool:
        """True where the schema is this release's."""
        from daemon.store import schema

        return self.version() == schema.newest()

    def require(self) -> None:
        """Raises `StoreError` where the schema is older than this release's; a newer one is fit for it."""
        from daemon.store import schema

        if schema.is_older(self.version()):
            raise StoreError(self._sentence("no such table"))

    def hold(self) -> None:
        """Take the lock that only one running daemon holds on a SQLite file. Raises `StoreError`."""
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(f"Another `anliegen run` works on {self.path}: it goes on alone; this one ends.") from None
        except OSError as error:
            raise StoreError(
                f"{self.path}.lock cannot be written ({error.strerror}): give this user write access to the folder."
            ) from error

    def backup(self, file: Path, now: datetime) -> None:
        """Copy a SQLite database as it is at one moment, writers going on meanwhile; the copy is marked as one.

        Raises `StoreError` where there is no such file or no room. PostgreSQL has pg_dump.
        """
        if self.path is None:
            raise StoreError("PostgreSQL is copied with pg_dump; after putting it back: `anliegen db restored`.")
        if file.resolve() == self.path:
            raise StoreError(f"{file} is the database itself: name another file.")
        part = file.with_name(f"{file.name}.part")
        try:
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(f"file:{_quoted(self.path)}?mode=ro", uri=True)) as source:
                _copy(source, part, now)
            part.replace(file)
        except (OSError, sqlite3.Error) as error:
            part.unlink(missing_ok=True)
            raise StoreError(f"{file} cannot be written ({error}): the database itself is untouched.") from error

    def close(self) -> None:
        """Give connections and the lock back."""
        self.engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _copy(source: sqlite3.Connection, part: Path, now: datetime) -> None:
    with closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        mark = now.isoformat(timespec="seconds").encode()
        copy.execute("INSERT OR REPLACE INTO secret (name, value) VALUES (?, ?)", (RESTORED, mark))
        copy.commit()


def sqlite_path(url: str, base: Path) -> Path | None:
    """The file of a sqlite URL, relative to the configuration's folder; None for other databases."""
    if not url.startswith("sqlite:///"):
        return None
    return (base / Path(url.removeprefix("sqlite:///")).expanduser()).resolve()


def writable(path: Path) -> bool:
    """Whether this user may write a SQLite file and beside it, or make it where there is none."""
    folder = next(folder for folder in path.parents if folder.exists())
    return os.access(folder, os.W_OK) and (not path.exists() or os.access(path, os.W_OK))


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _postgresql(url: str) -> Engine:
    try:
        place = sqlalchemy.make_url("postgresql+psycopg://" + url.split("://", 1)[1])
        place = place.update_query_dict({name: value for name, value in _CONNECTION.items() if name not in place.query})
        engine = create_engine(place, pool_pre_ping=True)
        event.listen(engine, "connect", _session)
        return engine
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs a driver: install anliegen[postgresql].") from None
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise StoreError("database.url is not one that PostgreSQL knows: postgresql://user@host:5432/name.") from None


def _session(connection: Any, _record: Any) -> None:
    connection.autocommit = True
    for name, seconds in _SESSION.items():
        connection.execute(f"SET {name} = '{seconds}s'")
    connection.autocommit = False


def _pragmas_write(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours alone, see _begin_write
    connection.execute(f"PRAGMA page_size={PAGE}")  # of a file that is empty; others stay as they are
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _pragmas_read(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "query_only=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_write(connection: sqlalchemy.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_read(connection: sqlalchemy.Connection) -> None:
    connection.exec_driver_sql("BEGIN")
