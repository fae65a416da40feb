"""What is SQLite's own: its pragmas, its file, its lock."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from daemon.errors import StoreError
from daemon.store import Store
from daemon.tables import MessageBytes
from tests.unit.store.test_journal import count, record
from tests.values import NOW


def test_pragmas_of_a_live_connection(store: Store) -> None:
    with store.database.transaction() as session:
        raw = session.connection().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        values = {
            name: raw.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "page_size")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "page_size": 16_384}


def test_a_file_with_smaller_pages_serves_as_it_is(config, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with closing(sqlite3.connect(tmp_path / "anliegen.db")) as old:
        old.executescript("PRAGMA page_size=4096; PRAGMA journal_mode=WAL; CREATE TABLE before (id INTEGER)")
    store = Store.open(config)
    store.database.migrate()
    store.journal.record([record(1)], NOW)
    store.close()
    with closing(sqlite3.connect(tmp_path / "anliegen.db")) as raw:
        assert raw.execute("PRAGMA page_size").fetchone() == (4096,)
        assert raw.execute("SELECT count(*) FROM message").fetchone() == (1,)


def test_a_database_for_reading_is_never_created(config) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StoreError, match="no database"):
        Store.open(config, read_only=True)
    assert not (config.base / "anliegen.db").exists()


def test_a_second_daemon_on_the_same_file_is_refused(store: Store, config) -> None:  # type: ignore[no-untyped-def]
    store.database.hold()
    other = Store.open(config)
    with pytest.raises(StoreError, match="Another"):
        other.database.hold()
    other.close()


def test_bytes_over_the_limit_stay_in_the_mailbox(make_config) -> None:  # type: ignore[no-untyped-def]
    small = Store.open(make_config(database={"message_limit": 5}))
    small.database.migrate()
    small.journal.record([record(1)], NOW)
    assert count(small, MessageBytes) == 0
    small.close()
