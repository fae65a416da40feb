"""The lexicon as a view of its own: which topics' own words stand in a text, without any learning.

A word counts where its stem is listed, or where a long listed stem is part of it (German compounds: the listed
"Sperrmüll" is found in "Sperrmülltermin"). A word that several topics list counts little for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import numpy as np

from classifiers.corpus import topic_words
from classifiers.features import MAX_CHARS, matter_words, telling_words
from classifiers.folding import fold
from classifiers.glossary import german_words
from classifiers.values import Text
from classifiers.vocabulary import Floats

#: Shorter stems are found as whole words only.
LONG_STEM = 5
#: Only words of this length may be compounds.
LONG_WORD = 7
#: A part of a compound says a little less than the word itself.
PART = 0.8
SUBJECT_WEIGHT = 2.0

_ENDINGS = ("ungen", "ern", "ung", "en", "er", "es", "em", "e", "n", "s", "t")


def listed(texts: Sequence[Text], topics: Sequence[str]) -> Floats:
    """A line for each text, a column for each topic: how much of the topic's own words it holds (from 0)."""
    lines = np.zeros((len(texts), len(topics)), dtype=np.float32)
    for line, text in zip(lines, texts, strict=True):
        fields = ((text.subject, SUBJECT_WEIGHT), (text.body[:MAX_CHARS], 1.0), (german_words(text), 1.0))
        for field, weight in fields:
            for word in set(matter_words(field)):
                for topic, share in _topics_of(word).items():
                    if topic in topics:
                        line[topics.index(topic)] += weight * share * share
    return np.log1p(lines)


@lru_cache(maxsize=8192)
def _topics_of(word: str) -> Mapping[str, float]:
    stems = _stems()
    stem = _stem(word)
    if stem in stems:
        return dict.fromkeys(stems[stem], 1 / len(stems[stem]))
    shares: dict[str, float] = {}
    for part in _longest_parts(stem) if len(stem) >= LONG_WORD else ():
        for topic in stems[part]:
            shares[topic] = max(shares.get(topic, 0.0), PART / len(stems[part]))
    return shares


def _longest_parts(stem: str) -> set[str]:
    """The longest of the listed stems that are part of this one. Its runs are looked up: there are far more stems."""
    stems = _stems()
    for length in range(min(len(stem), _longest_stem()), LONG_STEM - 1, -1):
        runs = {stem[start : start + length] for start in range(len(stem) - length + 1)}
        if found := runs & stems.keys():
            return found
    return set()


@cache
def _longest_stem() -> int:
    return max(map(len, _stems()))


@cache
def _stems() -> Mapping[str, frozenset[str]]:
    found = defaultdict(set)
    for example in topic_words():
        for word in telling_words(example.text):
            if len(_stem(fold(word))) >= 3:
                found[_stem(fold(word))].add(example.topic)
    return {stem: frozenset(topics) for stem, topics in found.items()}


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
