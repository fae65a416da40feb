"""Why: the sender's own words and sentences that weighed most, for people.

Weights of word and letter features are added up for each written word; what is shown are the words as they
stand in the text, so nothing has to be translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from classifiers.dialect import reader
from classifiers.features import MAX_CHARS, VIEWS, letter_runs, sentences, telling_words
from classifiers.folding import fold
from classifiers.glossary import german_for
from classifiers.heads import JOINED, Head, Model
from classifiers.languages import is_courtesy
from classifiers.values import Text
from classifiers.vocabulary import UNKNOWN, Floats, Rows

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
        self.view, self._places = VIEWS[view], model.vocabularies[view].places
        values, columns = next(rows[view].each())
        order = np.argsort(columns)
        self._columns = np.append(columns[order], UNKNOWN)
        weights: Floats = head.scorers[JOINED].weights[view][columns[order]].astype(np.float32)
        self._gains = np.append(values[order] * (weights[:, wanted] - weights.mean(axis=1)), 0.0)

    def of(self, parts: Sequence[Sequence[str]]) -> Floats:
        """For each part of the text, the pull of its features together."""
        places = self._places([feature for part in parts for feature in part])
        where = np.searchsorted(self._columns[:-1], places)
        gains = np.where(self._columns[where] == places, self._gains[where], 0.0)
        whose = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        return np.bincount(whose, gains, minlength=len(parts)).astype(np.float32)


def _telling_sentence(pulls: Sequence[_Pull], text: Text) -> str | None:
    read = reader(text)
    parts = {part: Text("", read(part)) for part in sentences(text.body[:MAX_CHARS])}
    if text.subject.strip():
        parts = {text.subject.strip(): Text(read(text.subject), "")} | parts
    if not parts:
        return None
    said = [part for part in parts if not is_courtesy(part)] or [*parts]  # a greeting is no reason
    pulled = np.sum([pull.of([pull.view(parts[part]) for part in said]) for pull in pulls], axis=0)
    best = said[int(pulled.argmax())]
    return best if len(best) <= LONGEST_QUOTE else best[: LONGEST_QUOTE - 1] + "…"


def _telling_words(pull: _Pull, text: Text) -> list[str]:
    words, read = [word for word in telling_words(text) if len(word) >= SHORTEST_WORD], reader(text)
    german = german_for(text)
    runs = [[run for each in (read(word), *german(word)) for run in letter_runs(fold(each))] for word in words]
    pulled = pull.of(runs)
    return [words[place] for place in np.argsort(-pulled, kind="stable")[:SHOWN_WORDS] if pulled[place] > 0]
