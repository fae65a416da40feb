"""Header fields as they are, and the values that are made of them."""

from __future__ import annotations

import pytest

from daemon import mime
from daemon.config import Limits
from daemon.model import Address, Message


def parse(head: bytes | str, body: bytes = b"Text\r\n") -> Message:
    octets = head if isinstance(head, bytes) else head.encode()
    return mime.parse(octets + b"\r\n\r\n" + body, Limits())


def test_fields_keep_order_name_and_raw_text():
    message = parse("Received: by b;\r\n Mon\r\nreceived: by a\r\nX-Test: =?utf-8?q?=C3=BC?=\r\nEmpty:")
    assert message.headers == (
        ("Received", "by b; Mon"),
        ("received", "by a"),
        ("X-Test", "=?utf-8?q?=C3=BC?="),
        ("Empty", ""),
    )
    assert message.all("RECEIVED") == ("by b; Mon", "by a")


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("Müll".encode(), "Müll"),
        ("Müll".encode("latin-1"), "Müll"),
        ("Müll – 5 €".encode("cp1252"), "Müll – 5 €"),
        ("Straße".encode() + b" f\xc3", "Straße f"),  # cut off in the middle of "für"
        (b"Stra\xc3", "Stra"),
        ("Müll – 5 €".encode()[:-1], "Müll – 5"),
        ("Zwei Eimer für Bücher, ".encode() + b"Stra\xc3enlaterne", "Zwei Eimer für Bücher, Straenlaterne"),
        (b"Stra\xc3 \xc0\x80 \xed\xa0\x80 \xf8\x88\x80\x80\x80 \xe2\x82", "Stra"),
        ("Gruß".encode("cp1252"), "Gruß"),  # a last "ß" of Windows-1252 is no cut character
        ("Café".encode("cp1252"), "Café"),
        ("Im Café…".encode("cp1252"), "Im Café…"),
        ("«Gruß»".encode("cp1252"), "«Gruß»"),
        ("Größe, groß".encode("cp1252"), "Größe, groß"),
        ("MAÇÃ".encode("cp1252"), "MAÇÃ"),
        (b"a\x00b", "ab"),
        (b"eins\r\n zwei\r\n\tdrei", "eins zwei drei"),
        (b"=?utf-8?q?eins=0D=0AX-Evil:_1?=", "eins X-Evil: 1"),
        (b"", ""),
    ],
)
def test_subjects(raw, subject):
    assert parse(b"From: a@b.example\r\nSubject: " + raw).subject == subject


def test_raw_octets_are_read_in_the_charset_of_the_text():
    head = b"Subject: " + "Привет".encode("koi8-r") + b"\r\nContent-Type: text/plain; charset=koi8-r"
    assert parse(head, "Текст".encode("koi8-r")).subject == "Привет"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max@example.org", [("", "max@example.org")]),
        ("Max Muster <max@example.org>", [("Max Muster", "max@example.org")]),
        ('"Muster, Max" <max@example.org>', [("Muster, Max", "max@example.org")]),
        ("=?utf-8?q?M=C3=BCller=2C_Max?= <max@example.org>", [("Müller, Max", "max@example.org")]),
        ('"=?utf-8?q?M=C3=BCller?=" <max@example.org>', [("Müller", "max@example.org")]),
        ("Müller <max@example.org>", [("Müller", "max@example.org")]),
        ("max@example.org (Max Muster)", [("Max Muster", "max@example.org")]),
        ("Max <max @ example . org>", [("Max", "max@example.org")]),
        ("<@relay.example:max@example.org>", [("", "max@example.org")]),
        (
            "Büro: a@b.example, C <c@d.example>;, e@f.example",
            [("", "a@b.example"), ("C", "c@d.example"), ("", "e@f.example")],
        ),
        ("undisclosed-recipients:;", []),
        ("max@müsterlingen.example", [("", "max@müsterlingen.example")]),
        ("max@xn--msterlingen-9db.example", [("", "max@xn--msterlingen-9db.example")]),
        ('"max muster"@example.org', [("", '"max muster"@example.org')]),
        ("Max Muster", [("Max Muster", "")]),
        ("Max <max\u202e@example.org>", [("Max", "")]),
        ("Max <max\x01@example.org>", [("Max", "")]),
        ("Max Muster <>", [("Max Muster", "")]),
        ("Max Muster max@example.org", [("Max Muster", "max@example.org")]),
        ("max@example.org <max@example.org>", [("max@example.org", "max@example.org")]),
        ("Max <max@example.org", [("Max", "max@example.org")]),
        ("=?utf-8?q?a=0D=0Ab?= <max@example.org>", [("a b", "max@example.org")]),
        ("<\x01@example.org>", []),
        ("", []),
    ],
)
def test_addresses(value, expected):
    assert parse(f"Subject: x\r\nFrom: {value}").from_ == tuple(Address(name, addr) for name, addr in expected)


def test_several_from_fields_are_all_read_and_the_sender_is_the_author():
    message = parse(
        "From: a@b.example\r\nFrom: c@d.example\r\nSender: e@f.example\r\nReply-To: g@h.example\r\nCc: i@j.example"
    )
    assert [address.addr for address in message.from_] == ["a@b.example", "c@d.example"]
    assert message.author == Address("", "e@f.example")
    assert message.reply_to == (Address("", "g@h.example"),)
    assert message.cc == (Address("", "i@j.example"),)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@b>", ("<a@b>",)),
        ("<a@b> <c@d>\r\n <a@b>", ("<a@b>", "<c@d>")),
        ("<>", ()),
        ("< >", ()),
        ("<a b@c>", ()),
        ("<abc>", ()),
        ("<@b>", ()),
        ("a@b", ("<a@b>",)),
        ("Your message of Monday <a@b> (comment)", ("<a@b>",)),
        ("Thread-1", ()),
        ("", ()),
    ],
)
def test_identifiers(value, ids):
    message = parse(f"From: a@b.example\r\nReferences: {value}\r\nIn-Reply-To: {value}\r\nMessage-ID: {value}")
    assert message.references == ids
    assert message.in_reply_to == ids
    assert message.message_id == (ids[0] if ids else None)


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (b"From max@example.org Mon Mar  2 10:00:00 2026\nSubject: x\n\nText", "x"),
        (b"\r\n\r\nSubject: x\r\n\r\nText", "x"),
        (b"      \nSubject: x\n\nText", "x"),
        (b"\xef\xbb\xbfSubject: x\n\nText", "x"),
        (b"Subject: x\rFrom: a@b.example\r\rText", "x"),
        (b"---- Original message ----\nSubject: x\n\nText", "x"),
        (b"Received: by a\nwith b\nby c\nSubject: x\n\nText", "x"),
        (b"Subject: x\nText", "x"),
        (b"Subject : x\n\nText", "x"),
    ],
)
def test_odd_beginnings_are_forgiven(data, subject):
    message = mime.parse(data, Limits())
    assert message.subject == subject
    assert message.text == "Text"


def test_a_body_without_blank_line_is_no_header():
    message = mime.parse(b"From: a@b.example\nSubject: x\nGuten Tag\nFrage: wann?\n", Limits())
    assert message.text == "Guten Tag\nFrage: wann?"
    assert message.defects == ("The header ends without a blank line.",)


def test_content_type_and_its_parameters():
    message = parse("Subject: x\r\nContent-Type: Text/Plain (note); Charset=\"utf-8\"; x*0*=utf-8''%C3%BC; x*1=b")
    assert message.content_type == "text/plain"
    assert message.content_params == (("charset", "utf-8"), ("x", "üb"))
    assert message.param("CHARSET") == "utf-8"
