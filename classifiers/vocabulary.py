"""Which features count, how rare each is, and the weighted rows made from them. numpy only.

A row is what tf-idf makes of one text: sublinear counts times rarity, scaled to length one. Rows are kept as
three flat arrays (compressed sparse rows), so that no sparse-matrix library is needed to predict.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
#: The place of a feature that the model does not know.
UNKNOWN = -1


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

    def rows(self, texts: Iterable[Sequence[str]]) -> Rows:
        """One weighted row for each text's features; unknown features are left out."""
        return self.weighed(_count(texts, lambda features: map(self._place.get, features, repeat(UNKNOWN))).known())

    def weighed(self, counts: Counts) -> Rows:
        """Counted features, by their places here, as weighted rows."""
        values = (1 + np.log(counts.often, dtype=np.float32)) * self.rarity[counts.columns]
        squares = np.concatenate([[0], np.cumsum(values.astype(np.float64) ** 2)])[counts.starts]
        values /= np.repeat(np.sqrt(np.diff(squares)).astype(np.float32), np.diff(counts.starts))
        return Rows(values, counts.columns, counts.starts, len(self.terms))


@dataclass(frozen=True, slots=True)
class Counts:
    """How often features stand in texts, by their places: kept as `Rows` are."""

    often: Ints
    columns: Ints
    starts: NDArray[np.int64]

    def known(self) -> Counts:
        """Without features that have no place."""
        known = self.columns != UNKNOWN
        return Counts(self.often[known], self.columns[known], np.concatenate([[0], np.cumsum(known)])[self.starts])


def learn_vocabulary(texts: Iterable[Sequence[str]], at_least: int) -> tuple[Vocabulary, Rows]:
    """The features that stand in at least so many texts, and the texts' rows; each text is asked for once, and let go.

    Rarity is smoothed as is usual: ln((1+n)/(1+df)) + 1.
    """
    terms, counts = _learn_terms(texts, at_least)
    documents = np.bincount(counts.columns, minlength=len(terms))
    rarity = np.log(len(counts.starts) / (1 + documents)) + 1
    vocabulary = Vocabulary(terms, rarity.astype(np.float32))
    return vocabulary, vocabulary.weighed(counts)


def _learn_terms(texts: Iterable[Sequence[str]], at_least: int) -> tuple[tuple[str, ...], Counts]:
    """The features that are kept, sorted, and how often each stands in each text."""
    places: defaultdict[str, int] = defaultdict()
    places.default_factory = places.__len__  # what was not seen yet gets the next place
    counts = _count(texts, lambda features: map(places.__getitem__, features))
    documents = np.bincount(counts.columns, minlength=len(places))
    terms = sorted(term for term, place in places.items() if documents[place] >= at_least)
    renamed = np.full(len(places), UNKNOWN, dtype=np.int32)
    renamed[[places[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
    return tuple(terms), Counts(counts.often, renamed[counts.columns], counts.starts).known()


def _count(texts: Iterable[Sequence[str]], places: Callable[[Iterable[str]], Iterable[int]]) -> Counts:
    often, columns, starts = array("i"), array("i"), array("q", [0])
    for features in texts:
        found = Counter(features)
        columns.extend(places(found))
        often.extend(found.values())
        starts.append(len(columns))
    return Counts(np.array(often, np.int32), np.array(columns, np.int32), np.array(starts, np.int64))
