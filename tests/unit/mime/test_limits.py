"""Each bound is a sentence and bounded work, never an exception. The work is counted in what is kept."""

from __future__ import annotations

import pytest

from daemon import mime
from daemon.config import Limits
from daemon.model import Message

HEAD = b"From: a@b.example\r\nSubject: x\r\n"


def parse(data: bytes, **limits: int) -> Message:
    return mime.parse(data, Limits(**limits))


def defect(message: Message, word: str) -> bool:
    return any(word in sentence for sentence in message.defects)


def test_headers():
    message = parse(HEAD + b"X: y\r\n" * 100_000 + b"\r\nText", headers=100)
    assert defect(message, "header is longer")
    assert len(message.headers) <= 101
    assert message.text == "Text"


def test_one_long_header_field():
    message = parse(b"Subject: " + b"a" * 1_000_000 + b"\r\nFrom: a@b.example\r\n\r\nText")
    assert defect(message, "field is longer")
    assert len(message.headers[0][1]) <= 64_000
    assert len(message.subject) <= 2000
    assert message.from_[0].addr == "a@b.example"


def test_parts():
    part = b"--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n"
    message = parse(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 10_000, parts=50)
    assert defect(message, "more parts")
    assert len(message.content_types) == 50


@pytest.mark.parametrize("nesting", [1, 30, 5000])
def test_nesting(nesting):
    data = [HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"]
    data += [b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(10_000)]
    message = parse(b"".join(data), nesting=nesting, parts=20_000)
    assert defect(message, "nested deeper")
    assert len(message.content_types) <= min(nesting, 100) + 1


def test_text():
    message = parse(HEAD + b"\r\n" + b"Wort " * 100_000, text_size=1000)
    assert defect(message, "text is longer")
    assert len(message.text) <= 1000


def test_size():
    message = parse(HEAD + b"\r\n" + b"Wort " * 100_000, parse_size=5000)
    assert defect(message, "text is longer")
    assert len(message.text) <= 5000
    assert message.size == len(HEAD) + 2 + 500_000


def test_lines_that_look_like_boundaries():
    message = parse(
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n" + b"--c\r\n" * 250_000
    )
    assert defect(message, "look like boundaries")
    assert message.text.startswith("Text")


def test_what_is_kept_of_a_large_mail_is_small():
    pdf = b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n" + b"x" * 3_000_000 + b"\r\n"
    data = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n" + pdf * 3 + b"--b--\r\n"
    outline = mime.outline(data, Limits())
    assert len(outline.data) < 1000
    message = parse(data)
    assert message.text == "Text"
    assert [item.size for item in message.attachments] == [3_000_000] * 3


def test_only_the_beginning():
    message = mime.parse(
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText",
        Limits(),
        sha256="abc",
        size=99,
        complete=False,
    )
    assert (message.sha256, message.size, message.complete, message.text) == ("abc", 99, False, "Text")
    assert defect(message, "beginning of the message")


@pytest.mark.parametrize(
    "value",
    [
        b"<" * 60_000,
        b"(" * 60_000,
        b'"' * 60_000,
        b"a." * 30_000,
        b"a" * 60_000,
        b"\\" * 60_000,
        b"a@a" * 20_000,
        b"=?" * 30_000,
    ],
)
def test_hostile_address_lists_end(value):
    message = parse(b"Subject: x\r\nFrom: " + value + b"\r\n\r\nText")
    assert message.text == "Text"


def test_a_hundred_thousand_addresses():
    addresses = b", ".join(b"u%d@example.org" % n for n in range(100_000))
    message = parse(HEAD + b"To: " + addresses + b"\r\n\r\nText")
    assert 1000 < len(message.to) < 10_000
    assert message.to[0].addr == "u0@example.org"
