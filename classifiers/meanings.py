"""The learnt texts' meanings, an octet a number, and how near to them others are. numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.vocabulary import Floats

#: How quickly likeness fades with distance: exp(-NEAR · squared distance), vectors of length one.
NEAR = 1.0
#: Texts that are compared at once.
BLOCK = 1024


@dataclass(frozen=True, slots=True)
class Meanings:
    """One line for each learnt text: vector = codes · scales."""

    codes: NDArray[np.int8]
    scales: Floats

    def __len__(self) -> int:
        return len(self.codes)

    def at(self, places: NDArray[np.int64]) -> Meanings:
        """Some of the texts, in this order."""
        return Meanings(self.codes[places], self.scales)

    def vectors(self, where: slice) -> Floats:
        """The vectors of some texts."""
        found: Floats = self.codes[where].astype(np.float32) * self.scales
        return found

    def times(self, vectors: Floats, duals: NDArray[np.float16]) -> Floats:
        """Nearness of vectors to all learnt texts, times a matrix with a line for each learnt text."""
        out = np.zeros((len(vectors), duals.shape[1]), dtype=np.float32)
        for begin in range(0, len(self), BLOCK):
            where = slice(begin, begin + BLOCK)
            out += nearness(vectors, self.vectors(where)) @ duals[where].astype(np.float32)
        return out


def nearness(some: Floats, others: Floats) -> Floats:
    """A line for each of some vectors, a column for each of the others: 1 is the same, near 0 is far."""
    near: Floats = np.exp(2 * NEAR * (some @ others.T - 1))
    return near


def coded(vectors: Floats) -> Meanings:
    """Vectors as meanings; one scale for each column."""
    scales = (np.abs(vectors).max(axis=0) / 127 + 1e-12).astype(np.float32)
    return Meanings(np.round(vectors / scales).astype(np.int8), scales)
