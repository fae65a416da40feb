"""Encoded words of RFC 2047, in the shapes in which they really come, and header text on one line.

Reads what the RFC forbids but people's programs send: words inside quotes, without white space between,
folded in the middle, cut off at the end, with characters split across two words. Linear in its input.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from daemon.mime import charsets

_START: Final = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]+")
_LANGUAGE: Final = re.compile(r"\*[^*]*$")  # RFC 2231 §5: charset*language
_ESCAPED: Final = re.compile(rb"=([0-9A-Fa-f]{2})")

_Word = tuple[str, bytes]  # charset label, octets


def decode(text: str) -> str:
    """Header text with its encoded words decoded; white space and controls untouched outside of them."""
    if "=?" not in text:
        return text
    pieces: list[str | _Word] = []
    position = 0
    while match := _START.search(text, position):
        end = _end(text, match.end())
        word = _word(match, text[match.end() : end])
        between = text[position : match.start()]
        # RFC 2047 §6.2: white space between two encoded words is not shown.
        if between and not (between.isspace() and pieces and not isinstance(pieces[-1], str) and word):
            pieces.append(between)
        pieces.append(word or text[match.start() : end + 2])
        position = end + 2
    pieces.append(text[position:])
    return _join(pieces)


def line(text: str) -> str:
    """Decoded, on one line: controls and line ends, also those hidden in encoded words, become a space."""
    return " ".join(_CONTROL.sub(" ", decode(text).replace("\x00", "")).split())


def _end(text: str, start: int) -> int:
    """Where a word's content ends: at `?=`, or where the next word starts, or with the text."""
    end = text.find("?=", start)
    if end < 0:
        return len(text)
    following = _START.search(text, start, end)
    return following.start() - 2 if following else end


def _word(match: re.Match[str], content: str) -> _Word | None:
    charset = _LANGUAGE.sub("", match[1])
    raw = content.encode("utf-8", "replace")
    data = _base64(raw) if match[2] in "bB" else _quoted(raw)
    return None if data is None else (charset, data)


def _quoted(raw: bytes) -> bytes:
    """The Q encoding (RFC 2047 §4.2); a stray `=` stays."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), raw.replace(b"_", b" "))


def _base64(raw: bytes) -> bytes | None:
    """The B encoding, with missing padding and white space forgiven; None where it is none."""
    packed = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    packed = packed[:-1] if len(packed) % 4 == 1 else packed
    try:
        return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    except binascii.Error:
        return None


def _join(pieces: list[str | _Word]) -> str:
    """Adjacent words of one charset are decoded together: some senders split inside a character."""
    output: list[str] = []
    label, data = "", b""
    for piece in pieces:
        if isinstance(piece, str):
            output += [charsets.decode(data, label), piece]
            label, data = "", b""
        elif piece[0].lower() == label.lower():
            data += piece[1]
        else:
            output.append(charsets.decode(data, label))
            label, data = piece
    output.append(charsets.decode(data, label))
    return "".join(output)
