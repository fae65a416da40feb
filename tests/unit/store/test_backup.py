"""A copy made while others write; put back, it sends nothing by itself and gives no number twice."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from daemon.config import Config
from daemon.errors import StoreError
from daemon.model import DeliveryStatus
from daemon.store import Store
from tests.unit.store.test_journal import planned, record
from tests.values import NOW


def put_back(config: Config, copy: Path) -> Store:
    """As an administrator does it: the daemon has stopped, the file takes the database's place."""
    place = config.base / "anliegen.db"
    for left in (place, Path(f"{place}-wal"), Path(f"{place}-shm")):
        left.unlink(missing_ok=True)
    shutil.copy(copy, place)
    return Store.open(config)


def test_what_was_open_in_a_copy_waits_for_a_person(store: Store, config: Config, tmp_path: Path) -> None:
    open_too = planned(target="mail", message_id="<forward@x>")
    store.journal.record([record(1, deliveries=(planned(), open_too)), record(2, "2026-000002")], NOW)
    [first] = store.outbox.claim("w1", NOW, count=1, octets=1000)
    store.outbox.begin([first.id], "w1", NOW)
    copy = tmp_path / "copy.db"
    store.database.backup(copy, NOW)
    store.close()
    restored = put_back(config, copy)
    assert restored.after_restore(NOW) == "2026-03-03T09:00:00+00:00"
    restored.outbox.recover(NOW, alone=True)
    found = restored.tickets.outbox(list(DeliveryStatus))
    assert [(view.status, view.not_before) for view in found] == [("in_doubt", None)] * 3
    assert restored.outbox.claim("w2", NOW.replace(year=2027), count=10, octets=1000) == []
    assert restored.outbox.retry([found[0].id], NOW, "staff") == [found[0].id]
    assert len(restored.outbox.claim("w2", NOW, count=10, octets=1000)) == 1
    restored.close()


def test_numbers_given_since_are_not_given_again_and_it_acts_but_once(
    store: Store, config: Config, tmp_path: Path
) -> None:
    assert store.journal.numbers(2026, 3)[-1] == "2026-000003"
    store.database.backup(tmp_path / "copy.db", NOW)
    store.journal.numbers(2026, 50)
    store.close()
    restored = put_back(config, tmp_path / "copy.db")
    assert restored.after_restore(NOW) is not None
    assert restored.journal.numbers(2026, 1) == ["2026-010001"]
    assert restored.after_restore(NOW) is None
    restored.close()


def test_the_original_is_no_copy(store: Store, tmp_path: Path) -> None:
    store.database.backup(tmp_path / "copy.db", NOW)
    assert store.after_restore(NOW) is None


def test_a_copy_is_one_private_file_and_replaces_the_last(store: Store, tmp_path: Path) -> None:
    for _ in range(2):
        store.database.backup(tmp_path / "copy.db", NOW)
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]


def test_a_copy_of_one_moment_while_a_transaction_is_open(store: Store, config: Config, tmp_path: Path) -> None:
    writer = Store.open(config)
    with writer.database.transaction() as session:
        writer.outbox.leave_to_a_person(session, "still writing", NOW)
        store.database.backup(tmp_path / "copy.db", NOW)
    writer.close()
    assert (tmp_path / "copy.db").exists()


def test_where_it_cannot_be_written_the_sentence_says_so(store: Store, config: Config, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written"):
        store.database.backup(tmp_path / "missing" / "copy.db", NOW)
    with pytest.raises(StoreError, match="itself"):
        store.database.backup(config.base / "anliegen.db", NOW)


def test_a_copy_made_by_other_means_is_named_by_hand(store: Store) -> None:
    store.journal.record([record(1)], NOW)
    store.mark_restored(NOW)
    assert store.after_restore(NOW) is not None
    assert [view.status for view in store.tickets.outbox(list(DeliveryStatus))] == ["in_doubt"]
