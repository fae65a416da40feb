"""Which features count, how rare each is, and the weighted rows made from them. numpy only.

A row is what tf-idf makes of one text: sublinear counts times rarity, scaled to length one. Rows are kept as
three flat arrays (compressed sparse rows), so that no sparse-matrix library is needed to predict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: row i has `values[starts[i]:starts[i+1]]` in the columns `columns[starts[i]:starts[i+1]]`."""

    values: Floats
    columns: Ints
    starts: NDArray[np.int64]
    width: int

    def __len__(self) -> int:
        return len(self.starts) - 1

    def each(self) -> Iterator[tuple[Floats, Ints]]:
        """Values and columns, row by row."""
        for begin, end in zip(self.starts, self.starts[1:], strict=False):
            yield self.values[begin:end], self.columns[begin:end]

    def at(self, places: Sequence[int]) -> Rows:
        """Some of the rows, in this order."""
        chosen = [slice(int(self.starts[place]), int(self.starts[place + 1])) for place in places]
        lengths = [part.stop - part.start for part in chosen]
        return Rows(
            np.concatenate([self.values[:0], *(self.values[part] for part in chosen)]),
            np.concatenate([self.columns[:0], *(self.columns[part] for part in chosen)]),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            self.width,
        )

    def times(self, weights: Floats | NDArray[np.float16]) -> Floats:
        """Rows times a dense matrix of `width` lines."""
        out = np.zeros((len(self), weights.shape[1]), dtype=np.float32)
        for number, (values, columns) in enumerate(self.each()):
            out[number] = values @ weights[columns].astype(np.float32, copy=False)
        return out


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that a model knows, each with its rarity (inverse document frequency)."""

    terms: tuple[str, ...]
    rarity: Floats
    _place: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_place", dict(zip(self.terms, range(len(self.terms)), strict=True)))

    def rows(self, texts: Sequence[Sequence[str]]) -> Rows:
        """One weighted row for each text's features; unknown features are left out."""
        values, columns = [], []
        starts = np.zeros(len(texts) + 1, dtype=np.int64)
        for number, features in enumerate(texts):
            row, where = self._row(features)
            values.append(row)
            columns.append(where)
            starts[number + 1] = starts[number] + len(row)
        empty = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int32)
        return Rows(np.concatenate([empty[0], *values]), np.concatenate([empty[1], *columns]), starts, len(self.terms))

    def _row(self, features: Sequence[str]) -> tuple[Floats, Ints]:
        find = self._place.get
        found = [place for feature in features if (place := find(feature)) is not None]
        columns, often = np.unique(np.array(found, dtype=np.int32), return_counts=True)
        values = ((1 + np.log(often)) * self.rarity[columns]).astype(np.float32)
        length = float(np.linalg.norm(values))
        return (values / np.float32(length) if length else values), columns


def learn_vocabulary(texts: Sequence[Sequence[str]], at_least: int) -> Vocabulary:
    """The features that stand in at least so many texts; rarity is smoothed as is usual: ln((1+n)/(1+df)) + 1."""
    documents = Counter(feature for features in texts for feature in set(features))
    kept = sorted(feature for feature, count in documents.items() if count >= at_least)
    counts = np.array([documents[feature] for feature in kept], dtype=np.float64)
    rarity = np.log((1 + len(texts)) / (1 + counts)) + 1
    return Vocabulary(tuple(kept), rarity.astype(np.float32))
