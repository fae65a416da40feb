"""Models on the disk: side by side by name, a bounded number of them, broken ones passed over."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from classifiers import Classifier, storage
from daemon.config import Config
from daemon.learning import Shelf
from daemon.learning.shelf import KEPT, classifier


def test_the_state_folder_comes_first_then_the_cache(tiny: Classifier, config: Config, cache: Path) -> None:
    shelf = Shelf(config)
    assert shelf.folders == [config.base / "state" / "model", cache]
    tiny.save(cache / "one")
    assert shelf.find("one") == cache / "one"
    assert shelf.keep("one", tiny.save) == config.base / "state" / "model" / "one"
    assert shelf.find("one") == config.base / "state" / "model" / "one"
    found = shelf.load("one")
    assert found is not None and found.id == tiny.id


def test_a_folder_that_takes_nothing_is_passed_over(
    tiny: Classifier, config: Config, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (config.base / "state").write_text("a file where the folder should be", "ascii")
    shelf = Shelf(config)
    assert shelf.keep("one", tiny.save) == cache / "one"
    cache.parent.rename(cache.parent.with_name("gone"))
    cache.parent.write_text("here, too", "ascii")
    with caplog.at_level(logging.WARNING):
        assert shelf.keep("two", tiny.save) is None
    assert "make worker.state_folder writable" in caplog.text


def test_a_broken_one_is_said_and_passed_over(
    tiny: Classifier, config: Config, cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = config.base / "state" / "model" / "one"
    tiny.save(place)
    (place / storage.MANIFEST).write_bytes(b"\x80\x04")
    tiny.save(cache / "one")
    with caplog.at_level(logging.WARNING):
        found = Shelf(config).load("one")
    assert found is not None and found.id == tiny.id
    assert "is not a model of this program" in caplog.text
    assert Shelf(config).load("another") is None


def test_only_those_used_last_are_kept(config: Config) -> None:
    shelf = Shelf(config)
    for number in range(KEPT + 3):
        place = shelf.keep(f"m{number}", lambda folder: folder.mkdir(parents=True))
        assert place is not None
        os.utime(place, (number, number))
    assert {each.name for each in shelf.folders[0].iterdir()} == {f"m{number}" for number in range(3, KEPT + 3)}


def test_other_corpora_and_libraries_lie_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {storage.kind()}
    with monkeypatch.context() as patched:
        patched.setattr(storage, "corpus_id", lambda: "0" * 16)
        names.add(storage.kind())
    with monkeypatch.context() as patched:
        patched.setattr(storage.linear, "versions", lambda: {"numpy": "1"})
        names.add(storage.kind())
    assert len(names) == 3


def test_the_corpus_own_model_is_trained_once(
    tiny: Classifier, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []

    def train(progress: object) -> Classifier:
        trained.append(progress)
        return tiny

    monkeypatch.setattr("daemon.learning.shelf.train", train)
    assert [classifier(config).id for _ in range(2)] == [tiny.id, tiny.id]
    assert len(trained) == 1
