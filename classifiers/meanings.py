"""The learnt texts' meanings, an octet a number, and how near to them others are. numpy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.vocabulary import Floats

#: How quickly likeness fades with distance: exp(-NEAR · squared distance), vectors of length one.
NEAR = 1.0
#: Learnt texts whose codes are made numbers at once, in place: more would not stay in the processor's own memory.
BLOCK = 128
#: Vectors that are compared at once, which bounds what that takes of memory.
ASKED = 256


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
        voices = duals.astype(np.float32)
        parts = [self._near(vectors[begin : begin + ASKED]) @ voices for begin in range(0, len(vectors), ASKED)]
        return np.concatenate([voices[:0], *parts])

    def _near(self, vectors: Floats) -> Floats:
        """As `nearness` of some vectors to all learnt texts: a mail's time goes into making numbers of the codes."""
        scaled, near = vectors * self.scales, np.empty((len(vectors), len(self)), dtype=np.float32)
        lines = np.empty((BLOCK, len(self.scales)), dtype=np.float32)
        for begin in range(0, len(self), BLOCK):
            codes = self.codes[begin : begin + BLOCK]
            np.copyto(lines[: len(codes)], codes)
            near[:, begin : begin + BLOCK] = scaled @ lines[: len(codes)].T
        near -= 1
        near *= 2 * NEAR
        return np.exp(near, out=near)


def nearness(some: Floats, others: Floats) -> Floats:
    """A line for each of some vectors, a column for each of the others: 1 is the same, near 0 is far."""
    near: Floats = np.exp(2 * NEAR * (some @ others.T - 1))
    return near


def coded(vectors: Floats) -> Meanings:
    """Vectors as meanings; one scale for each column."""
    scales = (np.abs(vectors).max(axis=0) / 127 + 1e-12).astype(np.float32)
    return Meanings(np.round(vectors / scales).astype(np.int8), scales)
