"""A training child that hangs, dies, refuses or lies is ended, and a sentence says so."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from classifiers import ModelError, apart
from classifiers.lessons import Lesson
from classifiers.values import Text

LESSON = Lesson(Text("Wasser", "Kein Druck"), "complaint", ("wasserwerk",), "de", "office-1", new=False)


@pytest.fixture(autouse=True)
def bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MODULE", "tests.bad_training")


def ended(folder: Path) -> bool:
    try:
        os.kill(int((folder / "pid").read_text("ascii")), 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("hangs", r"took more than 0\.05 minutes and was ended; the old model stays\."),
        ("dies", r"ended early \(status 3\); the old model stays\."),
        ("refuses", r"cannot be written: make room\."),
        ("lies", r"There is no model in .*; one is trained\."),
    ],
)
async def test_a_child_that_misbehaves(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(ModelError, match=sentence):
        await apart.train_apart(tmp_path / name, [LESSON], seconds=3)
    assert ended(tmp_path / name)


async def test_who_stops_waiting_ends_it(tmp_path: Path) -> None:
    (tmp_path / "hangs").mkdir()
    begun = asyncio.Event()
    work = asyncio.create_task(apart.train_apart(tmp_path / "hangs", progress=lambda _what, _share: begun.set()))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert ended(tmp_path / "hangs")


def test_a_job_is_what_it_was_after_the_pipe(tmp_path: Path) -> None:
    import json
    from dataclasses import asdict

    job = apart.Job(str(tmp_path), (LESSON,), "/model", tried=True, hurry=True)
    assert apart._job(json.loads(json.dumps(asdict(job)))) == job
