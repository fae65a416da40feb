"""Swiss German read as standard German, word by word: few texts are dialect, and each writer spells it otherwise.

Owns which words stand for which and which sounds change (`corpus/dialect.toml`), and when a text is dialect at all.
What comes out is for the learners' eyes alone, no translation to be shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from classifiers.detect import detect_language
from classifiers.values import Text

#: A German text is dialect where so large a share of its words is: at least `FEWEST` words, but in short texts one is enough.
SHARE = 0.09
FEWEST = 2
SHORT = 20

_WORD = re.compile(r"[^\W\d_]+")


def in_standard_german(text: Text) -> Text:
    """The text in words that other texts use, too; the same object where it is no dialect."""
    said = reader(text)
    return Text(said(text.subject), said(text.body)) if said is _standard else text


def reader(text: Text) -> Callable[[str], str]:
    """What reads any part of this text: as standard German where the whole is dialect, else as it stands."""
    return _standard if _is_dialect(f"{text.subject}\n{text.body}") else str


@lru_cache(maxsize=128)  # asked again when reasons are looked for
def _is_dialect(words: str) -> bool:
    found = [word.lower() for word in _WORD.findall(words)]
    telling = len([word for word in found if word in _table().only])
    enough = 1 if len(found) <= SHORT else FEWEST
    return telling >= max(enough, SHARE * len(found)) and detect_language(words) == "de"


def _standard(words: str) -> str:
    return _WORD.sub(lambda match: _word(match.group()), words)


@lru_cache(maxsize=4096)
def _word(word: str) -> str:
    table, low = _table(), word.lower()
    found = table.words.get(low)
    if found is None:
        found = low
        for sound, standard in table.sounds if low not in table.kept else ():
            found = sound.sub(standard, found)
    return found.capitalize() if word[0].isupper() else found


@dataclass(frozen=True, slots=True)
class _Table:
    """Dialect words by what stands for them, those among them that show dialect, sounds in order, exceptions."""

    words: Mapping[str, str]
    only: frozenset[str]
    sounds: tuple[tuple[re.Pattern[str], str], ...]
    kept: frozenset[str]


@cache
def _table() -> _Table:
    stored = tomllib.loads((files("classifiers") / "corpus" / "dialect.toml").read_text(encoding="utf-8"))
    only, also = (
        {word: key for key, line in stored[name].items() for word in line.split()} for name in ("only", "also")
    )
    sounds = tuple((re.compile(pattern), standard) for pattern, standard in stored["sounds"].items())
    return _Table(also | only, frozenset(only), sounds, frozenset(stored["kept"]["words"].split()))
