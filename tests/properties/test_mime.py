"""Whatever comes, `mime.parse` gives a message or says that it is unreadable; it raises nothing else."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon import mime
from daemon.config import Limits
from daemon.errors import Unreadable
from daemon.mime import charsets, hypertext, parameters, quotes, structure, words
from daemon.model import Message

LIMITS = Limits(parse_size=20_000, text_size=5_000, parts=20, nesting=5, headers=50)
NAMES = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Sender",
        "Reply-To",
        "Cc",
        "Date",
        "Message-ID",
        "References",
        "Return-Path",
        "X-Y",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "MIME-Version",
        "Content-ID",
    ]
)
VALUES = st.sampled_from(
    [
        b"multipart/mixed; boundary=b",
        b"multipart/alternative; boundary=b",
        b"multipart/report; boundary=b",
        b"text/html",
        b"text/plain; charset=utf-7",
        b"text/plain; format=flowed",
        b"message/rfc822",
        b"message/delivery-status",
        b"base64",
        b"quoted-printable",
        b"x-uuencode",
        b"attachment; filename*0*=x''%",
        b"a@b.example",
        b"<>",
        b"\xff\x00",
        b"=?utf-8?q?=0D=0A?= <a@b>",
        b"=?x?b?====?=",
        b"multipart/digest; boundary=b",
        b"text/plain; charset=unknown-8bit",
    ]
)
LINES = st.sampled_from(
    [
        b"--b",
        b"--b--",
        b"",
        b"> x",
        b"-- ",
        b"Von: a",
        b"Gesendet: b",
        b"Betreff: c",
        b"On 1 x wrote:",
        b"<div><blockquote>",
        b"=E4=",
        b"TcO8",
        b"begin 644 x",
        b"M",
        b"--=-part-0",
        b"Content-Type: text/html",
        b"Message-ID: <a@b>",
        b"\x00\xff",
    ]
)
EOL = st.sampled_from([b"\r\n", b"\n", b"\r"])


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Octets that look like a mail far enough to reach every corner."""
    end = draw(EOL)
    fields = draw(st.lists(st.tuples(NAMES, VALUES | st.binary(max_size=60)), max_size=8))
    lines = draw(st.lists(LINES | st.binary(max_size=40), max_size=30))
    return end.join([name.encode() + b": " + value for name, value in fields] + [b""] + lines)


def check(data: bytes) -> Message | None:
    try:
        message = mime.parse(data, LIMITS)
    except Unreadable:
        return None
    # Everything in it can be stored and shown: no lone surrogates, no NUL.
    stored = json.dumps(dataclasses.asdict(message), ensure_ascii=False)
    stored.encode("utf-8")
    assert "\\u0000" not in stored
    for line in (message.subject, *(address.name for address in message.from_), *(a.name for a in message.attachments)):
        assert line == "" or line.isprintable() or not any(char in line for char in "\r\n\x00")
    assert len(message.text) <= LIMITS.text_size
    assert len(message.content_types) <= LIMITS.parts
    return message


@settings(deadline=None)
@given(st.binary(max_size=2000))
def test_any_octets(data):
    check(data)


@settings(max_examples=400, deadline=None)
@given(mails())
def test_anything_like_a_mail(data):
    message = check(data)
    if message is not None:
        assert mime.parse(data, LIMITS) == message
        assert message.own_text or message.subject or not message.text


@settings(deadline=None)
@given(mails(), st.integers(min_value=0, max_value=400))
def test_the_beginning_of_a_mail(data, length):
    check(data[:length])


@settings(deadline=None)
@given(st.text(max_size=300))
def test_header_words_are_one_line(text):
    line = words.line(text)
    assert "\n" not in line
    assert "\r" not in line


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80))
def test_what_the_standard_library_encodes_is_read_back(text):
    from email.header import Header

    encoded = Header(text, "utf-8").encode()
    assert words.line(encoded) == " ".join(text.split())


@settings(deadline=None)
@given(
    st.binary(max_size=200), st.text(max_size=30) | st.sampled_from(["utf-7", "utf-16", "hz", "iso-2022-kr", "cp037"])
)
def test_any_octets_in_any_charset(data, label):
    text = charsets.decode(data, label)
    text.encode("utf-8")
    assert "\x00" not in text


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_structured_field(text):
    field = parameters.read(text)
    assert field.value == field.value.lower()


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_address_list(text):
    for address in structure.addresses((text,)):
        assert address.name or address.addr


@settings(deadline=None)
@given(
    st.text(max_size=500)
    | st.lists(st.sampled_from(["<p>", "</p>", "<a href=x>", "</a>", "<b", "&#x110000;", "ü", "</"])).map("".join)
)
def test_any_html(html):
    hypertext.text(html, 1000).encode("utf-8")


@settings(deadline=None)
@given(st.lists(LINES.map(lambda line: line.decode("latin-1")) | st.text(max_size=20), max_size=30).map("\n".join))
def test_no_line_is_lost_between_the_layers(text):
    parts = quotes.split(text)
    whole = parts.own + parts.quoted + parts.signature
    for line in text.split("\n"):
        assert line.strip() in whole or not line.strip(" _-*=\t")
