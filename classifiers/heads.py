"""One question (which category? which topic?) and how the learners' scores become one calibrated answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classifiers.meanings import Meanings
from classifiers.vocabulary import Floats, Rows, Vocabulary

#: Learners of a question: by likeness (without the encoder, and with it), by tallies of features.
JOINED, MEANT, TALLIED = "joined", "meant", "tallied"
#: The learners whose scores the second stage weighs, without the encoder and with it.
PLAIN = (JOINED, TALLIED)
RICH = (MEANT, TALLIED)
#: The view whose features are tallied, by question.
TALLIES = {"category": "spoken", "topic": "spelled"}
#: How much each view counts where texts are compared, by question; `MEANT` adds nearness in meaning.
LIKENESS = {
    "category": {"spoken": 1.0, "spelled": 0.5, "signed": 0.5},
    "topic": {"spoken": 0.3, "spelled": 1.0},
}
MEANING = 1.0

Halves = NDArray[np.float16]
#: Of held-back texts: how confident the best answer was, and whether it was right.
Outcomes = tuple[Floats, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Scorer:
    """What one learner knows: for each view a line for each feature, a column for each class."""

    weights: Mapping[str, Halves]
    bias: Floats
    #: A line for each learnt text: how far nearness in meaning to it speaks for each class.
    duals: Halves | None = None

    def scores(self, rows: Mapping[str, Rows]) -> Floats:
        """One line of scores for each text, from words alone."""
        return sum((rows[view].times(weights) for view, weights in self.weights.items()), self.bias)


@dataclass(frozen=True, slots=True)
class Fusion:
    """The second stage: how far each learner is trusted, and how common each class is beyond what they say.

    So few numbers on purpose: a free matrix over all scores learns the habits of who wrote the corpus.
    """

    views: tuple[str, ...]
    #: One number for each learner.
    trust: Floats
    #: One number for each class.
    bias: Floats
    #: Slope and offset that `honest` takes.
    surety: Floats = field(default_factory=lambda: np.array([1, 0], dtype=np.float32))

    def probabilities(self, scores: Mapping[str, Floats]) -> Floats:
        """One line of calibrated probabilities for each line of scores."""
        odds = sum((scores[view] * trust for view, trust in zip(self.views, self.trust, strict=True)), self.bias)
        return honest(softmax(np.asarray(odds)), self.surety)


@dataclass(frozen=True, slots=True)
class Head:
    """A question with its classes, its scorers by learner, and its fusions without and with the encoder."""

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


def honest(chances: Floats, surety: Floats) -> Floats:
    """Probabilities whose best answer is as sure as held-back texts bear out: its log-odds times a slope, plus an offset
    (Platt 1999, Probabilistic outputs for support vector machines). The best answer stays the best."""
    slope, offset = surety
    best = chances.max(axis=1, keepdims=True).clip(1e-6, 1 - 1e-6)
    borne_out = 1 / (1 + np.exp(-(slope * np.log(best / (1 - best)) + offset)))
    said = np.maximum(borne_out, np.minimum(best, 0.51))  # more than all others together, or as much as before
    result: Floats = np.where(chances >= best, said, chances * (1 - said) / (1 - best)).astype(np.float32)
    return result


def guessed(chances: Floats, most: float) -> Floats:
    """The same answers, the best of a line no surer than `most`."""
    best = chances.max(axis=-1, keepdims=True)
    said = np.minimum(best, most)
    result: Floats = np.where(chances >= best, said, chances * (1 - said) / np.maximum(1 - best, 1e-6))
    return result


def choose_threshold(precision: float, cheap: Outcomes, dear: Outcomes | None = None) -> float:
    """The lowest confidence from which on at least `precision` of the answers are right; 1.0 where there is none.

    The dear stage answers where the cheap one is not that confident, as in the office: texts of which one of two
    stages is confident are more, and a little less often right, than those of either (decision 0240).
    """
    (confident, right), (later, then_right) = cheap, dear or cheap
    by_dear = later > confident
    # from high to low: a text gets its answer from the more confident stage, and may get the cheap one's further down
    moments = np.concatenate([confident, later[by_dear]])
    answers = np.concatenate([np.where(by_dear, 0, 1), np.ones(by_dear.sum())])
    gains = np.concatenate([right.astype(int) - np.where(by_dear, then_right, 0), then_right[by_dear]])
    order = np.argsort(-moments)
    share = np.cumsum(gains[order]) / np.cumsum(answers[order])
    good = np.flatnonzero(share >= precision)
    return float(moments[order][good[-1]]) if len(good) else 1.0


@dataclass(frozen=True, slots=True)
class Model:
    """All that is learnt: what a model file holds, and nothing else."""

    vocabularies: Mapping[str, Vocabulary]
    category: Head
    topic: Head
    #: Version of the sentence encoder that the rich fusions were fitted with, or None.
    encoder: str | None
    #: The learnt texts' meanings, where the encoder was there.
    meanings: Meanings | None
