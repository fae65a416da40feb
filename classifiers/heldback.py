"""What each learner says of texts that it was not fitted on, and the second stage fitted on exactly that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classifiers import linear
from classifiers.folds import ALWAYS, folds
from classifiers.heads import Fusion, Scorer, honest
from classifiers.linear import Labels
from classifiers.values import Example
from classifiers.views import Question
from classifiers.vocabulary import Floats

PARTS = 5


@dataclass(frozen=True)
class HeldBack:
    """What each learner says of texts that it was not fitted on, and which part of the corpus each belongs to."""

    #: The question.
    name: str
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

    def second_stage(self, views: tuple[str, ...]) -> tuple[Fusion, Floats]:
        """The second stage over these learners, and probabilities for each text by one that has not seen its part.

        How sure it may be is read off those: two numbers, from all texts.
        """
        chances = np.zeros((len(self.labels), len(self.classes)), dtype=np.float32)
        for number in np.unique(self.part):
            held = self.part == number
            fusion = self._fit(views, ~held)
            chances[held] = fusion.probabilities({view: self.scores[view][held] for view in views})
        surety = linear.fit_surety(chances.max(axis=1).clip(1e-6, 1 - 1e-6), self.right(chances))
        fusion = self._fit(views, np.ones(len(self.labels), dtype=bool))
        return replace(fusion, surety=surety), honest(chances, surety)

    def right(self, chances: Floats) -> NDArray[np.bool_]:
        """Of which texts a careful clerk would accept the best answer."""
        said = (self.classes[best] for best in chances.argmax(axis=1))
        return np.array([label in accepted(each, self.name) for label, each in zip(said, self.examples, strict=True)])

    def _fit(self, views: tuple[str, ...], where: NDArray[np.bool_]) -> Fusion:
        scores = np.stack([self.scores[view][where] for view in views])
        return Fusion(views, *linear.fit_fusion(scores, self.labels[where], np.ones(int(where.sum()))))


def hold_back(question: Question, part: NDArray[np.int64] | None = None) -> HeldBack:
    """Let every learner answer each part from all others; whole writers, where no other parts are given."""
    part = folds(question.examples, PARTS) if part is None else part
    learnt = question.learn(part)
    counted = np.flatnonzero(part != ALWAYS)
    return HeldBack(
        question.name,
        [question.examples[int(number)] for number in counted],
        question.labels[counted],
        part[counted],
        {name: held[counted] for name, (_, held) in learnt.items()},
        {name: scorer for name, (scorer, _) in learnt.items()},
    )


def accepted(example: Example, name: str) -> set[str]:
    """The labels a careful clerk would accept for one question."""
    return {getattr(example, name), *getattr(example, f"also_{name}")}
