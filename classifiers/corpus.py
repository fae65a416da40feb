"""The shipped corpus: where it lies, how it is read, and the id that a model carries of it."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from classifiers.values import Example, Text


def corpus_files() -> list[Traversable]:
    """The shipped JSONL files in order; the name of each is the origin of its texts."""
    return sorted((file for file in _folder().iterdir() if file.name.endswith(".jsonl")), key=lambda file: file.name)


#: The origin of the lexicon's lines: always learnt from, never held back, never counted.
LEXICON = "lexicon"
#: Tables beside the texts: words and situations of each topic.
WORDS, SITUATIONS = "lexicon.toml", "situations.toml"


@cache
def corpus_id() -> str:
    """A short digest of the corpus: another corpus makes another model."""
    digest = hashlib.sha256()
    for file in (*corpus_files(), *_tables()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def shipped_examples() -> list[Example]:
    """All texts of the corpus with their labels."""
    return [example for file in corpus_files() for example in read_examples(file)]


def read_examples(file: Traversable) -> Iterator[Example]:
    """The texts of a JSONL file with their labels; its name is their origin."""
    origin = file.name.removesuffix(".jsonl")
    for line in file.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            yield _example(json.loads(line), origin)


def lexicon() -> list[Example]:
    """What each topic is about, line by line. Teaches the topic only: the category is empty."""
    return [*_lines(WORDS), *_lines(SITUATIONS)]


def _lines(name: str) -> list[Example]:
    table: dict[str, str] = tomllib.loads(_table_file(name).read_text(encoding="utf-8"))
    return [
        Example(Text("", line.strip()), category="", topic=topic, origin=LEXICON)
        for topic, lines in table.items()
        for line in lines.splitlines()
        if line.strip()
    ]


def _tables() -> list[Traversable]:
    """All tables that a model rests on: also signs of speech acts, and words of dialects."""
    return sorted((file for file in _folder().iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)


def _table_file(name: str) -> Traversable:
    return _folder() / name


def _folder() -> Traversable:
    return files("classifiers") / "corpus"


def _example(row: dict[str, object], origin: str) -> Example:
    return Example(
        text=Text(str(row["subject"]), str(row["body"])),
        category=str(row["category"]),
        topic=str(row["topic"]),
        also_category=_further(row.get("also_category")),
        also_topic=_further(row.get("also_topic")),
        language=str(row["lang"]),
        origin=origin,
    )


def _further(value: object) -> tuple[str, ...]:
    """Further labels that a careful clerk would accept: one, a list, or none."""
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),) if value else ()
