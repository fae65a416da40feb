"""Which model is in force: one training at a time, one in force, old ones taken back and pinned."""

from __future__ import annotations

import random
import zlib
from datetime import timedelta

import pytest

from daemon.store import Store, models
from daemon.store.lessons import Taught
from daemon.store.models import KEPT, Ended, Figure, figures, inflated
from daemon.store.tickets import Changes
from daemon.tables import WorkerRow
from tests.unit.store.test_journal import record
from tests.values import NOW

HOUR = timedelta(hours=1)
FIGURE = Figure("corpus", "topic", 100, 80, 81, 2, 1)


def correct(store: Store, number: str = "2026-000001") -> None:
    if store.tickets.find(number) is None:
        store.journal.record([record(int(number[-1]), number)], NOW)
    store.tickets.change(number, Changes(category="praise"), None, [], NOW, "erika")


def learn(store: Store, name: str, status: str = "in_force") -> int:
    row = store.models.begin("erika", NOW, HOUR, unasked=False)
    assert row is not None and row.id is not None
    ended = Ended(status, None, (FIGURE,), name, b'{"id": 1}', zlib.compress(b"weights of " + name.encode()))
    store.models.end(row.id, ended, 1)
    return row.id


def statuses(store: Store) -> dict[str, str]:
    return {row.name: row.status for row in store.models.history()}


def test_by_night_only_where_something_is_new(store: Store) -> None:
    assert store.models.begin("w", NOW, HOUR, unasked=True) is None
    correct(store)
    row = store.models.begin("w", NOW, HOUR, unasked=True)
    assert row is not None and row.id is not None
    assert store.models.begin("other", NOW + HOUR / 2, HOUR, unasked=True) is None  # one at a time
    store.models.end(row.id, Ended("refused", "worse"), 1)
    assert store.models.begin("w", NOW, HOUR, unasked=True) is None  # refused is learnt from, too
    store.lessons.teach("a.jsonl", [Taught("", "Wasser", None, None, "wasserwerk", None)], NOW)
    assert store.models.begin("w", NOW, HOUR, unasked=True) is not None


def test_what_the_daemon_set_is_no_news(store: Store) -> None:
    store.journal.record([record(1, "2026-000001")], NOW)
    store.tickets.change("2026-000001", Changes(department="abfall"), None, [], NOW, "anliegen")
    assert store.models.begin("w", NOW, HOUR, unasked=True) is None


def test_a_training_that_failed_is_done_again(store: Store) -> None:
    correct(store)
    row = store.models.begin("w", NOW, HOUR, unasked=True)
    assert row is not None and row.id is not None
    store.models.end(row.id, Ended("failed", "no room"), 0)
    dead = store.models.begin("w", NOW, HOUR, unasked=True)
    assert dead is not None
    assert store.models.begin("w", NOW + 2 * HOUR, HOUR, unasked=True) is not None
    assert [each.status for each in store.models.history()] == ["training", "failed", "failed", "in_force"]


def test_a_worker_that_is_gone_trains_no_more(store: Store) -> None:
    correct(store)
    with store.database.transaction() as session:
        session.add(WorkerRow(name="w", started_at=NOW, alive_until=NOW + HOUR / 4))
    assert store.models.begin("w", NOW, HOUR, unasked=True) is not None
    assert store.models.begin("other", NOW + HOUR / 8, HOUR, unasked=True) is None
    assert store.models.begin("other", NOW + HOUR / 2, HOUR, unasked=True) is not None


def test_one_is_in_force_with_its_figures_and_files(store: Store) -> None:
    assert store.models.in_force() is None
    one, two = learn(store, "one"), learn(store, "two")
    assert statuses(store) == {"shipped": "kept", "one": "kept", "two": "in_force"}
    row = store.models.in_force()
    assert row is not None and (row.id, figures(row)) == (two, [FIGURE])
    manifest, packed = store.models.files(one) or (b"", b"")
    assert (manifest, b"".join(inflated(packed))) == (b'{"id": 1}', b"weights of one")
    learn(store, "three", "refused")
    assert store.models.in_force() == row


def test_only_the_last_few_keep_their_files(store: Store) -> None:
    numbers = [learn(store, f"m{n}") for n in range(KEPT + 3)]
    kept = [number for number in numbers if store.models.files(number)]
    assert kept == numbers[-KEPT - 1 :]
    assert len(store.models.history()) == len(numbers) + 1


