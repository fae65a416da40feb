"""A file of lessons: what is right becomes lessons, what is wrong a sentence with its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from daemon.config import Config
from daemon.learning import files, read_lessons
from daemon.store.lessons import Taught


def test_lessons_of_a_file(tmp_path: Path, config: Config) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(
        '{"subject": "Zähler", "text": "Er tropft.", "department": "tiefbau", "category": "complaint", "language": "de"}\n'
        '\n{"text": "Zitat\\u2028mit Zeilentrenner", "topic": "kultur", "language": "uk", "subject": null}\n',
        "utf-8",
    )
    assert read_lessons(file, config) == (
        [
            Taught("Zähler", "Er tropft.", "de", "complaint", None, "tiefbau"),
            Taught("", "Zitat\u2028mit Zeilentrenner", "uk", None, "kultur", None),
        ],
        [],
    )


def test_a_topic_of_the_office_own_is_known_by_its_department(tmp_path: Path, make_config: Any) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "Er tropft.", "topic": "wasser"}\n{"text": "Zu wenig Licht.", "topic": "strom"}', "utf-8")
    office = [{"key": "werke", "name": "Stadtwerke", "topics": ["wasser", "gas"]}]
    lessons, [problem] = read_lessons(file, make_config(department=office))
    assert [each.topic for each in lessons] == ["wasser"]
    assert "line 2" in problem and "kultur, zentrale, wasser, gas; a [[department]]" in problem


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "is not JSON."),
        ("[]", "is not an object of texts."),
        ('{"text": 3, "topic": "abfall"}', "is not an object of texts."),
        ('{"text": "a", "topic": "abfall", "body": "b"}', "has body; known are subject, text"),
        ('{"text": " ", "topic": "abfall"}', "has neither subject nor text."),
        ('{"text": "a"}', "needs a category, a topic or a department"),
        ('{"text": "a", "category": "lob"}', '"lob" is none of complaint, suggestion'),
        ('{"text": "a", "department": "wasserwerk"}', 'there is no department "wasserwerk"'),
        ('{"text": "a", "topic": "quark"}', 'topic: "quark" is none of buergerbuero, bauamt'),
        ('{"text": "a", "topic": "abfall", "language": "klingon"}', '"klingon" is no code of ISO 639-1'),
        ('{"text": "a", "topic": "abfall", "language": "DE"}', '"DE" is no code of ISO 639-1'),
    ],
)
def test_each_mistake_has_its_line(tmp_path: Path, config: Config, line: str, sentence: str) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "a", "topic": "abfall"}\n' + line, "utf-8")
    _, [problem] = read_lessons(file, config)
    assert problem.startswith(f"{file}, line 2: ")
    assert sentence in problem


def test_files_that_are_none(tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n\n", "ascii")
    binary.write_bytes(b"\xff\xfe")
    said = [read_lessons(file, config)[1][0] for file in (empty, binary, tmp_path / "missing", tmp_path)]
    assert [words.partition(": ")[2] for words in said] == [
        "holds no lesson.",
        "is not text in UTF-8.",
        "cannot be read (No such file or directory).",
        "cannot be read (Is a directory).",
    ]
    monkeypatch.setattr(files, "LARGEST", 1)
    assert "larger than" in read_lessons(binary, config)[1][0]
