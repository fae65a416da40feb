"""Which parts are the text, and how they are made readable."""

from __future__ import annotations

import base64

import pytest

from daemon import mime
from daemon.config import Limits
from daemon.model import Message

HEAD = b"From: max@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"


def parse(rest: bytes) -> Message:
    return mime.parse(HEAD + rest, Limits())


def multipart(kind: str, *parts: bytes, boundary: bytes = b"=_b") -> bytes:
    lines = [b'Content-Type: multipart/%s; boundary="%s"\r\n\r\npreamble\r\n' % (kind.encode(), boundary)]
    lines += [b"--%s\r\n%s\r\n" % (boundary, part) for part in parts]
    return b"".join(lines) + b"--%s--\r\nepilogue\r\n" % boundary


PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\nDie Laterne ist aus."
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Die <b>Laterne</b> ist aus, sagt das HTML.</p>"
PDF = b"Content-Type: application/pdf; name=plan.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
    b"x" * 5000
)


def test_plain_is_preferred_to_html():
    assert parse(multipart("alternative", PLAIN, HTML)).text == "Die Laterne ist aus."


@pytest.mark.parametrize(
    "stub",
    [
        b"",
        b"   ",
        b"Please view this message in an HTML capable program.",
        b"Diese Nachricht bitte im Browser ansehen.",
    ],
)
def test_a_stub_is_not_preferred(stub):
    long = HTML.replace(b"</p>", b" Und noch viel mehr steht hier, was niemand sonst lesen kann. </p>" * 3)
    message = parse(multipart("alternative", b"Content-Type: text/plain\r\n\r\n" + stub, long))
    assert message.text.startswith("Die Laterne ist aus, sagt das HTML.")


def test_a_short_plain_text_that_is_no_stub_stays():
    assert parse(multipart("alternative", b"\r\nJa.", HTML)).text == "Ja."


def test_text_parts_of_a_mixed_message_are_joined_and_files_are_listed():
    message = parse(multipart("mixed", PLAIN, PDF, b"\r\nListenfuss"))
    assert message.text == "Die Laterne ist aus.\n\nListenfuss"
    assert [(a.name, a.content_type, a.size) for a in message.attachments] == [("plan.pdf", "application/pdf", 5000)]
    assert message.content_types == ("multipart/mixed", "text/plain", "application/pdf", "text/plain")


def test_an_alternative_inside_a_related_inside_a_mixed():
    inner = multipart("alternative", PLAIN, HTML, boundary=b"=_c")
    image = b"Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo="
    middle = multipart("related", inner, image, boundary=b"=_d")
    message = parse(multipart("mixed", middle, PDF))
    assert message.text == "Die Laterne ist aus."
    assert [(a.name, a.size) for a in message.attachments] == [("image.png", 8), ("plan.pdf", 5000)]


def test_a_text_file_is_an_attachment_and_a_nested_mail_is_one_too():
    file = b"Content-Type: text/plain; name=liste.txt\r\nContent-Disposition: attachment\r\n\r\nGeheim"
    mail = b"Content-Type: message/rfc822\r\n\r\nSubject: alt\r\nContent-Type: text/plain\r\n\r\nAlter Text"
    message = parse(multipart("mixed", PLAIN, file, mail))
    assert message.text == "Die Laterne ist aus."
    assert [(a.name, a.size) for a in message.attachments] == [("liste.txt", 6), ("message.eml", 52)]
    assert message.content_types[-1] == "message/rfc822"


def test_a_calendar_part_is_listed_and_is_not_the_text():
    message = parse(
        multipart("alternative", PLAIN, b"Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR")
    )
    assert message.text == "Die Laterne ist aus."
    assert message.attachments[0].name == "calendar.ics"
    assert "text/calendar" in message.content_types


def test_a_part_named_inline_that_comes_first_is_the_text():
    body = b"Content-Type: text/plain; name=body.txt\r\nContent-Disposition: inline\r\n\r\nText"
    assert parse(multipart("mixed", body, PDF)).text == "Text"


@pytest.mark.parametrize(
    ("fields", "body", "text"),
    [
        (b"Content-Transfer-Encoding: quoted-printable\r\n", b"M=C3=BCll =\r\nweg = x =ZZ", "Müll weg = x =ZZ"),
        (b"Content-Transfer-Encoding: base64\r\n", b"TcO8\r\nbGw=", "Müll"),
        (b"Content-Transfer-Encoding: base64\r\n", b"TcO8bGw", "Müll"),
        (b"Content-Transfer-Encoding: base64\r\n", b"Das ist gar kein base64.", "Das ist gar kein base64."),
        (b"Content-Transfer-Encoding: 8bit\r\n", "Müll".encode(), "Müll"),
        (b"Content-Transfer-Encoding: unheard-of\r\n", "Müll".encode(), "Müll"),
        (b"Content-Type: text/plain; charset=iso-8859-1\r\n", "Müll".encode("latin-1"), "Müll"),
        (b"Content-Type: text/plain; charset=windows-1251\r\n", "Мусор".encode("cp1251"), "Мусор"),
        (b'Content-Type: text/plain; charset="nope"\r\n', "Müll".encode("cp1252"), "Müll"),
        (b"Content-Type: text\r\n", b"Text", "Text"),
        (b"Content-Type: text/html\r\n", "<meta charset=windows-1251>Мусор".encode("cp1251"), "Мусор"),
        (b"Content-Type: text/plain; format=flowed\r\n", b"eins \r\nzwei\r\n drei", "eins zwei\ndrei"),
        (b"Content-Type: text/plain; format=flowed; delsp=yes\r\n", b"Stra \r\nsse", "Strasse"),
        (b"", b"\xef\xbb\xbfText\r\n\x00Ende", "Text\nEnde"),
    ],
)
def test_bodies_are_readable(fields, body, text):
    assert parse(fields + b"\r\n" + body).text == text


def test_flowed_text_keeps_quotes_and_the_signature_separator():
    body = b"> Frage eins \r\n> geht weiter\r\nAntwort \r\ngeht weiter\r\n-- \r\nMax\r\n"
    message = parse(b"Content-Type: text/plain; format=flowed\r\n\r\n" + body)
    assert message.quoted_text == "> Frage eins geht weiter"
    assert message.own_text == "Antwort geht weiter"
    assert message.signature == "--\nMax"


@pytest.mark.parametrize(
    "fields", [b"Content-Type: multipart/mixed\r\n", b"Content-Type: multipart/mixed; boundary=other\r\n"]
)
def test_a_multipart_without_its_boundary_is_read_all_the_same(fields):
    body = b"--=_b\r\nContent-Type: text/plain\r\n\r\nDie Laterne ist aus.\r\n--=_b--\r\n"
    assert parse(fields + b"\r\n" + body).text == "Die Laterne ist aus."
    lost = parse(fields + b"\r\nNur Text.")
    assert lost.text == "Nur Text."
    assert lost.content_type == "multipart/mixed"


@pytest.mark.parametrize(
    ("rest", "word"),
    [
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx", "S/MIME"),
        (multipart("encrypted", b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"), "OpenPGP"),
        (multipart("mixed", b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx"), "winmail.dat"),
    ],
)
def test_a_message_that_cannot_be_read_says_why(rest, word):
    message = parse(rest)
    assert message.text == ""
    assert any(word in defect for defect in message.defects)


def test_the_outline_reaches_the_same_text_as_without_attachments():
    small = parse(multipart("mixed", PLAIN))
    large = parse(multipart("mixed", PLAIN, *[PDF] * 50))
    assert large.text == small.text
    assert len(large.attachments) == 50