def test_taken_back_and_pinned_until_a_person_says_otherwise(store: Store) -> None:
    assert store.models.take_back(None) is None
    one = learn(store, "one")
    learn(store, "two")
    back = store.models.take_back(None)
    assert back is not None and (back.id, back.pinned) == (one, True)
    assert statuses(store) == {"shipped": "kept", "one": "in_force", "two": "rolled_back"}
    correct(store)
    assert store.models.begin("w", NOW, HOUR, unasked=True) is None  # the night holds still
    assert store.models.unpin() is True
    assert store.models.unpin() is False
    assert store.models.begin("w", NOW, HOUR, unasked=True) is not None


def test_back_and_back_again_goes_further_back(store: Store) -> None:
    one, two = learn(store, "one"), learn(store, "two")
    learn(store, "three")
    [shipped] = [row.id for row in store.models.history() if row.name == "shipped"]
    back = [store.models.take_back(None) for _ in range(4)]
    assert [row and row.id for row in back] == [two, one, shipped, None]
    current = store.models.in_force()
    assert current is not None and (current.id, current.pinned) == (shipped, True)


def test_what_a_person_took_out_of_force_is_not_what_was_before(store: Store) -> None:
    learn(store, "one")
    learn(store, "bad")
    store.models.take_back(None)
    learn(store, "worse")
    back = store.models.take_back(None)
    assert back is not None and back.name == "one"


def test_a_training_by_hand_ends_the_pin(store: Store) -> None:
    learn(store, "one")
    store.models.take_back(None)
    learn(store, "two")
    row = store.models.in_force()
    assert row is not None and (row.name, row.pinned) == ("two", False)
    assert not any(each.pinned for each in store.models.history())


def test_any_that_has_its_files_can_be_taken_back_and_forth(store: Store) -> None:
    one, two = learn(store, "one"), learn(store, "two")
    [shipped] = [row.id for row in store.models.history() if row.name == "shipped"]
    assert store.models.takeable() == {shipped, one}
    assert store.models.take_back(two) is None  # it is in force
    assert store.models.take_back(99) is None
    assert [store.models.take_back(n) is not None for n in (shipped, two, one)] == [True, True, True]
    assert statuses(store) == {"shipped": "rolled_back", "one": "in_force", "two": "rolled_back"}


@pytest.mark.parametrize("packed", [b"", b"no deflated octets", b"x\x9c\x03", zlib.compress(bytes(100))[:-1]])
def test_broken_files_are_a_sentence(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"broken; a new one is trained\.$"):
        list(inflated(packed))


@pytest.mark.parametrize("size", [0, 1, 7, 8, 1000])
def test_weights_come_in_pieces(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PIECE", 8)
    weights = random.Random(size).randbytes(size) + bytes(size)
    pieces = list(inflated(zlib.compress(weights)))
    assert b"".join(pieces) == weights
    assert max(map(len, pieces), default=0) <= 8


def test_what_inflates_without_end_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "LARGEST", 5_000_000)
    pieces: list[int] = []
    with pytest.raises(ValueError, match="broken"):
        pieces.extend(map(len, inflated(zlib.compress(bytes(50_000_000)))))
    assert sum(pieces) <= 6_000_000


def test_lessons_of_a_file_are_replaced_and_forgotten(store: Store) -> None:
    lesson = Taught("Wasser", "Kein Druck", "de", None, None, "wasserwerk")
    assert store.lessons.teach("a.jsonl", [lesson, lesson], NOW) == 0
    store.lessons.teach("b.jsonl", [lesson], NOW)
    assert store.lessons.teach("a.jsonl", [lesson], NOW) == 2
    assert store.lessons.sources() == [("a.jsonl", 1), ("b.jsonl", 1)]
    learn(store, "one")
    store.lessons.teach("a.jsonl", [Taught("Wasser", "Zu viel Druck", "de", None, None, "wasserwerk")], NOW)
    row = store.models.begin("w", NOW, HOUR, unasked=True)  # other lessons of the same number are news
    assert row is not None and row.id is not None
    store.models.end(row.id, Ended("refused", "worse"), 1)
    assert store.lessons.teach("a.jsonl", [], NOW) == 1
    assert store.models.begin("w", NOW, HOUR, unasked=True) is not None  # less to learn from is news
