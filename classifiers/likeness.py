"""How like any two learnt texts are: a table of texts × texts, of which one half is kept, for the other is the same.

Likeness is a sum over views: shared words, letters and signs, and nearness in meaning. Owns the table and what is
multiplied with it; what is learnt from it is `ridge`. Nothing here is needed to predict.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from classifiers.linear import Matrix
from classifiers.meanings import Meanings, nearness
from classifiers.vocabulary import Floats

#: Likeness that any two texts have: leaves room for a bias.
COMMON = 0.3
#: Lines of the table that lie together.
BLOCK = 256


class Likeness:
    """The table: in strips of lines, each from the diagonal to the right; 2 octets for each two texts of n."""

    def __init__(self, rows: Matrix) -> None:
        """Of texts as weighted rows: likeness is their product."""
        self._strips: list[Floats] = []
        columns = rows.T.tocsr()
        for begin in range(0, rows.shape[0], BLOCK):
            strip = (rows[begin : begin + BLOCK] @ columns[:, begin:]).toarray()
            strip += COMMON
            self._strips.append(strip)

    def __len__(self) -> int:
        return len(self._strips[0][0])

    def add(self, meanings: Meanings, share: float) -> None:
        """Nearness in meaning is likeness, too."""
        for here, strip in self._each():
            strip += share * nearness(meanings.vectors(here), meanings.vectors(slice(here.start, len(self))))

    def times(self, matrix: Floats) -> Floats:
        """The table times a matrix with a line for each text."""
        out = np.zeros_like(matrix)
        for here, strip in self._each():
            out[here] += strip @ matrix[here.start :]
            out[here.stop :] += strip[:, len(strip) :].T @ matrix[here]
        return out

    def columns(self, places: NDArray[np.int64]) -> Floats:
        """Some columns of the table, in this order; places from small to large."""
        out = np.empty((len(self), len(places)), dtype=np.float32)
        for here, strip in self._each():
            inside = (here.start <= places) & (places < here.stop)
            out[here.start :, inside] = strip[places[inside] - here.start].T
            after = places >= here.start
            out[here, after] = strip[:, places[after] - here.start]
        return out

    def _each(self) -> Iterator[tuple[slice, Floats]]:
        """Which lines a strip holds, and the strip."""
        for number, strip in enumerate(self._strips):
            yield slice(number * BLOCK, number * BLOCK + len(strip)), strip
