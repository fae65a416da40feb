"""Who makes a database, who may read it, and that one which is up to date is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.errors import StoreError
from daemon.store import Database, Store


def test_migrating_twice_changes_nothing_and_keeps_what_is_there(store: Store) -> None:
    key = store.secret()
    version = store.database.version()
    assert store.database.migrate() == version
    assert (store.secret(), store.database.is_current()) == (key, True)


def test_a_database_that_has_to_be_there_is_never_made(tmp_path: Path) -> None:
    for options in ({"read_only": True}, {"create": False}):
        with pytest.raises(StoreError, match="`anliegen run` makes it"):
            Database("sqlite:///anliegen.db", tmp_path, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_its_owner_s_alone(tmp_path: Path) -> None:
    database = Database("sqlite:///inner/anliegen.db", tmp_path)
    database.migrate()
    with database.transaction():
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "inner").iterdir()}
    database.close()
    assert set(modes.values()) == {0o600}
