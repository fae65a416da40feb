"""Which language a text is in. Owns the one import of py3langid; short texts go by tell-tale words.

py3langid's tables are for a hundred languages, and take half a second to load. Shipped is what is left of them for
the languages that are told apart here; `python -m classifiers.detect` makes it anew (a developer's step).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifiers.languages import facts, known_languages

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: Languages told apart: the acknowledgement's, and those that are often written to a German-speaking office.
TOLD_APART = ("de", "en", "fr", "it", "tr", "uk", "ru", "pl", "ar", "es", "pt", "nl", "ro", "hr", "sq", "fa")
#: A tell-tale word weighs as much as this much of the statistical model's certainty.
WORD_WEIGHT = 0.35
#: Below this lead over the next language a text says too little; the default is taken.
LEAD = 0.15
READ_CHARS = 2000
#: py3langid's tables for these languages.
SHIPPED = "corpus/languages.npz"

_WORD = re.compile(r"[^\W\d_]+")
_UNTELLING = re.compile(r"https?://\S+|\S+@\S+|[\d\W_]+")


def detect_language(text: str, allowed: Sequence[str] | None = None) -> str:
    """The text's language, ISO 639-1; dialects of German (Swiss German, Bavarian) are `de`.

    With `allowed` the answer is one of these: the first where the text is too short to tell, or is in none.
    """
    default = allowed[0] if allowed else "de"
    best = _best(text[:READ_CHARS]) or default
    return best if not allowed or best in allowed else default


@lru_cache(maxsize=128)  # a batch is judged first, then answered: each text is asked for again
def _best(text: str) -> str | None:
    """The language that leads; None where the text says too little."""
    plain = _UNTELLING.sub(" ", text).strip()
    if not plain:
        return None
    scores: dict[str, float] = dict(_identifier().rank(plain))
    words = {word.lower() for word in _WORD.findall(plain)}
    for code in known_languages():
        scores[code] = scores.get(code, 0.0) + WORD_WEIGHT * len(words & facts(code).telltale)
    first, second = sorted(scores.values(), reverse=True)[:2]
    if first - second < LEAD:
        return None
    return max(scores, key=lambda code: scores[code])


@cache
def _identifier() -> LanguageIdentifier:
    """py3langid at work on the shipped tables: most steps of its automaton are as from its first state."""
    from py3langid.langid import LanguageIdentifier

    with (files("classifiers") / SHIPPED).open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        steps = np.tile(stored["start"], int(stored["row"].max()) + 1)
        steps[np.cumsum(stored["gaps"], dtype=np.int64)] = stored["steps"]
        classes, out = stored["classes"].tolist(), stored["out"].tolist()
        probabilities, row = (stored["ptc"], stored["pc"]), _array(stored["row"])
    return LanguageIdentifier(*probabilities, classes, _array(steps), out, True, tk_row=row)


def _array(numbers: NDArray[np.uint16] | NDArray[np.uint32]) -> array[int]:
    """The same numbers for a loop that reads them one by one, which numpy's arrays are slow at."""
    found = array({2: "H", 4: "I"}[numbers.itemsize])
    found.frombytes(numbers.data.cast("B"))
    return found


def write_tables(path: str) -> None:
    """Take the tables for the languages told apart from those that py3langid brings."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(list(TOLD_APART))
    steps = np.array(whole.tk_nextmove, dtype=np.uint32)
    start = steps.reshape(-1, 256)[whole.tk_row[0]]
    others = np.flatnonzero((steps.reshape(-1, 256) != start).ravel())
    gaps = np.diff(others, prepend=0)
    np.savez_compressed(
        path,
        ptc=whole.nb_ptc,
        pc=whole.nb_pc,
        classes=np.array(whole.nb_classes),
        start=start,
        gaps=gaps.astype(np.uint16 if gaps.max() < 1 << 16 else np.uint32),
        steps=steps[others],
        row=np.array(whole.tk_row, dtype=np.uint16),
        out=np.array(whole.tk_output, dtype=np.int32),
    )


if __name__ == "__main__":
    write_tables(str(files("classifiers") / SHIPPED))
