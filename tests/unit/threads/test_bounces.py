"""A bounce comes home: which delivery it is about, and what happened in words."""

import re

import pytest

from daemon import gate, threads
from daemon.model import BounceNews, Issued, Message, Past
from daemon.threads.bounces import _WORDS, status_of
from tests.gate_mails import AROUND, KEY, mail, parse

ACK = threads.issue_message_id(KEY, "2026-000123", "ack", "musterlingen.example")
PAST = Past(issued={ACK: Issued(4, 7, "2026-000123", "acknowledgement", "anna@post.example")})


def _dsn(fields: str, returned: str = f"Message-ID: {ACK}\r\n") -> Message:
    return parse(
        (
            "From: MAILER-DAEMON@mx.post.example\r\nTo: buergerpost@musterlingen.example\r\nSubject: Undelivered\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
            f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{fields}\r\n"
            f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{returned}\r\n--b--\r\n"
        ).encode()
    )


def _news(message: Message, language: str = "de") -> BounceNews | None:
    return threads.bounce(message, gate.check(message, AROUND), threads.about(message, PAST, KEY), language)


def test_a_dsn_finds_its_delivery_by_the_returned_message_id() -> None:
    message = _dsn("Final-Recipient: rfc822; anna@post.example\r\nAction: failed\r\nStatus: 5.1.1\r\n")
    assert _news(message) == BounceNews(4, "5.1.1", "Endgültig nicht zustellbar: Diese Adresse gibt es nicht (5.1.1).")
    assert _news(message, "en") == BounceNews(4, "5.1.1", "Not deliverable for good: There is no such address (5.1.1).")


def test_a_bounce_without_mime_finds_it_in_its_text() -> None:
    message = mail(
        "Return-Path: <>",
        "Subject: failure notice",
        sender="MAILER-DAEMON@post.example",
        body=f"<anna@post.example>: 550 no such user\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nMessage-ID: {ACK}\r\n",
    )
    news = _news(message)
    assert news is not None
    assert (news.delivery_id, news.status) == (4, "5.0.0")


def test_a_signed_envelope_address_finds_it_where_nothing_is_returned() -> None:
    message = mail(
        f"To: {threads.envelope_address(ACK, 'rueck@musterlingen.example')}",
        "Auto-Submitted: auto-replied",
        sender="MAILER-DAEMON@post.example",
        body="Mailbox full.\r\n",
    )
    assert threads.about(message, PAST, KEY) == PAST.issued[ACK]


@pytest.mark.parametrize("returned", ["Message-ID: <>\r\n", "Message-ID: <x@y.example>\r\n", "Subject: nothing\r\n"])
def test_a_bounce_of_something_else_marks_nothing(returned: str) -> None:
    assert _news(_dsn("Action: failed\r\nStatus: 5.1.1\r\n", returned)) is None


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_success_is_no_bounce(action: str) -> None:
    assert _news(_dsn(f"Action: {action}\r\nStatus: 2.0.0\r\n")) is None


def test_a_citizen_who_forwards_a_bounce_marks_nothing() -> None:
    message = mail(f"In-Reply-To: {ACK}", body="Ihre Mail kam mit 550 zurück. Was nun?\r\n")
    assert _news(message) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Action: failed\r\nStatus: 5.2.2\r\n", "5.2.2"),
        ("Action: delayed\r\nStatus: 4.4.1\r\n", "4.4.1"),
        ("Action: failed\r\n", "5.0.0"),
        ("Action: delayed\r\n", "4.0.0"),
        ("Action: failed\r\nStatus: nonsense\r\n", "5.0.0"),
        ("Action: FAILED (bounced)\r\nStatus: 5.7.1 (policy)\r\n", "5.7.1"),
    ],
)
def test_the_status_of_a_report(fields: str, expected: str) -> None:
    assert status_of(_dsn(fields)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("said: 550 5.1.1 <anna@post.example> unknown", "5.1.1"),
        ("421 try again later", "4.0.0"),
        ("This is a permanent error; I've given up.", "5.0.0"),
        ("Something went wrong on 12.05.2026 at 10.1.1.5", "4.0.0"),
    ],
)
def test_the_status_of_a_bounce_in_plain_words(text: str, expected: str) -> None:
    assert status_of(mail("Return-Path: <>", sender="MAILER-DAEMON@post.example", body=text + "\r\n")) == expected


@pytest.mark.parametrize("code", ["5.1.1", "4.2.2", "5.7.26", "5.99.99", "4.4.7", "2.1.5"])
def test_every_status_has_words_in_both_languages(code: str) -> None:
    german, english = threads.status_in_words(code), threads.status_in_words(code, "en")
    assert german != english
    assert german.endswith(f"({code}).")
    assert english.endswith(f"({code}).")


def test_an_unknown_status_is_said_to_be_one() -> None:
    assert threads.status_in_words("x") == "Nicht zustellbar, ohne Angabe eines Grundes."
    assert threads.status_in_words("5.1.99") == threads.status_in_words("5.1.0").replace("5.1.0", "5.1.99")


def test_every_code_of_the_table_is_well_formed_and_told_twice() -> None:
    assert all(re.fullmatch(r"[1-7]\.\d{1,2}", code) for code in _WORDS)
    assert all(german and english and german != english for german, english in _WORDS.values())


@pytest.mark.parametrize(
    ("code", "lasting"),
    [
        ("5.1.1", True),
        ("5.1.10", True),
        ("5.1.7", False),
        ("5.1.8", False),
        ("5.2.1", True),
        ("5.2.2", False),
        ("5.7.1", False),
        ("4.1.1", False),
        ("", False),
    ],
)
def test_only_a_bad_address_is_lasting(code: str, lasting: bool) -> None:
    assert threads.is_lasting(code) is lasting
