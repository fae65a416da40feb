"""Bounds and windows, against a client of a few lines."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.imap.folders import Opened
from daemon.imap.reading import (
    PIECE,
    WINDOW,
    Body,
    Bounds,
    Listed,
    Unfetchable,
    alone,
    chunks,
    groups,
    search,
    windows,
    with_message_id,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Fake:
    """A server with one message, UID 4, that answers partial fetches."""

    def __init__(self, data: bytes, uids: tuple[int, ...] = (4,)) -> None:
        self.data, self.uids, self.asked = data, uids, list[str]()

    def fetch(self, uids: list[int], items: list[str]) -> dict[int, dict[bytes, Any]]:
        self.asked += items
        start, length = (int(word) for word in items[0].partition("<")[2].rstrip(">").split("."))
        return {4: {b"BODY[]<%d>" % start: self.data[start : start + length]}} if 4 in self.uids else {}

    def search(self, words: object) -> list[int]:
        return list(self.uids)


def folder(exists: int, uidnext: int | None) -> Opened:
    return Opened("INBOX", 1, exists, uidnext, keywords=True)


def test_one_search_does_for_a_folder_of_usual_size() -> None:
    assert list(windows(folder(WINDOW, 4_000_000_000), 17)) == [(17, None)]
    assert list(windows(folder(WINDOW + 1, None), 17)) == [(17, None)]


def test_many_messages_are_searched_window_by_window_and_none_is_left_out() -> None:
    found = list(windows(folder(WINDOW + 1, 2 * WINDOW + 5), 1))
    assert found == [(1, WINDOW), (WINDOW + 1, 2 * WINDOW), (2 * WINDOW + 1, 3 * WINDOW), (2 * WINDOW + 5, None)]
    assert len(str(2**32) + " ") * WINDOW < 1_000_000


def test_search_drops_what_lies_below() -> None:
    assert search(Fake(b"", (4,)), 9) == []  # type: ignore[arg-type]
    assert search(Fake(b"", (12, 4, 9, 12)), 9) == [9, 12]  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
@pytest.mark.parametrize("off", [0, 1, -1])
def test_a_message_in_pieces_is_whole(size: int, off: int) -> None:
    data = bytes(size % 251 for size in range(size))
    announced = max(size + off, 0)
    body = alone(Fake(data), Listed(4, announced, NOW), Bounds(10 * PIECE, 10, 10 * PIECE))  # type: ignore[arg-type]
    if size == 0 and announced:
        assert isinstance(body, Unfetchable)
    else:
        assert body == Body(data, size, hashlib.sha256(data).hexdigest())


def test_of_a_big_message_the_head_and_the_last_whole_lines_are_kept() -> None:
    data = b"ab" * PIECE + b"\r\n--b--\r\n"
    body = alone(Fake(data), Listed(4, len(data), NOW), Bounds(PIECE, 100, 10 * PIECE))  # type: ignore[arg-type]
    assert body == Body(data[:91] + b"\r\n--b--\r\n", len(data), hashlib.sha256(data).hexdigest())
    assert isinstance(body, Body)
    assert not body.complete


def test_a_message_that_is_gone_is_none() -> None:
    assert alone(Fake(b"x", ()), Listed(4, 1, NOW), Bounds(9, 9, 9)) is None  # type: ignore[arg-type]


def test_reading_stops_at_the_limit() -> None:
    fake = Fake(b"x" * 5 * PIECE)
    found = alone(fake, Listed(4, 10, NOW), Bounds(PIECE, 10, 2 * PIECE))  # type: ignore[arg-type]
    assert isinstance(found, Unfetchable)
    assert len(fake.asked) == 3


def test_groups_are_bounded_and_lose_nothing() -> None:
    listed = [Listed(uid, size, NOW) for uid, size in enumerate((5, 5, 5, 50, 1, 9, 1), 1)]
    found = [[item.size for item in group] for group in groups(listed, 10)]
    assert found == [[5, 5], [5], [50], [1, 9], [1]]


def test_chunks() -> None:
    assert list(chunks([], 3)) == []
    assert list(chunks(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]


@pytest.mark.parametrize("message_id", ["<grüße@example.org>", "<a\r\nA1 LOGOUT>", "<\x00>"])
def test_no_message_id_can_become_a_command(message_id: str) -> None:
    assert with_message_id(Fake(b"", (4,)), message_id) == []  # type: ignore[arg-type]
