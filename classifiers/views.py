"""All views of all examples as lines that can be fitted on and scored; the lexicon's view is only scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers import encoder, linear
from classifiers.classifier import ENCODED, LISTED
from classifiers.features import VIEWS
from classifiers.heads import READS, Scorer
from classifiers.linear import Doubles, Labels
from classifiers.listed import listed
from classifiers.values import Example
from classifiers.vocabulary import Floats, Vocabulary, learn_vocabulary

#: A feature must stand in so many texts.
AT_LEAST = 2
#: From so many examples on, an office's own topic is learnt.
ENOUGH = 20

#: How each sparse scorer is fitted.
FITS = {"spoken": linear.fit_margin, "spelled": linear.fit_margin, "tallied": linear.fit_tally}

#: Fits one scorer on the lines of the training part.
Fit = Callable[[NDArray[np.int64], Labels, Doubles], Scorer]


@dataclass(frozen=True, slots=True)
class Lines:
    """One view of all examples, ready to be fitted on and to be scored, by line numbers."""

    fit: Fit
    score: Callable[[Scorer, NDArray[np.int64]], Floats]


def teaches(examples: Sequence[Example], name: str) -> NDArray[np.int64]:
    """The examples that one question is learnt from: labelled, and of a class with enough of them."""
    counts = Counter(getattr(example, name) for example in examples)
    return np.array(
        [n for n, each in enumerate(examples) if getattr(each, name) and counts[getattr(each, name)] >= ENOUGH]
    )


class Views:
    """All views of all examples, computed once."""

    def __init__(self, examples: Sequence[Example], use_encoder: bool) -> None:
        self.examples = examples
        self.vocabularies: dict[str, Vocabulary] = {}
        self._sparse: dict[str, linear.Matrix] = {}
        for name, view in VIEWS.items():
            features = [view(example.text) for example in examples]
            self.vocabularies[name] = learn_vocabulary(features, AT_LEAST)
            self._sparse[name] = linear.matrix(self.vocabularies[name].rows(features))
        self._dense = encoder.corpus_vectors([example.text for example in examples]) if use_encoder else None

    def teaching(self, name: str) -> tuple[list[Example], dict[str, Lines]]:
        """The examples that one question is learnt from, and their lines."""
        where = teaches(self.examples, name)
        lines = {name: _sparse_lines(self._sparse[view][where], FITS[name]) for name, view in READS.items()}
        if self._dense is not None:
            lines[ENCODED] = _dense_lines(self._dense[where])
        chosen = [self.examples[int(number)] for number in where]
        if name == "topic":
            del lines["tallied"]  # the words' tallies tell the speech act; on the matter nothing was gained
            lines[LISTED] = _listed_lines(chosen, sorted({each.topic for each in chosen}))
        return chosen, lines


def _sparse_lines(
    matrix: linear.Matrix, fitted: Callable[[linear.Matrix, Labels, Doubles], tuple[Floats, Floats]]
) -> Lines:
    def fit(where: NDArray[np.int64], labels: Labels, weights: Doubles) -> Scorer:
        return Scorer(*fitted(matrix[where], labels, weights))

    return Lines(fit, lambda scorer, where: np.asarray(matrix[where] @ scorer.weights + scorer.bias, dtype=np.float32))


def _dense_lines(rows: Floats) -> Lines:
    def fit(where: NDArray[np.int64], labels: Labels, weights: Doubles) -> Scorer:
        return Scorer(*linear.fit_dense(rows[where], labels, weights))

    return Lines(fit, lambda scorer, where: rows[where] @ scorer.weights + scorer.bias)


def _listed_lines(examples: Sequence[Example], topics: Sequence[str]) -> Lines:
    """The lexicon's view: there is nothing to fit."""
    table = listed([each.text for each in examples], topics)
    nothing = Scorer(np.zeros((0, len(topics)), dtype=np.float32), np.zeros(len(topics), dtype=np.float32))
    return Lines(lambda _where, _labels, _weights: nothing, lambda _scorer, where: table[where])
