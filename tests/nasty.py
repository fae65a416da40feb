"""The nasty mails: the files of tests/mails/nasty, and those that are too large to keep, made here.

The index of both is tests/mails/nasty/README.md. `REPEATED` is one unit without end, as plain text or HTML;
`GIANTS` are whole mails.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "mails" / "nasty"
#: Octets of a repeated text: `limits.text_size` is twice that, and nothing here costs more than its length.
LENGTH = 100_000

HEAD = (
    "From: Erika Muster <{name}@nasty.example>\r\n"
    "To: buergerpost@musterlingen.example\r\n"
    "Date: Tue, 03 Mar 2026 09:30:00 +0100\r\n"
    "Message-ID: <{name}@nasty.example>\r\n"
)
BODY = b"\r\nDie Laterne vor dem Haus Gartenstrasse 12 ist dunkel.\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

#: Name -> subject, what is repeated as plain text.
REPEATED = {
    "text-blanks": ("Laterne", " "),
    "text-blank-lines": ("Laterne", "\r\n"),
    "text-tabs": ("Laterne", "\t\x0b\x0c"),
    "text-quote-marks": ("Laterne", ">"),
    "text-dashes": ("Laterne", "-"),
    "text-dash-lines": ("Laterne", "-- \r\n"),
    "text-dot-lines": ("Laterne", ".\r\n"),
    "text-underscores": ("Laterne", "_" * 32 + "\r\n"),
    "text-digits": ("Termin", "1"),
    "text-dots": ("Termin", "1."),
    "text-dates": ("Termin", "am 12.3. um 10:00 Uhr oder "),
    "text-weekdays": ("Termin", "Montag oder Dienstag oder "),
    "text-hours": ("Termin", "um halb zehn bis um viertel nach "),
    "text-numbers": ("Termin", "1, 2, 3, 4, 5, 6, "),
    "text-am": ("Termin am am am", "am "),
    "text-am-lines": ("Laterne", "Am 3. März schrieb\r\n"),
    "text-wrote": ("Laterne", "schrieb wrote a écrit "),
    "text-wrote-lines": ("Laterne", "> x\r\nAm 3. März 2026 um 10:00 schrieb Erika <a@b.example>:\r\n"),
    "text-header-block": ("Laterne", "Von: a\r\nGesendet: b\r\n"),
    "text-forms": ("Laterne", "Name: Erika\r\n"),
    "text-one-line": ("Laterne", "Laterne "),
    "text-one-word": ("Laterne", "a"),
    "text-commas": ("Laterne", "a, "),
    "text-sentences": ("Laterne", "A. "),
    "text-question-marks": ("Laterne", "?!"),
    "text-parentheses": ("Laterne", "(["),
    "text-backslashes": ("Laterne", '\\"'),
    "text-addresses": ("Laterne", "a@"),
    "text-links": ("Laterne", "http://x.example/ "),
    "text-slashes": ("Laterne", "://"),
    "text-ids": ("Laterne", "<anliegen.2026-000001.x@musterlingen.example> "),
    "text-ids-open": ("Laterne", "<a@"),
    "text-tokens": ("Re: [#2026-000001-ABCDEF]", "[#2026-000001-ABCDEF] "),
    "text-zwj": ("Laterne", "👩\u200d👩\u200d👧\u200d👦"),
    "text-footers": ("Laterne", "Von meinem iPhone gesendet\r\n\r\n"),
    "text-disclaimers": ("Laterne", "Diese E-Mail (und x) enthält vertraulic"),
    "text-confidential": ("Laterne", "this message and "),
    "text-from-lines": ("Laterne", "From here\r\n>From there\r\n"),
    "text-absence-words": ("Abwesend", "Ich bin bis zum 12.3. nicht im Büro. In dringenden Fällen "),
    "text-smtp-replies": ("Undelivered Mail Returned to Sender", "550 5.1.1 user unknown 421 4.3.2\r\n"),
    "text-statuses": ("Undelivered Mail Returned to Sender", "5.1."),
}
#: Name -> what is repeated as HTML.
REPEATED_HTML = {
    "html-open-elements": "<div><p><b>",
    "html-open-tables": "<table><tr><td>x",
    "html-open-lists": "<ul><li>x",
    "html-open-links": '<a href="http://x.example/">x',
    "html-open-quotes": "<blockquote>x<br>",
    "html-open-forms": "<form><select><option>x",
    "html-open-formats": "<b><i><u><font>x<p>",
    "html-closing": "</p></div></b>",
    "html-breaks": "<br>",
    "html-rules": "<hr>",
    "html-angles": "<",
    "html-comment-starts": "<!--",
    "html-comment-ends": "--><!--",
    "html-cdata-starts": "<![CDATA[",
    "html-doctypes": "<!DOCTYPE html>",
    "html-instructions": "<?php x ",
    "html-references": "&amp;&#65;&nosuch",
    "html-styles-hidden": '<p style="display:none">x',
    "html-words": "Die Laterne <b>ist</b> dunkel. ",
    "html-pre": "<pre>\n\n",
}


def _repeated(unit: str, length: int = LENGTH) -> bytes:
    octets = unit.encode("utf-8")
    return octets * (length // len(octets))


def _text(name: str, subject: str, unit: str) -> bytes:
    head = HEAD.format(name=name) + f"Subject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    return head.encode() + _repeated(unit)


def _html(name: str, unit: str, length: int = LENGTH) -> bytes:
    head = HEAD.format(name=name) + "Subject: Laterne\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return head.encode() + _repeated(unit, length)


def _words(_: bytes) -> bytes:
    return b"Subject: Laterne\r\n\r\n" + b" ".join(b"wort%x" % number for number in range(30_000))


def _fields(_: bytes) -> bytes:
    return b"".join(b"X-%d: y\r\n" % number for number in range(100_000)) + b"Subject: Laterne\r\n" + BODY


def _nested(_: bytes) -> bytes:
    levels = (
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (level, level + 1) for level in range(10_000)
    )
    return b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + b"".join(levels)


def _attached(_: bytes) -> bytes:
    part = b"Content-Disposition: attachment; filename=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return MIXED + b"--b\r\n" + BODY + b"--b\r\n" + part + base64.encodebytes(bytes(3_000_000)) + b"--b--\r\n"


def _look_alike(_: bytes) -> bytes:
    return MIXED + b"--b\r\n" + BODY + b"--bb\r\n" * 300_000 + b"--b--\r\n"


def _lines(prefix: bytes, line: bytes, times: int, body: bytes = BODY) -> Callable[[bytes], bytes]:
    return lambda _: prefix + line * times + body


#: Name -> what follows the usual head.
GIANTS: dict[str, Callable[[bytes], bytes]] = {
    "giant-subject": _lines(b"Subject: ", b"Laterne ", 125_000, b"\r\n" + BODY),
    "giant-subject-words": _lines(b"Subject: ", b"=?utf-8?q?=C3=A4?= ", 60_000, b"\r\n" + BODY),
    "giant-fields": _fields,
    "giant-fields-empty": _lines(b"", b":\r\n", 200_000),
    "giant-folded": _lines(b"Subject: Laterne\r\n", b" x\r\n", 300_000),
    "giant-folded-blank": _lines(b"Subject: Laterne\r\n", b" \r\n", 300_000),
    "giant-garbage": _lines(b"Subject: Laterne\r\n", b"no field\r\n", 200_000, b"X-Last: y\r\n" + BODY),
    "giant-recipients": _lines(b"To: ", b"p@elsewhere.example,\r\n ", 60_000, b"o@elsewhere.example\r\n" + BODY),
    "giant-comments": _lines(b"Cc: ", b"(", 1_000_000, b"\r\n" + BODY),
    "giant-references": _lines(b"References: ", b"<a1@nasty.example>\r\n ", 10_000, b"<b@nasty.example>\r\n" + BODY),
    "giant-received": _lines(b"", b"Received: from a by b; Tue, 03 Mar 2026 09:30:00 +0100\r\n", 30_000),
    "giant-parameters": _lines(b"Content-Type: text/plain", b"; a*0*=%41", 200_000, b"\r\n" + BODY),
    "giant-line": _lines(b"Subject: Laterne\r\n\r\n", b"Laterne ", 625_000),
    "giant-words": _words,
    "giant-newlines": _lines(b"Subject: Laterne\r\n", b"\r\n", 1_000_000),
    "giant-returns": _lines(b"Subject: Laterne\r\n\r\n", b"\r", 1_000_000),
    "giant-nuls": _lines(b"Subject: Laterne\r\n\r\n", b"\0", 3_000_000),
    "giant-nested": _nested,
    "giant-messages": _lines(b"", b"Content-Type: message/rfc822\r\n\r\n", 10_000),
    "giant-parts": _lines(MIXED, b"--b\r\n", 100_000, b"--b--\r\n"),
    "giant-parts-open": _lines(MIXED, b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n", 30_000),
    "giant-look-alike": _look_alike,
    "giant-attachment": _attached,
    "giant-soft-breaks": _lines(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", b"=\r\n", 600_000
    ),
    "giant-padding": _lines(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n", b"TQ==", 400_000),
    "giant-uuencode": _lines(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\r\n", b"M" * 61 + b"\r\n", 30_000
    ),
    "giant-report": _lines(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: message/delivery-status\r\n\r\n",
        b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n",
        20_000,
    ),
}  # fmt: skip
#: HTML of megabytes.
GIANT_HTML = {"giant-html-deep": "<div>", "giant-html-attributes": "<p a=b c=d e=f>", "giant-html-style": "<style>p{}"}


def files() -> Iterator[tuple[str, bytes]]:
    """Each file: its name without `.eml`, its octets."""
    for path in sorted(FOLDER.glob("*.eml")):
        yield path.stem, path.read_bytes()


def made() -> Iterator[tuple[str, bytes]]:
    """Those that are made: repetitions, and giants."""
    for name, (subject, unit) in REPEATED.items():
        yield name, _text(name, subject, unit)
    for name, unit in REPEATED_HTML.items():
        yield name, _html(name, unit)
    for name, unit in GIANT_HTML.items():
        yield name, _html(name, unit, 1_000_000)
    attribute = HEAD.format(name="giant-html-attribute") + "Subject: Laterne\r\nContent-Type: text/html\r\n\r\n"
    yield "giant-html-attribute", attribute.encode() + b'<p title="' + _repeated("x", 1_900_000) + b'">Laterne'
    for name, rest in GIANTS.items():
        yield name, HEAD.format(name=name).encode() + rest(b"")


def all_of_them() -> Iterator[tuple[str, bytes]]:
    """Every nasty mail."""
    yield from files()
    yield from made()
