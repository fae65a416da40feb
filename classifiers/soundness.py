"""Do the parts of a stored model fit together, and are its numbers numbers?

A file whose digest is right may still have been put together by another program: what would trip over it with the
first mail is refused here. Owns what a model must look like, not how it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from classifiers import encoder
from classifiers.heads import LIKENESS, MEANT, PLAIN, RICH, TALLIED, TALLIES, Head, Model
from classifiers.values import CATEGORIES

#: What numbers an array has, by the last word of its name.
NUMBERS = {
    "terms": np.uint8,
    "rarity": np.float32,
    "weights": np.float16,
    "bias": np.float32,
    "duals": np.float16,
    "trust": np.float32,
    "surety": np.float32,
    "codes": np.int8,
    "scales": np.float32,
}


def check_numbers(arrays: Mapping[str, np.ndarray]) -> None:
    """ValueError where an array holds anything but the numbers that it should."""
    for name, array in arrays.items():
        if array.dtype != NUMBERS[name.rpartition(".")[2]]:
            raise ValueError(f"{name} are {array.dtype}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} are not finite")


def check(model: Model) -> None:
    """ValueError where classes, features and numbers are not of one model."""
    if model.category.classes != tuple(sorted(CATEGORIES)):
        raise ValueError("category classes")
    for view, vocabulary in model.vocabularies.items():
        _shaped(f"{view}.rarity", vocabulary.rarity, len(vocabulary.terms))
    if model.meanings is not None:
        _shaped("meanings.codes", model.meanings.codes, len(model.meanings), encoder.DIMENSIONS)
        _shaped("meanings.scales", model.meanings.scales, encoder.DIMENSIONS)
    for head in (model.category, model.topic):
        if not (model.encoder is None) == (model.meanings is None) == (head.rich is None):
            raise ValueError(f"{head.name} with and without meanings")
        if list(head.classes) != sorted(set(head.classes)):
            raise ValueError(f"{head.name} classes")
        _check_fusions(head)
        _check_scorers(head, model)


def _check_fusions(head: Head) -> None:
    for fusion, learners in ((head.plain, PLAIN), (head.rich, RICH)):
        if fusion is not None:
            if fusion.views != learners:
                raise ValueError(f"{head.name} learners")
            _shaped(f"{head.name}.trust", fusion.trust, len(fusion.views))
            _shaped(f"{head.name}.bias", fusion.bias, len(head.classes))
            _shaped(f"{head.name}.surety", fusion.surety, 2)


def _check_scorers(head: Head, model: Model) -> None:
    learners = {*head.plain.views, *(head.rich.views if head.rich else ())}
    if set(head.scorers) != learners:
        raise ValueError(f"{head.name} learners")
    for learner, scorer in head.scorers.items():
        name = f"{head.name}.{learner}"
        if set(scorer.weights) != ({TALLIES[head.name]} if learner == TALLIED else set(LIKENESS[head.name])):
            raise ValueError(f"{name} views")
        for view, weights in scorer.weights.items():
            _shaped(f"{name}.{view}", weights, len(model.vocabularies[view].terms), len(head.classes))
        _shaped(f"{name}.bias", scorer.bias, len(head.classes))
        if (scorer.duals is not None) != (learner == MEANT):
            raise ValueError(f"{name} duals")
        if scorer.duals is not None:
            _shaped(f"{name}.duals", scorer.duals, len(model.meanings or ()), len(head.classes))


def _shaped(name: str, array: np.ndarray, *shape: int) -> None:
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")
