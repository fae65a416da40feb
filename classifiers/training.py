"""From labelled texts to a classifier: views, scorers, then the second stage on scores they were not fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from classifiers import encoder
from classifiers.classifier import ENCODED, Classifier
from classifiers.corpus import lexicon, shipped_examples
from classifiers.heads import Head, Model, choose_threshold
from classifiers.heldback import accepted, hold_back
from classifiers.values import Example
from classifiers.views import Lines, Views

#: Right among the sure ones: what the thresholds are chosen for. A wrong category reaches the citizen, a wrong
#: department is passed on by colleagues (docs/decisions/0060).
PRECISION = {"category": 0.97, "topic": 0.90}
#: A correction by the office's own staff counts as much as so many shipped texts.
CORRECTION_WEIGHT = 3.0

Progress = Callable[[str, float], None]


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
    views = Views(examples, use_encoder)
    heads = {}
    for start, name in ((0.1, "category"), (0.4, "topic")):
        tell(f"learning the {name}", start)
        heads[name] = _fit_head(name, *views.teaching(name))
    tell("done", 1.0)
    version = encoder.encoder_version() if use_encoder else None
    return Classifier(Model(views.vocabularies, heads["category"], heads["topic"], version))


def _fit_head(name: str, examples: Sequence[Example], lines: Mapping[str, Lines]) -> Head:
    labels = np.array([getattr(each, name) for each in examples])
    weights = np.array([each.weight for each in examples])
    held_back = hold_back(examples, lines, labels, weights)
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
    threshold = choose_threshold(list(chances.max(axis=1)), right, PRECISION[name])
    return Head(name, classes, scorers, plain, rich, threshold)
