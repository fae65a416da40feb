"""`mime.parse`: the value as a whole."""

from __future__ import annotations

import hashlib

import pytest

from daemon import mime
from daemon.config import Limits
from daemon.errors import Unreadable

MAIL = (
    b"From: =?utf-8?q?Max_M=C3=BCller?= <max@example.org>\r\nTo: stadt@musterlingen.example\r\n"
    b"Subject: =?utf-8?q?Stra=C3=9Fenlaterne?=\r\n defekt\r\nMessage-ID: <a@example.org>\r\n"
    b"Date: Tue, 3 Mar 2026 10:00:00 +0100\r\n\r\nGuten Tag,\r\ndie Laterne ist aus.\r\n"
)


def test_a_plain_mail_becomes_a_message():
    message = mime.parse(MAIL, Limits())
    assert message.subject == "Straßenlaterne defekt"
    assert message.author is not None
    assert (message.author.name, message.author.addr) == ("Max Müller", "max@example.org")
    assert message.message_id == "<a@example.org>"
    assert message.text == "Guten Tag,\ndie Laterne ist aus."
    assert message.own_text == message.text
    assert message.sha256 == hashlib.sha256(MAIL).hexdigest()
    assert message.size == len(MAIL)
    assert message.defects == ()


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\x00\xff\xfe", b"no field here\nnone here"])
def test_without_any_field_a_message_is_unreadable(data):
    with pytest.raises(Unreadable, match="quarantine"):
        mime.parse(data, Limits())
