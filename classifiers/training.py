"""From labelled texts to a classifier: views, scorers, then the second stage on scores they were not fitted on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifiers import encoder, linear
from classifiers.classifier import ENCODED, Classifier
from classifiers.corpus import shipped_examples
from classifiers.features import VIEWS
from classifiers.folds import folds
from classifiers.heads import Fusion, Head, Model, Scorer, choose_threshold
from classifiers.values import Example
from classifiers.vocabulary import Floats, Vocabulary, learn_vocabulary

#: Right among the sure ones: what the thresholds are chosen for.
PRECISION = 0.97
#: From so many examples on, an office's own topic is learnt.
ENOUGH = 20
#: A correction by the office's own staff counts as much as so many shipped texts.
CORRECTION_WEIGHT = 3.0
#: A feature must stand in so many texts.
AT_LEAST = {"spoken": 2, "spelled": 3}
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
    return train_on([*shipped_examples(), *corrected], progress)


def train_on(
    examples: Sequence[Example], progress: Progress | None = None, with_encoder: bool | None = None
) -> Classifier:
    """A classifier from these examples alone. `with_encoder=None`: where it is installed."""
    tell = progress or (lambda _what, _share: None)
    use_encoder = encoder.encoder_version() is not None if with_encoder is None else with_encoder
    tell("reading the examples", 0.0)
    vocabularies, lines = _lines(examples, use_encoder)
    known = _known_topics(examples)
    heads = {}
    for start, name in ((0.1, "category"), (0.4, "topic")):
        tell(f"learning the {name}", start)
        chosen = [number for number, each in enumerate(examples) if name == "category" or each.topic in known]
        heads[name] = _fit_head(name, examples, np.array(chosen), lines)
    tell("done", 1.0)
    version = encoder.encoder_version() if use_encoder else None
    return Classifier(Model(vocabularies, heads["category"], heads["topic"], version))


def _known_topics(examples: Sequence[Example]) -> set[str]:
    counts = Counter(example.topic for example in examples)
    return {topic for topic, count in counts.items() if count >= ENOUGH}


def _lines(examples: Sequence[Example], use_encoder: bool) -> tuple[dict[str, Vocabulary], dict[str, Lines]]:
    vocabularies, lines = {}, {}
    for name, view in VIEWS.items():
        features = [view(example.text) for example in examples]
        vocabularies[name] = learn_vocabulary(features, AT_LEAST[name])
        lines[name] = _sparse_lines(linear.matrix(vocabularies[name].rows(features)))
    if use_encoder:
        lines[ENCODED] = _dense_lines(encoder.corpus_vectors([example.text for example in examples]))
    return vocabularies, lines


def _sparse_lines(matrix: linear.Matrix) -> Lines:
    def fit(where: NDArray[np.int64], labels: Labels, weights: Doubles) -> Scorer:
        return Scorer(*linear.fit_margin(matrix[where], labels, weights))

    return Lines(fit, lambda scorer, where: np.asarray(matrix[where] @ scorer.weights + scorer.bias, dtype=np.float32))


def _dense_lines(rows: Floats) -> Lines:
    def fit(where: NDArray[np.int64], labels: Labels, weights: Doubles) -> Scorer:
        return Scorer(*linear.fit_dense(rows[where], labels, weights))

    return Lines(fit, lambda scorer, where: rows[where] @ scorer.weights + scorer.bias)


def _fit_head(name: str, examples: Sequence[Example], where: NDArray[np.int64], lines: Mapping[str, Lines]) -> Head:
    chosen = [examples[number] for number in where]
    labels = np.array([getattr(each, name) for each in chosen])
    weights = np.array([each.weight for each in chosen])
    part = folds(chosen, PARTS)
    scores = {view: _held_back_scores(each, where, labels, weights, part) for view, each in lines.items()}
    scorers = {view: each.fit(where, labels, weights) for view, each in lines.items()}
    classes = tuple(str(label) for label in sorted(set(labels)))
    plain_views = tuple(view for view in lines if view != ENCODED)
    rich_views = tuple(lines) if ENCODED in lines else None
    even = _even(chosen)
    plain = fit_fusion(plain_views, scores, labels, even)
    rich = fit_fusion(rich_views, scores, labels, even) if rich_views else None
    threshold = _threshold(name, chosen, classes, rich_views or plain_views, scores, labels, even, part)
    return Head(name, classes, scorers, plain, rich, threshold)


def _held_back_scores(
    lines: Lines, where: NDArray[np.int64], labels: Labels, weights: Doubles, part: NDArray[np.int64]
) -> Floats:
    scores = np.zeros((len(where), len(set(labels))), dtype=np.float32)
    for number in sorted(set(part)):
        held, rest = part == number, part != number
        scores[held] = lines.score(lines.fit(where[rest], labels[rest], weights[rest]), where[held])
    return scores


def fit_fusion(views: tuple[str, ...], scores: Mapping[str, Floats], labels: Labels, weights: Doubles) -> Fusion:
    """The second stage over these views."""
    return Fusion(views, *linear.fit_fusion(np.hstack([scores[view] for view in views]), labels, weights))


def _even(examples: Sequence[Example]) -> Doubles:
    """Every origin counts the same, however much it wrote; its weights add up to its share."""
    sizes = Counter(example.origin for example in examples)
    return np.array([len(examples) / len(sizes) / sizes[example.origin] for example in examples])


def _threshold(
    name: str,
    examples: Sequence[Example],
    classes: Sequence[str],
    views: tuple[str, ...],
    scores: Mapping[str, Floats],
    labels: Labels,
    even: Doubles,
    part: NDArray[np.int64],
) -> float:
    confidence, right = np.zeros(len(examples)), np.zeros(len(examples), dtype=bool)
    for number in sorted(set(part)):
        held, rest = np.flatnonzero(part == number), np.flatnonzero(part != number)
        fusion = fit_fusion(views, {view: scores[view][rest] for view in views}, labels[rest], even[rest])
        chance = fusion.probabilities({view: scores[view][held] for view in views})
        confidence[held] = chance.max(axis=1)
        for place, best in zip(held, chance.argmax(axis=1), strict=True):
            right[place] = classes[best] in accepted(examples[int(place)], name)
    return choose_threshold(list(confidence), list(right), PRECISION)


def accepted(example: Example, name: str) -> set[str | None]:
    """The labels a careful clerk would accept for one question."""
    return {getattr(example, name), getattr(example, f"also_{name}")}
