"""From labelled texts to a classifier: views, scorers, then the second stage on scores they were not fitted on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers import encoder, linear
from classifiers.classifier import ENCODED, LISTED, Classifier
from classifiers.corpus import lexicon, shipped_examples
from classifiers.features import VIEWS
from classifiers.folds import ALWAYS, folds
from classifiers.heads import Fusion, Head, Model, Scorer, choose_threshold
from classifiers.listed import listed
from classifiers.values import Example
from classifiers.vocabulary import Floats, Vocabulary, learn_vocabulary

#: Right among the sure ones: what the thresholds are chosen for.
PRECISION = 0.97
#: From so many examples on, an office's own topic is learnt.
ENOUGH = 20
#: A correction by the office's own staff counts as much as so many shipped texts.
CORRECTION_WEIGHT = 3.0
#: A feature must stand in so many texts.
AT_LEAST = 2
PARTS = 5

Progress = Callable[[str, float], None]
Doubles = linear.Doubles
Labels = linear.Labels
#: Fits one scorer on the lines of the training part.
Fit = Callable[[NDArray[np.int64], Labels, Doubles], Scorer]


@dataclass(frozen=True, slots=True)
class Lines:
    """One view of all examples, ready to be fitted on and to be scored, by line numbers."""

    fit: Fit
    score: Callable[[Scorer, NDArray[np.int64]], Floats]


def train(corrections: Iterable[Example] = (), progress: Progress | None = None) -> Classifier:
    """A classifier from the shipped corpus and the office's corrections. Under a minute on two cores."""
    corrected = [
        replace(each, weight=each.weight * CORRECTION_WEIGHT, origin=each.origin or "office") for each in corrections
    ]
    return train_on([*shipped_examples(), *lexicon(), *corrected], progress)


def train_on(
    examples: Sequence[Example], progress: Progress | None = None, with_encoder: bool | None = None
) -> Classifier:
    """A classifier from these examples alone. `with_encoder=None`: where it is installed."""
    tell = progress or (lambda _what, _share: None)
    use_encoder = encoder.encoder_version() is not None if with_encoder is None else with_encoder
    tell("reading the examples", 0.0)
    views = _Views(examples, use_encoder)
    heads = {}
    for start, name in ((0.1, "category"), (0.4, "topic")):
        tell(f"learning the {name}", start)
        heads[name] = _fit_head(name, *views.chosen(_teaches(examples, name)))
    tell("done", 1.0)
    version = encoder.encoder_version() if use_encoder else None
    return Classifier(Model(views.vocabularies, heads["category"], heads["topic"], version))


def _teaches(examples: Sequence[Example], name: str) -> NDArray[np.int64]:
    """The examples that one question is learnt from: labelled, and of a class with enough of them."""
    counts = Counter(getattr(example, name) for example in examples)
    return np.array(
        [n for n, each in enumerate(examples) if getattr(each, name) and counts[getattr(each, name)] >= ENOUGH]
    )


class _Views:
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

    def chosen(self, where: NDArray[np.int64]) -> tuple[list[Example], dict[str, Lines]]:
        """Some of the examples, and their lines."""
        lines = {name: _sparse_lines(matrix[where]) for name, matrix in self._sparse.items()}
        if self._dense is not None:
            lines[ENCODED] = _dense_lines(self._dense[where])
        return [self.examples[int(number)] for number in where], lines


def _sparse_lines(matrix: linear.Matrix) -> Lines:
    def fit(where: NDArray[np.int64], labels: Labels, weights: Doubles) -> Scorer:
        return Scorer(*linear.fit_margin(matrix[where], labels, weights))

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


def _fit_head(name: str, examples: Sequence[Example], lines: Mapping[str, Lines]) -> Head:
    labels = np.array([getattr(each, name) for each in examples])
    weights = np.array([each.weight for each in examples])
    if name == "topic":
        lines = {**lines, LISTED: _listed_lines(examples, tuple(str(label) for label in np.unique(labels)))}
    held_back = _held_back(examples, lines, labels, weights)
    scorers = {view: each.fit(np.arange(len(examples)), labels, weights) for view, each in lines.items()}
    plain_views = tuple(view for view in lines if view != ENCODED)
    plain = held_back.fusion(plain_views)
    rich = held_back.fusion(tuple(lines)) if ENCODED in lines else None
    chances = held_back.chances(tuple(lines))
    classes = held_back.classes
    right = [
        classes[best] in accepted(each, name)
        for best, each in zip(chances.argmax(axis=1), held_back.examples, strict=True)
    ]
    threshold = choose_threshold(list(chances.max(axis=1)), right, PRECISION)
    return Head(name, classes, scorers, plain, rich, threshold)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What each view says of texts that it was not fitted on, and which part of the corpus each belongs to."""

    examples: Sequence[Example]
    labels: Labels
    part: NDArray[np.int64]
    scores: Mapping[str, Floats]

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in the order of the columns."""
        return tuple(str(label) for label in np.unique(self.labels))

    def fusion(self, views: tuple[str, ...], where: NDArray[np.bool_] | None = None) -> Fusion:
        """The second stage over these views, from all texts or some."""
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


def _held_back(examples: Sequence[Example], lines: Mapping[str, Lines], labels: Labels, weights: Doubles) -> HeldBack:
    part = folds(examples, PARTS)
    scores = {view: np.zeros((len(examples), len(np.unique(labels))), dtype=np.float32) for view in lines}
    for number in range(PARTS):
        held, rest = np.flatnonzero(part == number), np.flatnonzero(part != number)
        for view, each in lines.items():
            scores[view][held] = each.score(each.fit(rest, labels[rest], weights[rest]), held)
    counted = np.flatnonzero(part != ALWAYS)
    return HeldBack(
        [examples[int(number)] for number in counted],
        labels[counted],
        part[counted],
        {view: lines_[counted] for view, lines_ in scores.items()},
    )


def accepted(example: Example, name: str) -> set[str | None]:
    """The labels a careful clerk would accept for one question."""
    return {getattr(example, name), getattr(example, f"also_{name}")}
