"""Mails changed along their structure, as chance has it: for the property tests and for the fuzzing.

An operation takes a mail, another one, and two places in thousandths of their length. Each is total, and
what comes out stays under `LONGEST`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

from tests import nasty

#: Octets of what comes out at most.
LONGEST = 100_000
THOUSAND = 1000

Operation = Callable[[bytes, bytes, int, int], bytes]

#: What is dropped into a mail, or put over it: the words to which some part of the program listens.
TOKENS = tuple(
    b"""From: |To: |Subject: |Date: |Message-ID: |References: |In-Reply-To: |Reply-To: |Sender: |Return-Path: <>|Auto-Submitted: no|\
Content-Type: multipart/mixed; boundary=b|Content-Type: multipart/alternative; boundary="b"|Content-Type: text/html|\
Content-Type: multipart/report; report-type=delivery-status; boundary=b|Content-Type: message/delivery-status|\
Content-Type: message/rfc822|Content-Type: text/plain; charset=utf-7|Content-Type: text/calendar; method=REPLY|\
Content-Type: text/plain; format=flowed; delsp=yes|Content-Disposition: attachment; filename*0*=utf-8''%e4%|; charset=utf-16|\
Content-Transfer-Encoding: base64|Content-Transfer-Encoding: quoted-printable|Content-Transfer-Encoding: x-uuencode|\
--b|--b--|--=-part-0|begin 644 a|end|-- |> |>>> |=?utf-8?q?=C3=A4?=|=?utf-16?b?2AA=?=|=?x?b?====?=|=?utf-8?q?=0D=0A?=|?=|\
<a@b.example>|<>|<<|>>|"|\\|\"|(|)|((|@|,|;|:|;;|a:b@c.example;|@[192.0.2.1]|xn--|*0*=|%|=|=3D|=\r\n|&#x110000;|&amp;|<![CDATA[|\
<div>|</div>|<blockquote>|<p style="display:none">|<script>|<!--|-->|<a href="http://x.example/">|</a>|<pre>|<table><tr><td>|\
[#2026-000001-ABCDEF]|Re: |AW: |Am 3. M\xc3\xa4rz 2026 schrieb Erika <a@b.example>:|On 3 March 2026 x wrote:|Von: a|Gesendet: b|An: c|\
Termin|am 31.2.2026 um 25:99 Uhr|n\xc3\xa4chsten Montag oder Dienstag|zwischen 10 und 12 Uhr|KW 99|bis Ende n\xc3\xa4chster Woche|9999|\
{{ 7 * 191 }}|{% raw %}|%s%n|\x00|\xff|\xfe\xff|\xef\xbb\xbf|\xe2\x80\xae|\xe2\x80\xa8|\xc2\x85|\xed\xa0\x80|\x1b$B|\x1b[2J|\r|\n|\r\n\r\n""".split(
        b"|"
    )
)
_FIELD = re.compile(rb"(?m)^[!-9;-~]+:.*(?:\r?\n[ \t].*)*\r?\n?")
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")


def _at(data: bytes, place: int) -> int:
    return len(data) * place // THOUSAND


def _span(data: bytes, one: int, other: int) -> tuple[int, int]:
    return _at(data, min(one, other)), _at(data, max(one, other))


def _parts(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Head, empty line, body."""
    found = _HEAD_ENDS.search(data)
    return (data[: found.start()], found[0], data[found.end() :]) if found else (data, b"\r\n\r\n", b"")


def cut(data: bytes, _: bytes, one: int, other: int) -> bytes:
    """A piece out of the middle is lost."""
    start, end = _span(data, one, other)
    return data[:start] + data[end:]


def beginning(data: bytes, _: bytes, one: int, __: int) -> bytes:
    """The rest never came."""
    return data[: _at(data, one)]


def splice(data: bytes, second: bytes, one: int, other: int) -> bytes:
    """The beginning of one and the end of another."""
    return data[: _at(data, one)] + second[_at(second, other) :]


def transplant(data: bytes, second: bytes, _: int, __: int) -> bytes:
    """The head of one on the body of another."""
    head, blank, _body = _parts(data)
    return head + blank + _parts(second)[2]


def flip(data: bytes, _: bytes, one: int, other: int) -> bytes:
    """One octet becomes another."""
    place = _at(data, one)
    return data[:place] + bytes([other % 256]) + data[place + 1 :]


def repeat(data: bytes, _: bytes, one: int, other: int) -> bytes:
    """A piece stands there forty times."""
    start, end = _span(data, one, other)
    return data[:start] + data[start:end] * 40 + data[end:]


def _with_field(data: bytes, one: int, changed: Callable[[bytes], bytes]) -> bytes:
    head, blank, body = _parts(data)
    fields = [match[0] for match in _FIELD.finditer(head + b"\r\n")]
    if not fields:
        return data
    place = (len(fields) - 1) * one // THOUSAND
    fields[place] = changed(fields[place])
    return b"".join(fields).removesuffix(b"\r\n") + blank + body


def double_field(data: bytes, second: bytes, one: int, other: int) -> bytes:
    """A header field stands there twice, the second time with a piece of something else behind it."""
    start = _at(second, other)
    more = second[start : start + 40].replace(b"\n", b" ").replace(b"\r", b" ")
    return _with_field(data, one, lambda field: field + field.rstrip(b"\r\n") + more + b"\r\n")


def drop_field(data: bytes, _: bytes, one: int, __: int) -> bytes:
    """A header field is missing."""
    return _with_field(data, one, lambda _: b"")


def longer_field(data: bytes, _: bytes, one: int, other: int) -> bytes:
    """The value of a field stands there again and again."""
    return _with_field(data, one, lambda field: field.rstrip(b"\r\n") + field.partition(b":")[2].rstrip() * (other % 100) + b"\r\n")  # fmt: skip


def insert(data: bytes, _: bytes, one: int, other: int) -> bytes:
    """A telling word somewhere."""
    place = _at(data, one)
    return data[:place] + TOKENS[other % len(TOKENS)] + data[place:]


def insert_line(data: bytes, _: bytes, one: int, other: int) -> bytes:
    """A telling word as a line of its own: in the header, a field."""
    place = data.find(b"\n", _at(data, one)) + 1
    return data[:place] + TOKENS[other % len(TOKENS)] + b"\r\n" + data[place:]


def as_base64(data: bytes, _: bytes, one: int, __: int) -> bytes:
    """The body in base64, cut somewhere, and a field that says so."""
    head, blank, body = _parts(data)
    encoded = base64.encodebytes(body)
    return head + b"\r\nContent-Transfer-Encoding: base64" + blank + encoded[: _at(encoded, one)]


def enclose(data: bytes, second: bytes, one: int, other: int) -> bytes:
    """One mail as a part of another."""
    head, _, body = _parts(second)
    kind = (b"message/rfc822", b"multipart/mixed; boundary=b", b"message/delivery-status", b"text/html")[other % 4]
    inside = b"\r\n--q\r\nContent-Type: " + kind + b"\r\n\r\n" + data[: _at(data, one)]
    return head + b"\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\n" + body + inside + b"\r\n--q--\r\n"


def line_ends(data: bytes, _: bytes, one: int, __: int) -> bytes:
    """All line ends are others."""
    return data.replace(b"\r\n", b"\n").replace(b"\n", (b"\n", b"\r", b"\r\n", b"\n\r")[one % 4])


OPERATIONS: tuple[Operation, ...] = (
    *(cut, beginning, splice, transplant, flip, repeat, double_field, drop_field, longer_field),
    *(insert, insert_line, as_base64, enclose, line_ends),
)


def corpus() -> list[bytes]:
    """What is changed: the nasty mails that are files, and mails of citizens and machines."""
    gate = Path(nasty.FOLDER).parent / "gate"
    plain = [path.read_bytes() for path in sorted(gate.rglob("*.eml"))]
    return [data for data in (*plain, *(data for _, data in nasty.files())) if len(data) <= LONGEST // 2]


def changed(data: bytes, second: bytes, operation: Operation, one: int, other: int) -> bytes:
    """One step, kept within `LONGEST`."""
    return operation(data, second, one, other)[:LONGEST]
