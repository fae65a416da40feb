"""Message-IDs, tokens and addresses that only we can make: the key is in the database and nowhere else.

Form of a Message-ID: `<NUMBER.PURPOSE.CHECK@domain>`; of a token: `[#NUMBER-CHECK]`. Both are read in any
case; the comparison takes the same time wherever it fails. A number that somebody types in, or a
Message-ID that somebody makes up, has no check and names nothing (RFC 5322 §3.6.4 asks for uniqueness,
which number and purpose give).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

_CHECK = 20  # base32 digits: 100 bits
_TOKEN = 6  # base32 digits: 30 bits, and the sender has to fit as well
_LOCAL = re.compile(rf"([a-z0-9-]{{1,40}})\.([a-z0-9_-]{{1,160}})\.([a-z2-7]{{{_CHECK}}})", re.IGNORECASE)
_ISSUED = re.compile(rf"<?({_LOCAL.pattern})@([a-z0-9.-]{{1,253}})>?", re.IGNORECASE)
_NUMBER = r"([0-9]{4}-[0-9]{4,9})"
_DASH = r"\s?[-\u2010\u2011\u2013]\s?"
_IN_TEXT = re.compile(rf"(?<![\w-]){_NUMBER}{_DASH}([a-z0-9]{{{_TOKEN}}})(?![\w-])", re.IGNORECASE)
#: Digits that people and fonts confuse are not in the alphabet (base32 of Crockford), and read as what was meant.
_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Ours:
    """What one of our own Message-IDs says: the ticket's number, and what the message was for."""

    number: str
    purpose: str


def _check(key: bytes, *words: str) -> str:
    digest = hmac.digest(key, "\0".join(words).casefold().encode("utf-8", "surrogatepass"), hashlib.sha256)
    return base64.b32encode(digest).decode("ascii")


def issue_message_id(key: bytes, ticket_number: str, purpose: str, domain: str) -> str:
    """The Message-ID, with its brackets, of what we send for a ticket. The same arguments give the same one.

    `purpose` is of letters, digits, `-` and `_`, and different for each message of a ticket.
    """
    local = f"{ticket_number}.{purpose}.{_check(key, 'message-id', ticket_number, purpose)[:_CHECK]}".lower()
    if not _LOCAL.fullmatch(local):
        raise ValueError(f"No Message-ID can be made of number {ticket_number!r} and purpose {purpose!r}.")
    return f"<{local}@{domain.lower()}>"


def read_message_id(key: bytes, message_id: str) -> Ours | None:
    """What a Message-ID says if we issued it, whatever its domain; else None."""
    found = _ISSUED.fullmatch(message_id.strip())
    return _verified(key, found[2], found[3], found[4]) if found else None


def _verified(key: bytes, number: str, purpose: str, check: str) -> Ours | None:
    expected = _check(key, "message-id", number, purpose)[:_CHECK]
    if not hmac.compare_digest(expected.casefold().encode(), check.casefold().encode()):
        return None
    return Ours(number.lower(), purpose.lower())


def is_ours(key: bytes, message_id: str) -> bool:
    """Whether we issued this Message-ID."""
    return read_message_id(key, message_id) is not None


def issued_in(key: bytes, text: str) -> Iterator[str]:
    """Every Message-ID of ours that stands in a text, as it was issued."""
    for found in _ISSUED.finditer(text):
        if _verified(key, found[2], found[3], found[4]):
            yield f"<{found[1].lower()}@{found[5].lower()}>"


def token(key: bytes, ticket_number: str) -> str:
    """What a subject carries so that a reply finds its ticket: `[#2026-000123-K7QX3M]`."""
    return f"[#{ticket_number}-{_token_check(key, ticket_number)}]"


def _token_check(key: bytes, ticket_number: str) -> str:
    return _check(key, "token", ticket_number)[:_TOKEN].translate(_ALPHABET)


def tokens_in(key: bytes, text: str) -> Iterator[str]:
    """The ticket numbers whose tokens stand in a text: a bare number, or one with a wrong check, names nothing."""
    for found in _IN_TEXT.finditer(text[:4000]):
        read = found[2].upper().translate(_MISREAD)
        if hmac.compare_digest(_token_check(key, found[1]).encode(), read.encode("utf-8", "replace")):
            yield found[1]


def reply_address(key: bytes, ticket_number: str, address: str) -> str:
    """`address` with the ticket's token as its tag (`name+2026-000123-k7qx3m@domain`)."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token(key, ticket_number).strip('[#]').lower()}@{domain}"


def envelope_address(message_id: str, address: str) -> str:
    """`address` signed for one message: a bounce to it names its delivery, whatever it returns.

    The tag is the left side of our Message-ID. Where that would be longer than a local part may be
    (64 octets, RFC 5321 §4.5.3.1.1), the address stays as it is.
    """
    local, _, domain = address.rpartition("@")
    signed = f"{local}+{message_id.strip('<>').rpartition('@')[0]}"
    return f"{signed}@{domain}" if len(signed) <= 64 else address
