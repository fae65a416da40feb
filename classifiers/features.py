"""From text to features: words and signs for the speech act, letters for the matter.

Owns tokens, sentences and the *views* of a text that the models read. A view is a function from a `Text` to a
list of strings; the vocabulary turns these into numbers. Pure, no third party.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import combinations, pairwise

from classifiers.folding import fold
from classifiers.glossary import german_words
from classifiers.languages import facts, known_languages
from classifiers.signs import signs
from classifiers.values import Text

#: Longer texts say nothing more about their kind; what a model reads of one mail is bounded.
MAX_CHARS = 6000
#: Letters in a row that form one feature of the letter view.
SHORTEST, LONGEST = 3, 6

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_]+|[?!]+|\.{2,}|…|[.,:;()\"„“:-]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def tokens(text: str) -> list[str]:
    """The folded words and telling marks (`?`, `!!`, `…`) of a text."""
    return _TOKEN.findall(fold(text[:MAX_CHARS]))


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, as they were written."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def spoken(text: Text) -> list[str]:
    """The speech act: single words, pairs and triples of the body, and the subject as a field of its own."""
    subject, body = tokens(text.subject), tokens(text.body)
    framed = ["<b>", *body, "</b>"]
    features = [*body, *_pairs(framed), *_triples(framed)]
    features += [f"s:{feature}" for feature in (*subject, *_pairs(subject))]
    return features


def spelled(text: Text) -> list[str]:
    """The matter: runs of letters inside each word that has a matter, so that compounds and inflections agree.

    The subject counts twice, since whoever writes one names the matter there (docs/decisions/0230). Other languages
    than German are read with their German words beside them.
    """
    twice = f"{text.subject} {text.subject} {text.body[:MAX_CHARS]} {german_words(text)}"
    return [run for word in matter_words(twice) for run in letter_runs(word)]


def signed(text: Text) -> list[str]:
    """The speech act, whatever the words: signs, alone and in pairs, and where they stand; how long the text is."""
    subject, body = signs(text.subject), [signs(part) for part in sentences(text.body[:MAX_CHARS])]
    everywhere = sorted(subject.union(*body))
    features = [*everywhere, *_together(everywhere), *(f"s:{sign}" for sign in sorted(subject))]
    features += [f"in:{both}" for part in body for both in _together(sorted(part))]
    for where, part in (("first", body[:1]), ("last", body[-1:])):
        features += [f"{where}:{sign}" for each in part for sign in sorted(each)]
    return [*features, f"length:{len(text.body[:MAX_CHARS].split()).bit_length()}", f"sentences:{min(len(body), 6)}"]


def matter_words(text: str) -> list[str]:
    """The folded words of a text without function words and courtesies of the known languages."""
    untelling = _untelling()
    return [word for word in _WORD.findall(fold(text)) if word not in untelling]


def telling_words(text: Text) -> list[str]:
    """The words of a text, as written and each once, without function words and courtesies of known languages."""
    untelling = _untelling()
    written = dict.fromkeys(_WORD.findall(f"{text.subject} {text.body[:MAX_CHARS]}"))
    return [word for word in written if fold(word) not in untelling]


@lru_cache(maxsize=4096)
def letter_runs(word: str) -> tuple[str, ...]:
    """All runs of three to six letters of one folded word, its edges marked by a blank."""
    edged = f" {word} "
    longest = min(LONGEST, len(edged))
    return tuple(
        edged[start : start + length]
        for length in range(min(SHORTEST, longest), longest + 1)
        for start in range(len(edged) - length + 1)
    )


@cache
def _untelling() -> frozenset[str]:
    return frozenset(fold(word) for code in known_languages() for word in facts(code).function_words)


def _pairs(words: list[str]) -> list[str]:
    return [f"{one} {two}" for one, two in pairwise(words)]


def _triples(words: list[str]) -> list[str]:
    return [" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)]


def _together(found: list[str]) -> list[str]:
    return [f"{one}&{two}" for one, two in combinations(found, 2)]


View = Callable[[Text], list[str]]
#: The word in a model file is the name of the function.
VIEWS: dict[str, View] = {"spoken": spoken, "spelled": spelled, "signed": signed}
