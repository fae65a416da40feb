"""What of a connection can be tried without one: blocks, line ends, our own name."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.smtp.connection import blocks, own_name, with_crlf

LINES = st.lists(st.sampled_from([b"", b".", b"..", b".a", b"a.", b"x" * 70_000, b"." * 70_000, b"text"]), max_size=8)


def unstuffed(wire: bytes) -> bytes:
    """What a server makes of it (RFC 5321 §4.5.2)."""
    return b"\r\n".join(line.removeprefix(b".") for line in wire.split(b"\r\n"))


@given(LINES)
def test_blocks_arrive_as_they_were_and_cannot_end_the_message(lines: list[bytes]) -> None:
    data = b"\r\n".join(lines)
    wire = b"".join(blocks(data))
    assert unstuffed(wire) == data
    assert b"\r\n.\r\n" not in b"\r\n" + wire + b"\r\n"


def test_blocks_are_bounded() -> None:
    assert max(len(block) for block in blocks(b"line\r\n" * 100_000)) <= 65_536


@given(st.binary(max_size=300).map(lambda data: data.replace(b"x", b"\r").replace(b"y", b"\n")))
def test_line_ends_are_crlf_and_nothing_else_changes(data: bytes) -> None:
    found = with_crlf(data)
    assert found.count(b"\r\n") == found.count(b"\n") == found.count(b"\r")
    assert found.replace(b"\r\n", b"") == data.replace(b"\r", b"").replace(b"\n", b"")
    assert with_crlf(found) == found


@pytest.mark.parametrize(
    ("hostname", "address", "expected"),
    [
        ("mail.musterlingen.example", "192.0.2.7", "mail.musterlingen.example"),
        ("server1", "192.0.2.7", "[192.0.2.7]"),
        ("localhost.localdomain", "127.0.0.1", "[127.0.0.1]"),
        ("server_1.example", "192.0.2.7", "[192.0.2.7]"),
        ("server1", "2001:db8::1", "[IPv6:2001:db8::1]"),
        ("server1", "fe80::1%eth0", "[IPv6:fe80::1]"),
    ],
)
def test_our_own_name_is_valid_and_not_made_up(
    hostname: str, address: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: hostname)
    assert own_name((address, "25")) == expected
