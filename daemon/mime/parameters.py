"""Structured MIME fields: `text/plain; charset=utf-8; name*0*=utf-8''a%20; name*1=b` (RFC 2045 §5.1, RFC 2231).

The standard library's own reading is quadratic in the number of semicolons and can raise; this one is
linear and cannot. The first of two equal parameters wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import unquote_to_bytes

from daemon.mime import charsets, words

_PARAMETER: Final = re.compile(r';\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)("?)|([^;]*))', re.DOTALL)
_MOST: Final = 100
_PIECE: Final = re.compile(r"^(.*?)(?:\*(\d{1,3}))?(\*)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """The value before the first semicolon, lower case, and its parameters, names lower case, decoded."""

    value: str
    params: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The first parameter of that name (lower case), or None."""
        return next((value for key, value in self.params if key == name), None)


def read(text: str | None) -> Field:
    """A structured field, as far as it can be read."""
    head, _, rest = _without_comment(text or "").partition(";")
    value, *more = _without_comment(head).lower().split(None, 1) or [""]
    if more and "=" in more[0]:
        rest = f"{head.split(None, 1)[1]};{rest}"  # somebody forgot the first semicolon
    return Field(value, _decoded(_raw(";" + rest)) if rest else ())


def _without_comment(text: str) -> str:
    """RFC 2045 §5.1 allows a comment after a value: `us-ascii (Plain text)`."""
    text = text.strip()
    return text[: text.rfind("(")].strip() if text.endswith(")") and "(" in text else text


def _raw(text: str) -> list[tuple[str, str]]:
    found = []
    for match in islice(_PARAMETER.finditer(text), _MOST):
        name, quoted, _, bare = match.groups()
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else _without_comment(bare)
        found.append((name.lower(), value))
    return found


def _decoded(raw: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """RFC 2231 §3 and §4: pieces in the order of their numbers, percent octets in the named charset."""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, value in raw:
        match = _PIECE.match(name)
        base, number, encoded = match.groups() if match else (name, None, None)
        if number is None and not encoded:
            plain.setdefault(name, words.decode(value))
        else:
            pieces.setdefault(base, {}).setdefault(int(number or 0), (value, bool(encoded)))
    # RFC 2231 §4: the extended form is the one to be believed where both stand.
    return tuple((plain | {base: _joined(parts) for base, parts in pieces.items()}).items())


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    values = [parts[number] for number in sorted(parts)]
    charset = None
    if values[0][1] and values[0][0].count("'") >= 2:
        charset, _, first = values[0][0].split("'", 2)
        values[0] = (first, True)
    octets = b"".join(
        unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace") for value, encoded in values
    )
    text = charsets.decode(octets, charset)
    return words.decode(text) if charset is None else text
