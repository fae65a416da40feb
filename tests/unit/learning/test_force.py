"""The daemon takes the model that the database names, and goes on with what it has where that cannot be."""

from __future__ import annotations

import asyncio
import logging
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from classifiers import Classifier, ModelError, encoder, storage
from classifiers.apart import Outcome
from classifiers.lessons import Lesson
from daemon import learning
from daemon.config import Config
from daemon.lane import Lane
from daemon.learning import training
from daemon.policy import Policy
from daemon.rendering import Renderer
from daemon.store import Store
from daemon.store.models import Ended
from daemon.store.tickets import Changes
from daemon.tables import ModelFile
from tests.unit.store.test_journal import record
from tests.values import NOW

OLD = "the model that the daemon has"


@pytest.fixture
def app(store: Store, config: Config) -> Iterator[Any]:
    """As much of the daemon as deciding about models needs."""
    database, thinking = Lane("database"), Lane("thinking")
    policy = Policy(config, Renderer(config), OLD, b"")  # type: ignore[arg-type]
    yield SimpleNamespace(
        store=store, database=database, thinking=thinking, config=config, policy=policy, model=None, worker="w"
    )
    database.close()
    thinking.close()


@pytest.fixture
def trained(tiny: Classifier, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Lesson]]:
    """In place of the child: lessons are noted, and the tiny model comes out."""
    asked: list[Sequence[Lesson]] = []

    async def train_apart(folder: Path, lessons: Sequence[Lesson] = (), **_: object) -> Outcome:
        asked.append(lessons)
        tiny.save(folder)
        return Outcome(storage.take(folder))

    monkeypatch.setattr(training, "train_apart", train_apart)
    return asked


def learn(store: Store, tiny: Classifier, folder: Path) -> int:
    """Put the tiny model in force, learnt from one correction."""
    store.journal.record([record(1, "2026-000001")], NOW)
    store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "erika")
    row = store.models.begin("erika", NOW, training.PATIENCE, unasked=False)
    assert row is not None and row.id is not None
    tiny.save(folder)
    files = storage.take(folder)
    ended = Ended("in_force", None, (), tiny.id, files.manifest, zlib.compress(files.weights))
    store.models.end(row.id, ended, 1)
    return row.id


async def test_the_model_of_another_worker_is_fetched(
    app: Any, tiny: Classifier, tmp_path: Path, trained: list[Any]
) -> None:
    await learning.follow(app)
    assert app.policy.classifier is OLD  # nothing was taught: nothing changes
    number = learn(app.store, tiny, tmp_path / "elsewhere")
    await learning.follow(app)
    assert (app.model, app.policy.classifier.id, trained) == (number, tiny.id, [])
    assert learning.Shelf(app.config).find(tiny.id) is not None
    same = app.policy
    await learning.follow(app)
    assert app.policy is same


@pytest.mark.parametrize("broken", ["weights", "manifest"])
async def test_a_broken_one_is_refused_and_trained_again(
    app: Any, tiny: Classifier, tmp_path: Path, trained: list[Any], caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    number = learn(app.store, tiny, tmp_path / "elsewhere")
    with app.store.database.transaction() as session:
        file = session.get_one(ModelFile, number)
        setattr(file, broken, b"gone" if broken == "weights" else '{"format": 1}')
    with caplog.at_level(logging.WARNING):
        await learning.follow(app)
    assert "a new one is trained" in caplog.text
    assert (app.model, app.policy.classifier.id) == (number, tiny.id)
    assert [[lesson.category for lesson in each] for each in trained] == [["praise"]]
    app.model = None
    await learning.follow(app)
    assert len(trained) == 1  # it lies on the shelf now


async def test_what_cannot_be_trained_either_leaves_the_old_one(
    app: Any, tiny: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def train_apart(*_: object, **__: object) -> Outcome:
        raise ModelError("There is no memory to train in.")

    monkeypatch.setattr(training, "train_apart", train_apart)
    number = learn(app.store, tiny, tmp_path / "elsewhere")
    with app.store.database.transaction() as session:
        session.delete(session.get_one(ModelFile, number))
    with caplog.at_level(logging.ERROR):
        await learning.follow(app)
        await learning.follow(app)
    assert (app.model, app.policy.classifier) == (number, OLD)
    assert caplog.text.count("There is no memory to train in. The daemon goes on with the model that it has.") == 1


async def test_nothing_taught_is_the_corpus_own(app: Any, trained: list[Any], tiny: Classifier) -> None:
    for _ in range(2):
        number, model = await learning.current(app.store, app.database, app.thinking, app.config)
        assert (number, model.id) == (None, tiny.id)
    assert trained == [[]]


async def test_back_to_what_was_before_anything_was_taught(
    app: Any, tiny: Classifier, tmp_path: Path, trained: list[Any]
) -> None:
    learn(app.store, tiny, tmp_path / "elsewhere")
    await learning.follow(app)
    row = app.store.models.take_back(None)
    await learning.follow(app)
    assert (row.name, app.model) == ("shipped", None)
    assert trained == [[]]  # without the lesson


async def test_a_training_that_has_only_begun_changes_nothing(app: Any, trained: list[Any]) -> None:
    app.store.models.begin("erika", NOW, training.PATIENCE, unasked=False)
    await learning.follow(app)
    assert (app.policy.classifier, app.store.models.in_force().name) == (OLD, "shipped")


async def test_by_night_unless_switched_off(app: Any, trained: list[Any], make_config: Any, clock: Any) -> None:
    app.clock = clock
    app.store.journal.record([record(1, "2026-000001")], NOW)
    app.store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "erika")
    app.config = make_config(classification={"retrain": False})
    await learning.retrain(app)
    assert trained == []
    app.config = make_config()
    await learning.retrain(app)
    await learning.retrain(app)
    assert len(trained) == 1
    row = app.store.models.in_force()
    assert (row.corrections, row.actor) == (1, "w")


async def watched(app: Any, classifier: object) -> None:
    """The daemon's task about models, for as long as it takes to come to its first look."""
    app.policy = replace(app.policy, classifier=classifier)
    task = asyncio.create_task(learning.keep_up(app))
    await asyncio.sleep(0)
    await app.thinking.run(lambda: None)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not task.done()
    task.cancel()


async def test_the_daemon_loads_what_its_first_mail_would_wait_for_in_the_thread_that_thinks(app: Any) -> None:
    places: list[str] = []
    await watched(app, SimpleNamespace(warm_up=lambda: places.append(threading.current_thread().name)))
    assert places == ["thinking"]


async def test_what_cannot_be_loaded_ahead_ends_nothing(app: Any, caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> None:
        raise OSError("a file is not there")

    await watched(app, SimpleNamespace(warm_up=fails))
    assert "[model]" in caplog.text and "error=OSError" in caplog.text


async def test_the_encoder_makes_room_for_the_second_model(
    app: Any, tiny: Classifier, tmp_path: Path, trained: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(app.store, tiny, tmp_path / "elsewhere")
    done: list[str] = []
    load = Classifier.load

    def loaded(folder: Path) -> Classifier:
        done.append("loaded")
        return load(folder)

    monkeypatch.setattr(encoder, "let_go", lambda: done.append("encoder let go"))
    monkeypatch.setattr(Classifier, "load", loaded)
    monkeypatch.setattr(Classifier, "warm_up", lambda self: done.append(f"{self.id} warm"))
    await learning.follow(app)
    await learning.follow(app)
    assert done == ["encoder let go", "loaded", f"{tiny.id} warm"]
