"""What each learner says of texts that it was not fitted on, and the second stage fitted on exactly that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classifiers import linear
from classifiers.folds import ALWAYS, folds
from classifiers.heads import Fusion, Scorer
from classifiers.linear import Labels
from classifiers.values import Example
from classifiers.views import Question
from classifiers.vocabulary import Floats

PARTS = 5


@dataclass(frozen=True)
class HeldBack:
    """What each learner says of texts that it was not fitted on, and which part of the corpus each belongs to."""

    examples: Sequence[Example]
    labels: Labels
    part: NDArray[np.int64]
    scores: Mapping[str, Floats]
    #: The same learners, fitted on everything.
    scorers: Mapping[str, Scorer]

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes in the order of the columns."""
        return tuple(str(label) for label in np.unique(self.labels))

    def fusion(self, views: tuple[str, ...], where: NDArray[np.bool_] | None = None) -> Fusion:
        """The second stage over these learners, from all texts or some."""
        chosen = np.ones(len(self.labels), dtype=bool) if where is None else where
        scores = np.stack([self.scores[view][chosen] for view in views])
        return Fusion(views, *linear.fit_fusion(scores, self.labels[chosen], np.ones(int(chosen.sum()))))

    def chances(self, views: tuple[str, ...]) -> Floats:
        """Probabilities for each text, by a second stage that has not seen its part either."""
        chances = np.zeros((len(self.labels), len(self.classes)), dtype=np.float32)
        for number in np.unique(self.part):
            held = self.part == number
            fusion = self.fusion(views, ~held)
            chances[held] = fusion.probabilities({view: self.scores[view][held] for view in views})
        return chances


def hold_back(question: Question) -> HeldBack:
    """Let every learner answer each part from all others."""
    part = folds(question.examples, PARTS)
    learnt = question.learn(part)
    counted = np.flatnonzero(part != ALWAYS)
    return HeldBack(
        [question.examples[int(number)] for number in counted],
        question.labels[counted],
        part[counted],
        {name: held[counted] for name, (_, held) in learnt.items()},
        {name: scorer for name, (scorer, _) in learnt.items() if scorer is not None},
    )


def accepted(example: Example, name: str) -> set[str | None]:
    """The labels a careful clerk would accept for one question."""
    return {getattr(example, name), getattr(example, f"also_{name}")}
