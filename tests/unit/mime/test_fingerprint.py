"""One mail that comes twice has one fingerprint; two mails have two."""

from __future__ import annotations

import base64

import pytest

from daemon import mime
from daemon.config import Limits

MAIL = (
    b"Received: by mx1\r\nTo: buergerpost@musterlingen.example\r\nFrom: Max <max@example.org>\r\n"
    b"Date: Tue, 3 Mar 2026 10:00:00 +0100\r\nSubject: Laterne\r\n\r\nDie Laterne\r\nist aus.\r\n"
)


def fingerprint(data: bytes) -> str:
    return mime.parse(data, Limits()).fingerprint


@pytest.mark.parametrize(
    "again",
    [
        MAIL.replace(b"by mx1", b"by mx2"),
        MAIL.replace(b"Received", b"Delivered-To: rathaus@musterlingen.example\r\nReceived"),
        MAIL.replace(b"max@", b"Max@"),
        MAIL.replace(b"\r\n", b"\n"),
        MAIL.replace(b"Laterne\r\n\r\n", b"=?utf-8?q?Laterne?=\r\n\r\n"),
        MAIL.replace(b"Die Laterne\r\nist", b"Die  Laterne ist"),
        MAIL.split(b"\r\n\r\n")[0]
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(MAIL.split(b"\r\n\r\n")[1]),
    ],
)
def test_the_same_mail_again(again):
    assert again != MAIL
    assert fingerprint(again) == fingerprint(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"10:00:00", b"10:00:01"),
        MAIL.replace(b"aus.", b"an."),
        MAIL.replace(b"Subject: Laterne", b"Subject: Ampel"),
        MAIL.replace(b"max@", b"eva@"),
        b"Message-ID: <a@b>\r\n" + MAIL,
    ],
)
def test_another_mail(other):
    assert other != MAIL
    assert fingerprint(other) != fingerprint(MAIL)
