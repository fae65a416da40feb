"""Why: the sender's own words and sentences that weighed most, for people.

Weights of word and letter features are added up for each written word; what is shown are the words as they
stand in the text, so nothing has to be translated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np

from classifiers.dialect import reader
from classifiers.features import MAX_CHARS, VIEWS, letter_runs, sentences, telling_words
from classifiers.folding import fold
from classifiers.glossary import german_for
from classifiers.heads import JOINED, Head, Model
from classifiers.languages import facts, known_languages
from classifiers.values import Text
from classifiers.vocabulary import Floats, Rows

#: The views that tell how something is said.
ACTS = ("spoken", "signed")
SHOWN_WORDS = 4
SHORTEST_WORD = 3
LONGEST_QUOTE = 160


def evidence(model: Model, text: Text, rows: Mapping[str, Rows], category: int, topic: int) -> tuple[str, ...]:
    """Two lines: the sentence that spoke most for the category, the words that spoke most for the topic.

    `rows`: one row of each view, the text's.
    """
    quote = _telling_sentence([_Pull(model, view, model.category, category, rows) for view in ACTS], text)
    words = _telling_words(_Pull(model, "spelled", model.topic, topic, rows), text)
    lines = []
    if quote:
        lines.append(f"{model.category.classes[category]}: “{quote}”")
    if words:
        lines.append(f"{model.topic.classes[topic]}: {', '.join(words)}")
    return tuple(lines)


class _Pull:
    """How much each feature of a text speaks for one class rather than for the average class."""

    def __init__(self, model: Model, view: str, head: Head, wanted: int, rows: Mapping[str, Rows]) -> None:
        self.view = VIEWS[view]
        values, columns = next(rows[view].each())
        weights: Floats = head.scorers[JOINED].weights[view][columns].astype(np.float32)
        gains = values * (weights[:, wanted] - weights.mean(axis=1))
        terms = model.vocabularies[view].terms
        self._gain = {terms[column]: gain for column, gain in zip(columns.tolist(), gains.tolist(), strict=True)}

    def of(self, features: Iterable[str]) -> float:
        """The pull of some of the text's features together."""
        return float(sum(self._gain.get(feature, 0.0) for feature in features))


def _telling_sentence(pulls: Sequence[_Pull], text: Text) -> str | None:
    read = reader(text)
    parts = {part: Text("", read(part)) for part in sentences(text.body[:MAX_CHARS])}
    if text.subject.strip():
        parts = {text.subject.strip(): Text(read(text.subject), "")} | parts
    if not parts:
        return None
    said = [part for part in parts if not _courtesies().fullmatch(part)] or parts  # a greeting is no reason
    best = max(said, key=lambda part: sum(pull.of(pull.view(parts[part])) for pull in pulls))
    return best if len(best) <= LONGEST_QUOTE else best[: LONGEST_QUOTE - 1] + "…"


@cache
def _courtesies() -> re.Pattern[str]:
    every = [pattern for code in known_languages() for pattern in facts(code).courtesy]
    return re.compile("|".join(f"(?:{pattern})" for pattern in every), re.IGNORECASE)


def _telling_words(pull: _Pull, text: Text) -> list[str]:
    words, read = (word for word in telling_words(text) if len(word) >= SHORTEST_WORD), reader(text)
    german = german_for(text)
    weighed = {
        word: pull.of(run for each in (read(word), *german(word)) for run in letter_runs(fold(each))) for word in words
    }
    return sorted((word for word in weighed if weighed[word] > 0), key=lambda word: -weighed[word])[:SHOWN_WORDS]
