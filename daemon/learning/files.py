"""A file of lessons, as an administrator writes it: one JSON object a line (docs/learning.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from classifiers import CATEGORIES, TOPICS
from daemon.config import Config
from daemon.store.lessons import Taught

#: Octets of a file, and how many mistakes in it are told.
LARGEST, MISTAKES = 50_000_000, 20

FIELDS = ("subject", "text", "language", "category", "topic", "department")

#: The codes of ISO 639-1.
LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo"
    " es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka"
    " kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng"
    " nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su"
    " sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)


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
    if wrong := _wrong(row, config):
        return wrong
    return Taught(
        row.get("subject") or "",
        row.get("text") or "",
        *(row.get(name) or None for name in ("language", "category", "topic", "department")),
    )


def _wrong(row: Mapping[str, str | None], config: Config) -> str | None:
    """What is wrong with its labels: a misspelt one would teach what nobody asks for."""
    category, department, topic, language = (row.get(name) for name in ("category", "department", "topic", "language"))
    if category and category not in CATEGORIES:
        return f'category: "{category}" is none of {", ".join(CATEGORIES)}.'
    if department and department not in {each.key for each in config.department}:
        return f'department: there is no department "{department}" in the configuration.'
    topics = dict.fromkeys([*TOPICS, *(topic for each in config.department for topic in each.covers)])
    if topic and topic not in topics:
        return f'topic: "{topic}" is none of {", ".join(topics)}; a [[department]] can have others in its `topics`.'
    if language and language not in LANGUAGES.split():
        return f'language: "{language}" is no code of ISO 639-1 such as de, en, uk; leave it out where none fits.'
    return None
