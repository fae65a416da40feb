"""Which language a text is in. Owns the one import of py3langid; short texts go by tell-tale words.

py3langid's tables are for a hundred languages, and take half a second to load. Shipped is what is left of them for
the languages that are told apart here; `python -m classifiers.detect` makes it anew (a developer's step).
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifiers.languages import facts, is_courtesy, known_languages

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

#: Languages told apart: the acknowledgement's, and those that are often written to a German-speaking office.
TOLD_APART = ("de", "en", "fr", "it", "tr", "uk", "ru", "pl", "ar", "es", "pt", "nl", "ro", "hr", "sq", "fa")
#: A tell-tale word weighs as much as this much of the statistical model's certainty.
WORD_WEIGHT = 0.35
#: Below this lead over the next language a text says too little; the default is taken.
LEAD = 0.15
READ_CHARS = 2000
#: Latin letters end here; a text without any behind is in no foreign script.
_LAST_SHARED = "\u024f"
#: py3langid's tables for these languages.
SHIPPED = "corpus/languages.npz"

_WORD = re.compile(r"[^\W\d_]+")
_UNTELLING = re.compile(r"https?://\S+|\S+@\S+|[\d\W_]+")
#: Says as little in any language: a file's name, what an app calls a picture, "Fwd:".
_NAMES = re.compile(
    r"(?<!\S)\S+\.(?:jpe?g|png|gif|heic|webp|pdf|docx?|xlsx?|odt|zip|mp4|mov|m4a|txt|eml|msg)\b"
    r"|\b(?:whatsapp|telegram|signal) (?:image|video|audio|bild|ptt)s?(?: (?:at|um|à|alle)\b)?|\b(?:whatsapp|screenshot|outlook|iphone|android)s?\b"
    r"|\b(?:img|dsc|vid|pxl|scan|doc|image)(?:[-_ ]?\d+)+\w*|\b(?:scan|image|img|fwd?|wg|aw|re)\b(?=\s*(?::|\d|$))",
    re.IGNORECASE | re.MULTILINE,
)
#: A German street or town is written as it is in every language.
_PLACES = re.compile(
    r"\b[\w-]{0,40}(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|ring|damm|ufer)\s*\d+\s?[a-z]?\b|\b\d{4,5}\s+[^\W\d_][\w-]+",
    re.IGNORECASE,
)
#: With fewer words between greeting and closing, these are asked, too.
_ENOUGH_WORDS = 3
#: Languages that are told by their script alone, of which py3langid's tables here know nothing (ISO 15924 by the
#: first word of Unicode's names; of several languages in a script the one that is written most).
_SCRIPTS = {
    "HEBREW": "he", "GREEK": "el", "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th",
    "DEVANAGARI": "hi", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "GURMUKHI": "pa", "GEORGIAN": "ka", "ARMENIAN": "hy",
    "ETHIOPIC": "am", "KHMER": "km", "SINHALA": "si", "MYANMAR": "my", "LAO": "lo", "TIBETAN": "bo", "GUJARATI": "gu",
    "MALAYALAM": "ml", "KANNADA": "kn",
}  # fmt: skip


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
    matter = _matter(text)
    # People copy "Guten Tag" and "Mit freundlichen Grüßen" from what they were sent: what is between decides.
    if len(_WORD.findall(matter)) >= _ENOUGH_WORDS and (found := _leading(matter)):
        return found
    return _leading(_NAMES.sub(" ", text))


def _matter(text: str) -> str:
    """A text without lines of courtesy, names of files and apps, streets and towns."""
    said = "\n".join(line for line in text.split("\n") if not is_courtesy(line.strip()))
    return _PLACES.sub(" ", _NAMES.sub(" ", said))


def _leading(text: str) -> str | None:
    plain = _UNTELLING.sub(" ", text).strip()
    if not plain:
        return None
    if foreign := _script(plain):
        return foreign
    scores: dict[str, float] = dict(_identifier().rank(plain))
    words = {word.lower() for word in _WORD.findall(plain)}
    for code in known_languages():
        scores[code] = scores.get(code, 0.0) + WORD_WEIGHT * len(words & facts(code).telltale)
    first, second = sorted(scores.values(), reverse=True)[:2]
    if first - second < LEAD:
        return None
    return max(scores, key=lambda code: scores[code])


def _script(plain: str) -> str | None:
    """The language of a script that none of the languages told apart is written in, where most letters are of it."""
    beyond = [letter for letter in plain if letter > _LAST_SHARED]
    if not beyond:
        return None
    tally = Counter(_SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0]) for letter in beyond)
    tally["ja"] += tally["zh"] if tally["ja"] else 0  # Japanese is written with Chinese signs, too
    language, letters = max(
        ((each, count) for each, count in tally.items() if each), key=lambda pair: pair[1], default=("", 0)
    )
    return language if letters * 2 > sum(map(str.isalpha, plain)) else None


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
