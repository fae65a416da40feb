"""A file of lessons, as an administrator writes it: one JSON object a line (docs/learning.md)."""

from __future__ import annotations

import json
from pathlib import Path

from classifiers import CATEGORIES
from daemon.config import Config
from daemon.store.lessons import Taught

#: Octets of a file, and how many mistakes in it are told.
LARGEST, MISTAKES = 50_000_000, 20

FIELDS = ("subject", "text", "language", "category", "topic", "department")


def read_lessons(file: Path, config: Config) -> tuple[list[Taught], list[str]]:
    """The lessons of a file, and the first mistakes in it with their lines."""
    try:
        if file.stat().st_size > LARGEST:
            return [], [f"{file}: is larger than {LARGEST // 1_000_000} MB; teach a part of it."]
        lines = file.read_text("utf-8").split("\n")
    except UnicodeDecodeError:
        return [], [f"{file}: is not text in UTF-8."]
    except OSError as error:
        return [], [f"{file}: cannot be read ({error.strerror})."]
    lessons, problems = [], []
    for number, line in enumerate(lines, 1):
        if line.strip():
            found = _lesson(line, config)
            if isinstance(found, Taught):
                lessons.append(found)
            else:
                problems.append(f"{file}, line {number}: {found}")
    if not lessons and not problems:
        problems.append(f"{file}: holds no lesson.")
    return lessons, problems[:MISTAKES]


def _lesson(line: str, config: Config) -> Taught | str:
    """One line, or the sentence that says what is wrong with it."""
    try:
        row = json.loads(line)
    except ValueError:
        return "is not JSON."
    if not isinstance(row, dict) or not all(isinstance(value, str | None) for value in row.values()):
        return "is not an object of texts."
    if unknown := sorted(set(row) - set(FIELDS)):
        return f"has {', '.join(unknown)}; known are {', '.join(FIELDS)}."
    if not (row.get("subject") or row.get("text") or "").strip():
        return "has neither subject nor text."
    if not any(row.get(name) for name in ("category", "topic", "department")):
        return "needs a category, a topic or a department: what is it an example of?"
    if row.get("category") and row["category"] not in CATEGORIES:
        return f'category: "{row["category"]}" is none of {", ".join(CATEGORIES)}.'
    if row.get("department") and row["department"] not in {each.key for each in config.department}:
        return f'department: there is no department "{row["department"]}" in the configuration.'
    return Taught(
        row.get("subject") or "",
        row.get("text") or "",
        *(row.get(name) or None for name in ("language", "category", "topic", "department")),
    )
