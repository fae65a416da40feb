"""Bounces, receipts and abuse reports, standard and not."""

from __future__ import annotations

import pytest

from daemon import mime
from daemon.config import Limits
from daemon.mime import reports
from daemon.model import Report

DSN = b"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

Could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; max@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 unknown

--b
Content-Type: message/rfc822

Message-ID: <ours@musterlingen.example>
Subject: Ihr Anliegen
Content-Type: multipart/mixed; boundary="c"

--c

Text
--c--

--b--
"""


def report(data: bytes) -> Report | None:
    return mime.parse(data, Limits()).report


def test_a_bounce():
    assert report(DSN) == Report("delivery-status", "<ours@musterlingen.example>", "5.1.1", "failed", "max@example.org")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"message/rfc822", b"text/rfc822-headers"),
        (b"message/rfc822", b"message/global"),
        (b"message/rfc822", b"message/global-headers"),
        (b"message/rfc822\n", b"message/rfc822\n\n"),
        (b"message/delivery-status", b"message/global-delivery-status"),
        (b"multipart/report; report-type=delivery-status", b"multipart/mixed"),
        (b"multipart/report; report-type=delivery-status", b"Multipart/Report; Report-Type=Delivery-Status"),
        (b"\n", b"\r\n"),
    ],
)
def test_a_bounce_in_other_dress(old, new):
    assert report(DSN.replace(old, new)) == report(DSN)


def test_a_receipt():
    data = b"""From: max@example.org
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b

Gelesen.
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822;max@example.org
Original-Message-ID: <ours@musterlingen.example>
Disposition: manual-action/MDN-sent-manually; displayed
--b--
"""
    assert report(data) == Report(
        "disposition-notification", "<ours@musterlingen.example>", None, "displayed", "max@example.org"
    )


def test_an_abuse_report():
    data = b"""From: feedback@example.org
Content-Type: multipart/report; report-type="feedback-report"; boundary="b"

--b

Beschwerde
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: X/1
Original-Rcpt-To: max@example.org
--b
Content-Type: text/rfc822-headers

Message-ID: <ours@musterlingen.example>
--b--
"""
    assert report(data) == Report("feedback-report", "<ours@musterlingen.example>", None, "abuse", "max@example.org")


INLINE = b"""Return-Path: <>
From: %s
Subject: failure notice

Hi. This is the qmail-send program.
<max@example.org>:
550 5.1.1 unknown

--- Below this line is a copy of the message.

Received: by x
Message-ID: <ours@musterlingen.example>
Subject: Ihr Anliegen
"""


def test_a_message_returned_as_text():
    expected = Report(reports.RETURNED, "<ours@musterlingen.example>", "5.1.1")
    assert report(INLINE % b"MAILER-DAEMON@mx.example") == expected
    assert report(INLINE % b"system@mx.example") == expected


def test_a_citizen_who_forwards_a_bounce_sends_no_report():
    assert report((INLINE % b"max@example.org").replace(b"Return-Path: <>", b"Return-Path: <max@example.org>")) is None


def test_a_citizen_who_attaches_a_mail_sends_no_report():
    data = b"""From: max@example.org
Content-Type: multipart/mixed; boundary="b"

--b

Siehe Anhang.
--b
Content-Type: message/rfc822

Message-ID: <ours@musterlingen.example>
--b--
"""
    assert report(data) is None


def test_a_report_without_anything_in_it_is_still_a_report():
    assert report(b"From: a@b.example\nContent-Type: multipart/report; report-type=x; boundary=b\n\n") == Report("x")
