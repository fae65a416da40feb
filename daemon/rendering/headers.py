"""Header fields of outgoing mail, as octets: encoded, folded, and closed to injection.

Whatever text comes in, one field comes out: no line break in it but a fold that we made, nothing but
printable ASCII, no line over 76 octets but for a single long address or id. CPython's own folding is not
used, as it drops spaces from long non-ASCII subjects; a test reads every field back instead.
Binding: RFC 5322 §2.1.1, §2.2.3, §3.6; RFC 2047 §2, §5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime

from daemon.errors import Unsendable
from daemon.model import Address

_LINE = 76  # RFC 2047 §2: a line that holds an encoded word; RFC 5322 §2.1.1 would allow two more
_ENCODED_WORD = 75  # RFC 2047 §2
_OPEN, _CLOSE = "=?utf-8?q?", "?="
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]")
_NO_WIDTH = re.compile(r"[\u200b\u2060-\u2065\ufeff]")  # not the joiners, which Persian and many emoji need
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")  # RFC 5322 §3.2.3, with the blanks of a phrase
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")  # RFC 2047 §5 (3)
_LOCAL = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}|\"(?:[ !#-\[\]-~]|\\[ -~]){0,62}\"")
_DOMAIN = re.compile(
    r"(?=.{1,255}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
)
_MESSAGE_ID = re.compile(r"<[!#-;=?A-\[\]-~]{1,200}@[!#-;=?A-~]{1,200}>")  # RFC 5322 §3.6.4, no blanks


def one_line(text: str) -> str:
    """Text as one line: every run of blanks one space, no control, direction, zero-width or half characters."""
    return " ".join(_UNSEEN.sub(" ", _NO_WIDTH.sub("", text)).split())


def shortened(text: str, length: int) -> str:
    """At most that many characters, cut between words where that is possible, with an ellipsis."""
    text = one_line(text)
    if len(text) <= length:
        return text
    head = text[: length - 1]
    at_blank = head.rpartition(" ")[0]
    return (at_blank if len(at_blank) > length // 2 else head).rstrip(" ,;:.-–—") + "…"


def text_field(name: str, text: str) -> bytes:
    """An unstructured field (RFC 5322 §2.2.1), such as Subject: decodes to `one_line(text)`."""
    text = one_line(text)
    words = text.split(" ")
    # "=?" in plain text could be read as an encoded word (RFC 2047 §7)
    if text.isascii() and "=?" not in text and max(map(len, words)) < _LINE - len(name) - 2:
        return _folded(name, words)
    return _folded(name, list(_encoded(text, len(name) + 2)))


def address_field(name: str, address: Address) -> bytes:
    """A field with one mailbox (RFC 5322 §3.4). Raises `Unsendable` where the address cannot stand there."""
    bare = f"<{ascii_address(address.addr)}>"
    phrase = one_line(address.name)
    if not phrase:
        return _folded(name, [bare])
    if phrase.isascii() and "=?" not in phrase and len(phrase) < _LINE - len(name) - 4:
        quoted = phrase if _ATOMS.fullmatch(phrase) else '"' + re.sub(r'(["\\])', r"\\\1", phrase) + '"'
        return _folded(name, [quoted, bare])
    return _folded(name, [*_encoded(phrase, len(name) + 2), bare])


def ids_field(name: str, ids: Iterable[str]) -> bytes:
    """A field of message ids (RFC 5322 §3.6.4); those that are malformed are left out."""
    return _folded(name, [found for found in map(message_id, ids) if found])


def token_field(name: str, value: str) -> bytes:
    """A field whose value is ours: short and ASCII by construction."""
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"{name} holds something that is not plain ASCII")
    return _folded(name, value.split(" "))


def date_field(moment: datetime) -> bytes:
    """RFC 5322 §3.6.1, with the offset that the moment carries."""
    return token_field("Date", format_datetime(moment))


def message_id(text: str | None) -> str | None:
    """The id in its angle brackets; None where it is missing or not as RFC 5322 §3.6.4 wants it."""
    bare = (text or "").strip()
    bare = bare if bare.startswith("<") else f"<{bare}>"
    return bare if _MESSAGE_ID.fullmatch(bare) else None


def ascii_address(addr: str) -> str:
    """The address as every mail server takes it, its domain in ASCII (RFC 5890).

    Raises `Unsendable` where that cannot be: a local part beyond ASCII needs SMTPUTF8 (RFC 6531 §3); one that holds
    an encoded word (RFC 2047 §5) would be decoded into another address by some reader.
    """
    local, at, domain = addr.rpartition("@")
    try:
        domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    literal = re.fullmatch(r"\[[0-9A-Za-z:.]{3,60}\]", domain)
    if not at or not _LOCAL.fullmatch(local) or not (literal or _DOMAIN.fullmatch(domain)):
        raise Unsendable("An address cannot be written to: staff have to answer it by other means.")
    return f"{local}@{domain}"


def _folded(name: str, words: list[str]) -> bytes:
    """Join words by single blanks, breaking the line before one that would not fit (RFC 5322 §2.2.3)."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= _LINE or lines == [f"{name}:"]:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines).encode("ascii") + b"\r\n"


def _encoded(text: str, used: int) -> Iterator[str]:
    """Encoded words (RFC 2047 §2, "Q"), cut between characters; `used` octets stand before the first.

    Blanks stand inside the words, as those between two of them vanish in decoding (RFC 2047 §6.2).
    """
    room = _LINE - used
    word = ""
    for character in text:
        step = "".join(chr(octet) if octet in _PLAIN else f"={octet:02X}" for octet in character.encode()).replace(
            "=20", "_"
        )
        if len(_OPEN + word + step + _CLOSE) > min(room, _ENCODED_WORD):
            yield _OPEN + word + _CLOSE
            word, room = "", _LINE - 1
        word += step
    yield _OPEN + word + _CLOSE
