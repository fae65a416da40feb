"""The body of outgoing mail: MIME parts put together octet by octet.

By hand, because the `email` package serialises an attached message anew and its octets would change.
Text goes out as quoted-printable, so it passes every server. Binding: RFC 2045 §6, RFC 2046 §5.1, §5.2.1.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from hashlib import sha256

_LONGEST_LINE = 998  # RFC 5322 §2.1.1, without the CRLF
_ENCODED_AT_ONCE = 57 * 10_000  # octets, in whole lines of base64 (RFC 2045 §6.8)
_UNSAFE = re.compile(rb"\0|\r(?!\n)|(?<!\r)\n")  # RFC 5322 §2.3: a server may change or refuse these
# The condition comes behind the first blank: before it, it would be tried at each octet.
_LAST_BLANKS = re.compile(rb"[ \t](?=[ \t]*$)(?<=[^\n]{20}.)[ \t]*", re.MULTILINE)
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A MIME part: its Content-* fields, each with its CRLF, and the pieces of its encoded body.

    Originals are large: their octets are joined once, when the whole message is written.
    """

    fields: bytes
    content: tuple[bytes, ...]

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """As it stands in a message or between two boundaries."""
        return self.fields, b"\r\n", *self.content

    @property
    def body(self) -> bytes:
        """The encoded body in one."""
        return b"".join(self.content)


def clean(text: str) -> str:
    """Text for a reader: one kind of line end, no control or direction characters, no half characters."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def text_part(text: str, subtype: str = "plain") -> Part:
    """Text of `text/plain` or `text/html`, readable in its quoted-printable form where it is mostly ASCII."""
    fields = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    # a blank at a line's end would be encoded, and might then stand beyond column 76 (RFC 2045 §6.7)
    lines = _LAST_BLANKS.sub(b"", (clean(text).rstrip("\n") + "\n").encode())
    return Part(fields.encode(), (b2a_qp(lines).replace(b"\n", b"\r\n"),))


def original_part(original: bytes, eight_bit: bool = False) -> Part:
    """The citizen's message, octet for octet.

    As message/rfc822 where every server passes it unchanged; that type may not be encoded
    (RFC 2046 §5.2.1), so otherwise as a file in base64. `eight_bit`: the server is known to offer 8BITMIME.
    """
    if _passes(original, eight_bit):
        encoding = b"7bit" if original.isascii() else b"8bit"
        head = b"Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=original.eml\r\n"
        return Part(head + b"Content-Transfer-Encoding: " + encoding + b"\r\n", (original,))
    head = b"Content-Type: application/octet-stream; name=original.eml\r\n"
    head += b"Content-Disposition: attachment; filename=original.eml\r\nContent-Transfer-Encoding: base64\r\n"
    starts = range(0, len(original), _ENCODED_AT_ONCE)
    lines = (encodebytes(original[start : start + _ENCODED_AT_ONCE]) for start in starts)
    return Part(head, tuple(each.replace(b"\n", b"\r\n") for each in lines))


def multipart(subtype: str, *parts: Part) -> Part:
    """Parts in one: `alternative` (worst first, RFC 2046 §5.1.4) or `mixed`."""
    boundary = _boundary(parts)
    encoding = b"8bit" if any(b"Encoding: 8bit\r\n" in part.fields for part in parts) else b"7bit"
    head = b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n' % (subtype.encode(), boundary)
    pieces = [head, b"Content-Transfer-Encoding: ", encoding, b"\r\n"]
    # the line end before a boundary belongs to it, so each part keeps its own octets (RFC 2046 §5.1.1)
    lines = [piece for part in parts for piece in (b"--", boundary, b"\r\n", *part.pieces, b"\r\n")]
    return Part(b"".join(pieces), (*lines, b"--", boundary, b"--\r\n"))


def _passes(original: bytes, eight_bit: bool) -> bool:
    return (eight_bit or original.isascii()) and not _UNSAFE.search(original) and not _has_long_line(original)


def _has_long_line(original: bytes) -> bool:
    """One look a thousand octets: cheap for messages of many megabytes, and nothing is copied."""
    start = 0
    while len(original) - start > _LONGEST_LINE:
        end = original.rfind(b"\r\n", start, start + _LONGEST_LINE + 2)
        if end < 0:
            return True
        start = end + 2
    return False


def _boundary(parts: tuple[Part, ...]) -> bytes:
    """A line that stands in none of the parts (RFC 2046 §5.1.1); the same parts give the same one."""
    digest = sha256()
    for piece in (piece for part in parts for piece in part.content):
        digest.update(piece)
    boundary = b"=_" + digest.hexdigest()[:32].encode()
    while any(boundary in piece for part in parts for piece in part.content):
        boundary += b"_"
    return boundary
