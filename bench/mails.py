"""Citizens' mails as they come: texts of the shipped corpus, some with photographs or scans attached."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator

from classifiers.corpus import shipped_examples

#: Sizes of attachments in octets, and how many mails of a hundred have one: 162 KiB a mail on average.
ATTACHMENTS = ((0, 63), (60_000, 15), (250_000, 15), (900_000, 6), (2_200_000, 1))


def mails(count: int, seed: int = 7) -> Iterator[bytes]:
    """The same mails each time, as long as the corpus is the same; their sizes are the same whatever it is. Among its
    `other` texts are words of machines, which would be set aside."""
    chance, sizes = random.Random(seed), _sizes(random.Random(seed))
    examples = [each for each in shipped_examples() if each.text.body and each.category != "other"]
    for number in range(count):
        example = chance.choice(examples)
        yield _mail(number, example.text.subject, example.text.body, chance.randbytes(next(sizes)))


def _sizes(chance: random.Random) -> Iterator[int]:
    """Each hundred mails have the attachments that a hundred should have, in some order."""
    while True:
        hundred = [size for size, times in ATTACHMENTS for _ in range(times)]
        chance.shuffle(hundred)
        yield from hundred


def _mail(number: int, subject: str, body: str, attachment: bytes) -> bytes:
    encoded = base64.b64encode(subject.replace("\n", " ").encode()[:45]).decode()
    head = (
        f"Return-Path: <person{number}@citizen.example>\r\n"
        f"From: Person {number} <person{number}@citizen.example>\r\nTo: buergerpost@musterlingen.example\r\n"
        f"Subject: =?utf-8?b?{encoded}?=\r\nDate: Tue, 03 Mar 2026 09:59:00 +0100\r\n"
        f"Message-ID: <bench-{number}@citizen.example>\r\nMIME-Version: 1.0\r\n"
    )
    text = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _lines(
        body.encode()
    )
    if not attachment:
        return (head + text).encode()
    file = (
        'Content-Type: image/jpeg; name="foto.jpg"\r\nContent-Disposition: attachment; filename="foto.jpg"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n" + _lines(attachment)
    )
    parts = f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{text}\r\n--b\r\n{file}\r\n--b--\r\n"
    return (head + parts).encode()


def _lines(data: bytes) -> str:
    return base64.encodebytes(data).decode().replace("\n", "\r\n")
