"""`anliegen evaluate --file`: the model in force, asked about an office's own texts.

With a corpus that is learnt in seconds (`tests.small_corpus`); everything else is the real program.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Installation

HOLE = {"subject": "Schlagloch", "text": "In der Gartenstraße ist ein tiefes Schlagloch in der Fahrbahn."}


def written(file: Path, rows: list[dict[str, Any]]) -> str:
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return str(file)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    departments = [
        *({"key": key, "name": key} for key in ("abfall", "zentrale")),
        {"key": "bau", "name": "Bau", "topics": ["tiefbau", "bauamt"]},
    ]
    found = Installation(tmp_path, 1, 1, tmp_path / "state", department=departments)
    found.module = "tests.small_corpus"
    return found


async def test_a_file_is_answered_by_the_model_in_force(office: Installation, tmp_path: Path) -> None:
    """Without any database, too; any topic of the department is right; what was taught proves nothing."""
    own = written(tmp_path / "own.jsonl", [HOLE | {"department": "bau", "category": "complaint", "language": "de"}])
    found = await office.command("evaluate", "--file", own, "--json", "--html", str(tmp_path / "report.html"))
    assert found.status == 0, found.err
    [said] = found.objects
    assert said["title"] == "the model in force on own.jsonl"
    assert said["topic"]["acceptable"] == said["category"]["acceptable"] == 1
    assert list(said["about"]) == ["model", "category is sure from", "topic is sure from", "release", "corpus", "date"]
    assert "the model in force on own.jsonl" in (tmp_path / "report.html").read_text("utf-8")
    assert not (tmp_path / "anliegen.db").exists()

    office.raw["classification"] = {"department_threshold": 0.999, "category_threshold": 0.001}
    office.write()
    assert (await office.command("db", "upgrade")).status == 0
    assert (await office.command("model", "teach", own)).status == 0
    refused = await office.command("evaluate", "--file", own)
    assert (refused.status, "were taught" in refused.err) == (1, True)
    more = written(tmp_path / "more.jsonl", [HOLE | {"department": "bau"}, {"text": "Danke!", "category": "praise"}])
    found = await office.command("evaluate", "--file", more)
    assert found.status == 0, found.err
    assert (
        "the model in force on more.jsonl: 1 text\nTexts left out because they were taught to the model: 1."
        in found.out
    )
    assert "category is sure from: 0.001" in found.out and "TOPIC: no text has one." in found.out


async def test_two_measurements_at_once_and_bad_lines_are_refused(office: Installation, tmp_path: Path) -> None:
    bad = written(tmp_path / "bad.jsonl", [HOLE | {"category": "rant"}])
    none = await office.command("evaluate", "--lessons")
    assert (none.status, none.out, "no database" in none.err) == (1, "", True), none.err
    both = await office.command("evaluate", "--lessons", "--file", bad)
    assert (both.status, "name one of them" in both.err) == (2, True)
    found = await office.command("evaluate", "--file", bad)
    assert (found.status, "line 1" in found.err, "rant" in found.err) == (2, True, True)
