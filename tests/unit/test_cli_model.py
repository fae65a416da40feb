"""The table of `anliegen model`: what was compared, and where nothing was."""

from __future__ import annotations

import pytest

from daemon.cli import model
from daemon.config import Config
from daemon.store.models import SHIPPED
from daemon.tables import ModelRow
from tests.values import NOW

FIGURE = {"part": "lessons", "question": "topic", "texts": 9, "old": 5, "new": 7, "won": 3, "lost": 1}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (ModelRow(id=2, status="in_force", name="v2-a", at=NOW, figures=[FIGURE]), "topic of the lessons 5 → 7 of 9"),
        (ModelRow(id=2, status="in_force", name="v2-a", at=NOW), "not compared"),
        (ModelRow(id=2, status="kept", name="v2-a", at=NOW), "not compared"),
        (ModelRow(id=2, status="failed", at=NOW, why="It was stopped."), "It was stopped."),
        (ModelRow(id=2, status="training", at=NOW), ""),
        (ModelRow(id=1, status="kept", name=SHIPPED, at=NOW), ""),
    ],
    ids=["tried", "untried", "untried and replaced", "failed", "under way", "shipped"],
)
def test_the_last_column_says_what_was_compared(row: ModelRow, told: str, config: Config) -> None:
    assert [str(cell) for cell in model._table([row], set(), config).columns[-1].cells] == [told]
