"""Signs of a speech act: what words do in a letter, whatever it is about (`corpus/signs.toml`).

"Schon wieder" and "toujours pas" both say that something happens again; "abgebrochen" and "en panne" both say that
something is broken. Few texts teach every such word, so that the groups are written down and only what they mean
together is learnt: thanks beside a defect is rarely praise. Pure, no third party.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from classifiers.folding import bare

_WORD_START = re.compile(r"(?<!\w)\w")
#: Marks that are signs by themselves.
_MARKS = {"?": "?", "!": "!", "…": "…", "...": "…", "„": '"', "“": '"', "«": '"', "»": '"', '"': '"'}
#: Entries are found by their first letters.
_KEY = 3

Entry = tuple[str, bool, str]


def signs(said: str) -> frozenset[str]:
    """The signs in a sentence or a line."""
    text, table = bare(said), _table()
    found = {sign for mark, sign in _MARKS.items() if mark in text}
    for start in (match.start() for match in _WORD_START.finditer(text)):
        for length in range(1, _KEY + 1):
            for entry, whole, sign in table.get(text[start : start + length], ()):
                if sign not in found and text.startswith(entry, start) and not (whole and _goes_on(text, start, entry)):
                    found.add(sign)
    return frozenset(found)


def _goes_on(text: str, start: int, entry: str) -> bool:
    after = text[start + len(entry) : start + len(entry) + 1]
    return after.isalnum()


@cache
def _table() -> Mapping[str, tuple[Entry, ...]]:
    """All entries by their first letters: (folded, whether the word ends there, the sign)."""
    source = files("classifiers") / "corpus" / "signs.toml"
    groups: dict[str, str] = tomllib.loads(source.read_text(encoding="utf-8"))
    table: dict[str, dict[Entry, None]] = defaultdict(dict)
    for sign, lines in groups.items():
        for word in (bare(each.strip()) for each in lines.replace("\n", ",").split(",")):
            entry = word.removesuffix(".")
            if entry:
                table[entry[:_KEY]][entry, entry != word, sign] = None
    return {key: tuple(entries) for key, entries in table.items()}
