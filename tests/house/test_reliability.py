"""docs/reliability.md names tests that are there, and each promise names one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")


def promised() -> Iterator[str]:
    """The rows of every table whose last column names what proves them."""
    proven = False
    for line in PAGE.partition("## What is not promised")[0].splitlines():
        if line.endswith("| proved by |"):
            proven = True
        elif not line.startswith("|"):
            proven = False
        elif proven and not line.startswith("|-") and not line.startswith("| -"):
            yield line


def test_every_promise_names_a_test_that_exists() -> None:
    rows = list(promised())
    assert len(rows) > 10
    for row in rows:
        named = re.findall(r"`(tests/\S+\.py)`", row)
        assert named, row
        assert [path for path in named if not (ROOT / path).is_file()] == []
