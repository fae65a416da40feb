"""What stays the same when one mail reaches us twice: through an alias and the main address, or again.

SHA-256 over Message-ID, the author's address, the Date field, the subject, the words of the text and the
attachments' names. Not in it: everything that transport adds or changes (Received, Return-Path,
Delivered-To, encodings, line ends, white space, letter case of the address, verdicts in X- fields).
Two mails of one person differ in Message-ID; where a program sets none, in date or text.
"""

from __future__ import annotations

import hashlib


def of(message_id: str | None, author: str, date: str | None, subject: str, text: str, names: tuple[str, ...]) -> str:
    """The fingerprint as lower-case hex."""
    stable = (message_id or "", author, " ".join((date or "").split()), subject, " ".join(text.split()), *names)
    # Lengths in front: no two different tuples give the same octets.
    packed = "".join(f"{len(value)}:{value}," for value in stable)
    return hashlib.sha256(packed.encode("utf-8", "replace")).hexdigest()
