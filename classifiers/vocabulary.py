"""Which features count, how rare each is, and the weighted rows made from them. numpy only.

A row is what tf-idf makes of one text: sublinear counts times rarity, scaled to length one. Rows are kept as
three flat arrays (compressed sparse rows), so that no sparse-matrix library is needed to predict.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
#: The place of a feature that the model does not know.
UNKNOWN = -1
#: Features of a stored vocabulary that are read together.
AT_ONCE = 10_000


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


class Terms(Sequence[str]):
    """Features, one after the other in one string of octets: as objects they would take ten times the memory."""

    def __init__(self, lines: bytes) -> None:
        self._lines = lines
        ends = np.append(np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n")), len(lines))
        self._ends = ends.astype(np.int32)

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        for some in range(0, len(self), AT_ONCE):  # in turn, so that they are never objects all together
            last = min(some + AT_ONCE, len(self)) - 1
            yield from self._lines[self._begin(some) : self._ends[last]].decode().split("\n")

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self._lines[self._begin(place) : self._ends[place]].decode()

    def _begin(self, place: int) -> int:
        return int(self._ends[place - 1]) + 1 if place else 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that a model knows, each with its rarity (inverse document frequency).

    A feature is looked for by its hash, of 64 bits: that two of some hundred thousand share one does not happen, and
    a table of words and numbers as objects would be the largest part of a model in memory.
    """

    terms: Sequence[str]
    rarity: Floats
    #: The features' hashes, sorted, and whose they are; behind them one that is nobody's.
    _marks: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    _whose: Ints = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        marks = _marks(self.terms)
        whose = np.argsort(marks)
        object.__setattr__(self, "_marks", np.append(marks[whose], np.iinfo(np.int64).max))
        object.__setattr__(self, "_whose", np.append(whose, UNKNOWN).astype(np.int32))

    def rows(self, texts: Iterable[Sequence[str]]) -> Rows:
        """One weighted row for each text's features; unknown features are left out."""
        return self.weighed(_count(texts, self.places).known())

    def places(self, features: Collection[str]) -> Ints:
        """The place of each feature; `UNKNOWN` where it has none."""
        marks = _marks(features)
        where = np.searchsorted(self._marks, marks)
        found: Ints = np.where(self._marks[where] == marks, self._whose[where], UNKNOWN)
        return found

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
    counts = _count(texts, lambda found: np.fromiter(map(places.__getitem__, found), np.int32, len(found)))
    documents = np.bincount(counts.columns, minlength=len(places))
    terms = sorted(term for term, place in places.items() if documents[place] >= at_least)
    renamed = np.full(len(places), UNKNOWN, dtype=np.int32)
    renamed[[places[term] for term in terms]] = np.arange(len(terms), dtype=np.int32)
    return tuple(terms), Counts(counts.often, renamed[counts.columns], counts.starts).known()


def _marks(features: Collection[str]) -> NDArray[np.int64]:
    """Each feature's hash; another in each process."""
    return np.fromiter(map(hash, features), np.int64, len(features))


def _count(texts: Iterable[Sequence[str]], places: Callable[[Collection[str]], Ints]) -> Counts:
    often, columns, starts = array("i"), array("i"), array("q", [0])
    for features in texts:
        found = Counter(features)
        columns.frombytes(places(found).data.cast("B"))
        often.extend(found.values())
        starts.append(len(columns))
    return Counts(np.array(often, np.int32), np.array(columns, np.int32), np.array(starts, np.int64))
