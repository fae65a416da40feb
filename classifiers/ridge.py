"""Learning by likeness: each learnt text speaks for its class as far as a new one is like it (kernel ridge regression).

Likeness is a sum over views: shared words, letters and signs, and nearness in meaning. Views are weighed together
in one system of equations, so that none learns again what another one knows; the words' part of the answer
folds into one weight for each feature. Owns the equations; scipy's LAPACK solves them. The second and last place
that knows scipy (see `linear`). Nothing here is needed to predict.

Held-back answers cost no second fit: with the inverse G of the system, the answers of a part h from all others
are `truth_h - G_hh⁻¹ duals_h` (Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, §5.4.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.linear import Doubles, Labels, Matrix
from classifiers.meanings import Meanings, nearness
from classifiers.vocabulary import Floats

#: How much an answer may miss a learnt text: large is stiff. Results hardly move between 0.2 and 1.
STIFFNESS = 0.5
#: Likeness that any two texts have: leaves room for a bias.
COMMON = 0.3
#: Columns of the table that are made at once, which bounds what that takes of memory.
BLOCK = 512


@dataclass(frozen=True, slots=True)
class Solution:
    """What was learnt: for each text how far it speaks for each class, and the answers it gets when held back."""

    duals: Floats
    held: Floats


class Likeness:
    """How like any two texts are: texts × texts, 4 octets a cell.

    The table is symmetric: its upper triangle and the diagonal are kept, the lower one is what `solve` works in.
    """

    def __init__(self, rows: Sequence[tuple[Matrix, float]]) -> None:
        count = rows[0][0].shape[0]
        self._table = np.full((count, count), COMMON, dtype=np.float32)
        for here, above in self._blocks():
            for matrix, share in rows:
                self._table[above, here] += share * (matrix[above] @ matrix[here].T).toarray()
        self._diagonal = self._table.diagonal().copy()

    def add(self, meanings: Meanings, share: float) -> None:
        """Nearness in meaning is likeness, too."""
        np.fill_diagonal(self._table, self._diagonal)
        for here, above in self._blocks():
            self._table[above, here] += share * nearness(meanings.vectors(above), meanings.vectors(here))
        self._diagonal = self._table.diagonal().copy()

    def solve(self, labels: Labels, weights: Doubles, part: NDArray[np.int64]) -> Solution:
        """Fit on all texts, and answer each part (from 0) by all others.

        Rare classes count more (the root of what would even them out). ValueError where there is no solution.
        """
        from scipy.linalg import blas

        classes, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
        truth = np.where(np.eye(len(classes))[places] > 0, 1, -1).astype(np.float32)
        strength = weights * np.sqrt(len(labels) / len(classes) / counts[places])
        inverse = self._inverse(STIFFNESS / strength)
        duals = np.ascontiguousarray(blas.ssymm(1.0, inverse, truth, lower=0))
        held = np.zeros_like(truth)
        for number in range(int(part.max()) + 1):
            where = np.flatnonzero(part == number)
            if len(where):
                upper = np.triu(inverse[np.ix_(where, where)])
                held[where] = truth[where] - np.linalg.solve(upper + np.triu(upper, 1).T, duals[where])
        return Solution(duals, held)

    def _inverse(self, slack: Doubles) -> Floats:
        """Of the likeness with slack on the diagonal, in the upper triangle of what is given back."""
        from scipy.linalg import lapack

        for here, _ in self._blocks():
            self._table[here, : here.start] = self._table[: here.start, here].T
            upper = np.triu(self._table[here, here])
            self._table[here, here] = upper + np.triu(upper, 1).T
        np.fill_diagonal(self._table, self._diagonal + slack)
        # Fortran reads the lower triangle of our lines as the upper one of its columns, and leaves the other alone
        factor, failed = lapack.spotrf(self._table.T, lower=0, overwrite_a=1, clean=0)
        inverse, failed_too = lapack.spotri(factor, lower=0, overwrite_c=1)
        if failed or failed_too:
            raise ValueError("no solution: the likeness of the texts is not positive definite")
        return inverse  # type: ignore[no-any-return]  # the library has no types

    def _blocks(self) -> Iterator[tuple[slice, slice]]:
        """Columns in blocks, each with the lines from the top to the diagonal."""
        for begin in range(0, len(self._table), BLOCK):
            end = min(begin + BLOCK, len(self._table))
            yield slice(begin, end), slice(0, end)
