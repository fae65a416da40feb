"""Learning by likeness: each learnt text speaks for its class as far as a new one is like it (kernel ridge regression).

Views are weighed together in one system of equations, so that none learns again what another one knows; the words'
part of the answer folds into one weight for each feature. Owns the equations; the table of likenesses is `likeness`.
Nothing here is needed to predict.

The systems (all texts, and all but each part held back) are solved side by side by conjugate gradients, started
towards the answer by a sketch of the table over a few hundred of its texts (Rudi, Carratino & Rosasco 2017, FALKON,
arXiv:1705.10958): some twenty products with the table instead of a factorisation, time n² instead of n³ (decision 0220).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.likeness import Likeness
from classifiers.linear import Doubles, Labels
from classifiers.vocabulary import Floats

#: How much an answer may miss a learnt text: large is stiff. Results hardly move between 0.2 and 1.
STIFFNESS = 0.5
#: Texts that the sketch of the table is made of, drawn by lot.
SKETCHED = 800
#: Solved where what is missing of the truth is this small a share of it.
CLOSE = 2e-3
#: Rounds after which there is no solution; the corpus takes twenty.
ROUNDS = 500


@dataclass(frozen=True, slots=True)
class Solution:
    """What was learnt: for each text how far it speaks for each class, and the answers it gets when held back."""

    duals: Floats
    held: Floats


def solve(table: Likeness, labels: Labels, weights: Doubles, part: NDArray[np.int64]) -> Solution:
    """Fit on all texts, and answer each part (from 0) by all others.

    Rare classes count more (the root of what would even them out). ValueError where there is no solution.
    """
    classes, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    truth = np.where(np.eye(len(classes))[places] > 0, 1, -1).astype(np.float32)
    strength = weights * np.sqrt(len(labels) / len(classes) / counts[places])
    numbers = range(int(part.max()) + 1)
    learnt_from = [np.ones(len(labels), dtype=bool), *(part != number for number in numbers)]
    duals = _Systems(table, STIFFNESS / strength, learnt_from).solve(truth)
    answers = np.split(table.times(duals), len(learnt_from), axis=1)
    held = np.zeros_like(truth)
    for answer, used in zip(answers[1:], learnt_from[1:], strict=True):
        held[~used] = answer[~used]
    return Solution(np.ascontiguousarray(duals[:, : len(classes)]), held)


class _Systems:
    """(likeness + slack) duals = truth, for several choices of texts: side by side, zero where a text is left out."""

    def __init__(self, table: Likeness, slack: Doubles, used: Sequence[NDArray[np.bool_]]) -> None:
        self._table = table
        self._slack = slack.astype(np.float32)[:, None]
        self._root: Floats = np.sqrt(self._slack)
        self._used = np.array(used).T[:, :, None]
        self._sketch = _sketch(table)
        self._sketch /= self._root
        whole = np.eye(self._sketch.shape[1]) + _square(self._sketch)
        self._cores = [np.linalg.inv(whole - _square(self._sketch[~each])).astype(np.float32) for each in used]

    def solve(self, truth: Floats) -> Floats:
        """The systems' solutions beside each other (Shewchuk 1994, An Introduction to the Conjugate Gradient Method)."""
        missing = self._only_used(np.tile(truth, (1, len(self._cores))))
        close, duals = CLOSE * np.linalg.norm(missing, axis=0), np.zeros_like(missing)
        step = towards = self._towards(missing)
        promise = _dots(missing, towards)
        for _ in range(ROUNDS):
            effect = self._only_used(self._table.times(step)) + self._slack * step
            curve = _dots(step, effect)
            if not (curve >= 0).all():
                break
            length = _shares(promise, curve)
            duals += length * step
            missing -= length * effect
            if (np.linalg.norm(missing, axis=0) <= close).all():
                return duals
            towards, before = self._towards(missing), promise
            promise = _dots(missing, towards)
            step = towards + _shares(promise, before) * step
        raise ValueError("no solution: the likeness of the texts is not positive definite")

    def _towards(self, missing: Floats) -> Floats:
        """Near the solution for what is missing: that of the sketch (Woodbury's identity), which is quick to solve."""
        some: Floats = missing / self._root
        seen = np.split(self._sketch.T @ some, len(self._cores), axis=1)
        known = np.hstack([core @ each for core, each in zip(self._cores, seen, strict=True)])
        some -= self._sketch @ known
        some /= self._root
        return self._only_used(some)

    def _only_used(self, matrix: Floats) -> Floats:
        shaped = matrix.reshape(len(matrix), len(self._cores), -1) * self._used
        return shaped.reshape(matrix.shape)


def _sketch(table: Likeness) -> Floats:
    """A narrow matrix whose product with itself is nearly the table (Nyström's method)."""
    from scipy.linalg import solve_triangular

    places = np.sort(np.random.default_rng(0).permutation(len(table))[:SKETCHED])
    columns = table.columns(places)
    corner = columns[places].astype(np.float64)
    corner[np.diag_indices_from(corner)] *= 1 + 1e-4  # two texts may be the same
    try:
        factor = np.linalg.cholesky(corner).astype(np.float32)
    except np.linalg.LinAlgError as error:
        raise ValueError("no solution: the likeness of the texts is not positive definite") from error
    return np.ascontiguousarray(solve_triangular(factor, columns.T, lower=True, overwrite_b=True).T)


def _square(lines: Floats) -> Doubles:
    found: Doubles = (lines.T @ lines).astype(np.float64)
    return found


def _shares(some: Floats, others: Floats) -> Floats:
    """Some by others; 0 where both are, as once a system is solved."""
    return np.divide(some, np.maximum(others, np.finfo(np.float32).tiny), dtype=np.float32)


def _dots(some: Floats, others: Floats) -> Floats:
    found: Floats = np.einsum("ij,ij->j", some, others)
    return found
