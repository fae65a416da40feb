"""Which language a text is in. Owns the one import of py3langid; short texts go by tell-tale words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

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

_WORD = re.compile(r"[^\W\d_]+")
_UNTELLING = re.compile(r"https?://\S+|\S+@\S+|[\d\W_]+")


def detect_language(text: str, allowed: Sequence[str] | None = None) -> str:
    """The text's language, ISO 639-1; dialects of German (Swiss German, Bavarian) are `de`.

    With `allowed` the answer is one of these: the first where the text is too short to tell, or is in none.
    """
    default = allowed[0] if allowed else "de"
    best = _best(text[:READ_CHARS], default)
    return best if not allowed or best in allowed else default


def _best(text: str, default: str) -> str:
    plain = _UNTELLING.sub(" ", text).strip()
    if not plain:
        return default
    scores: dict[str, float] = dict(_identifier().rank(plain))
    words = {word.lower() for word in _WORD.findall(plain)}
    for code in known_languages():
        scores[code] = scores.get(code, 0.0) + WORD_WEIGHT * len(words & facts(code).telltale)
    first, second = sorted(scores.values(), reverse=True)[:2]
    if first - second < LEAD:
        return default
    return max(scores, key=lambda code: scores[code])


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(list(TOLD_APART))
    return LanguageIdentifier(  # made anew from the few languages, so that the tables of all others are let go
        whole.nb_ptc, whole.nb_pc, whole.nb_classes, whole.tk_nextmove, whole.tk_output, True, tk_row=whole.tk_row
    )
