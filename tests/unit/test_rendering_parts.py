"""Where a line is too long for a server, to the octet."""

from __future__ import annotations

import pytest

from daemon.rendering.parts import original_part, text_part


def kind(original: bytes) -> bytes:
    return original_part(original).fields.split(b"\r\n")[0]


@pytest.mark.parametrize("before", [b"", b"a\r\n", b"a" * 997 + b"\r\n", b"a\r\n" * 400, b"\r\n" * 500])
@pytest.mark.parametrize("end", [b"", b"\r\n", b"\r\nb\r\n" * 300])
def test_lines_of_998_octets_pass_and_one_more_does_not(before: bytes, end: bytes) -> None:
    assert kind(before + b"x" * 998 + end) == b"Content-Type: message/rfc822"
    assert kind(before + b"x" * 999 + end) == b"Content-Type: application/octet-stream; name=original.eml"


def test_text_is_quoted_printable_with_short_lines_and_one_end() -> None:
    body = text_part("ä" * 200 + "\n.\nFrom x\n\n\n").body
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert body.endswith(b"From x\r\n")
    assert b"\r\n=2E\r\n" in body  # a lone dot would end the message for a careless server
