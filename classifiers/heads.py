"""One question (which category? which topic?) and how the views' scores become one calibrated answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifiers.vocabulary import Floats, Vocabulary

#: Which view's rows each sparse scorer reads: a margin over either, and tallies of the words.
READS = {"spoken": "spoken", "spelled": "spelled", "tallied": "spoken"}


@dataclass(frozen=True, slots=True)
class Scorer:
    """The weights of one view: a line for each feature, a column for each class."""

    weights: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Fusion:
    """The second stage: how far each view is trusted, and how common each class is beyond what they say.

    So few numbers on purpose: a free matrix over all scores learns the habits of who wrote the corpus.
    """

    views: tuple[str, ...]
    #: One number for each view.
    trust: Floats
    #: One number for each class.
    bias: Floats

    def probabilities(self, scores: Mapping[str, Floats]) -> Floats:
        """One line of calibrated probabilities for each line of scores."""
        odds = sum((scores[view] * trust for view, trust in zip(self.views, self.trust, strict=True)), self.bias)
        return softmax(np.asarray(odds))


@dataclass(frozen=True, slots=True)
class Head:
    """A question with its classes, its scorers by view, and its fusions without and with the encoder."""

    name: str
    classes: tuple[str, ...]
    scorers: Mapping[str, Scorer]
    plain: Fusion
    rich: Fusion | None
    threshold: float

    def named(self, line: Floats) -> dict[str, float]:
        """A line of probabilities by class, the most probable first; sums to 1."""
        order = np.argsort(-line)
        total = float(line.sum())
        return {self.classes[place]: float(line[place]) / total for place in order}


def softmax(odds: Floats) -> Floats:
    """Log-odds to probabilities, line by line."""
    shifted = np.exp(odds - odds.max(axis=1, keepdims=True))
    result: Floats = (shifted / shifted.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


def choose_threshold(confidence: Sequence[float], right: Sequence[bool], precision: float) -> float:
    """The lowest confidence from which on at least `precision` of the answers are right; 1.0 where none is."""
    order = np.argsort(-np.asarray(confidence))
    share = np.cumsum(np.asarray(right)[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(share >= precision)
    return float(np.asarray(confidence)[order][good[-1]]) if len(good) else 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """All that is learnt: what a model file holds, and nothing else."""

    vocabularies: Mapping[str, Vocabulary]
    category: Head
    topic: Head
    #: Version of the sentence encoder that the rich fusions were fitted with, or None.
    encoder: str | None
