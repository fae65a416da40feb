"""German words for what other languages call the matters of an office (`corpus/glossary.toml`).

Most texts that teach are German: by the words that stand for its own, a text in another language finds what they
teach of the matter. For the learners' eyes alone, no translation to be shown.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Set
from functools import cache
from importlib.resources import files

from classifiers.detect import detect_language
from classifiers.folding import bare
from classifiers.openings import Openings
from classifiers.values import Text

#: Russian is looked up in the Ukrainian list, which has its words, too.
_LIST_OF = {"ru": "uk"}


def german_words(text: Text) -> str:
    """German words for what a text in another language names, each once; nothing for German."""
    return " ".join(sorted(german_for(text)(f"{text.subject}\n{text.body}")))


def german_for(text: Text) -> Callable[[str], Set[str]]:
    """What finds German words for any part of this text, in whose language it looks."""
    language = detect_language(f"{text.subject}\n{text.body}")
    table = _tables().get(_LIST_OF.get(language, language))
    return (lambda said: table.found(bare(said))) if table else (lambda _said: frozenset())


@cache
def _tables() -> Mapping[str, Openings]:
    stored = tomllib.loads((files("classifiers") / "corpus" / "glossary.toml").read_text(encoding="utf-8"))
    return {language: Openings(lists) for language, lists in stored.items()}
