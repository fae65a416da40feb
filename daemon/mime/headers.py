"""Header fields: found, unfolded and counted, as (name, octets) and as (name, text).

Binds: RFC 5322 §2.2, RFC 6532 (raw UTF-8). A line that is no field does not end the header where a
usual field follows it (somebody lost the white space of a folded line); else the body starts there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from daemon.mime import charsets

_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_COMMON: Final = re.compile(
    rb"(?:from|to|cc|subject|date|received|message-id|mime-version|content-[a-z-]+|return-path|reply-to|sender"
    rb"|references|in-reply-to|delivered-to|x-[a-z0-9-]+|list-[a-z]+|dkim-signature|authentication-results)[ \t]*:",
    re.IGNORECASE,
)
_UNPRINTABLE: Final = re.compile(r"[\x00\r\n]+")
_BLANK: Final = re.compile(rb"\n[ \t]*\r?\n")

_LINES_AHEAD: Final = 40
OCTETS_OF_A_FIELD: Final = 64_000
OCTETS_OF_A_HEADER: Final = 1_000_000
_SHORTENED: Final = "A header field is longer than allowed; it was shortened."

RawField = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a header, unfolded; where the body starts; what was wrong."""

    fields: tuple[RawField, ...]
    body: int
    defects: tuple[str, ...] = ()

    def get(self, name: bytes) -> bytes | None:
        """The first field of that name (lower case)."""
        return next((value for key, value in self.fields if key.lower() == name), None)


class _Reader:
    """Walks the lines of one header once."""

    def __init__(self, data: bytes, start: int, end: int, most: int, part: bool) -> None:
        self.data, self.position, self.end, self.most, self.part = data, start, end, most, part
        self.known = start - 1  # up to here, a field is known to follow
        self.fields: list[tuple[bytes, list[bytes]]] = []
        self.sizes = 0  # of the field at hand
        self.spent = 0  # on all lines
        self.defects: dict[str, None] = {}

    def read(self) -> Header:
        while self.position < self.end:
            line, following = self._line(self.position)
            if not line.strip(b"\r\n\t "):
                self.position = following
                break
            if self._over():
                self.defects.setdefault("The header is longer than allowed; the rest of it was not read.")
                self.position = self._skip()
                break
            self.spent += len(line)
            if not self._take(line, following):
                break
            self.position = following
        fields = tuple((name, b"".join(pieces).strip()) for name, pieces in self.fields)
        return Header(fields, min(self.position, self.end), tuple(self.defects))

    def _line(self, position: int) -> tuple[bytes, int]:
        stop = self.data.find(b"\n", position, self.end)
        stop = self.end if stop < 0 else stop + 1
        if stop - position > OCTETS_OF_A_FIELD:
            self.defects.setdefault(_SHORTENED)
        return self.data[position : min(stop, position + OCTETS_OF_A_FIELD)], stop

    def _take(self, line: bytes, following: int) -> bool:
        """Add one line; False where the body starts here without a blank line before it."""
        if line[:1] in (b" ", b"\t"):
            self._continue(line)
        elif self.part and line.startswith(b"--"):
            return False  # the boundary of a part without a body
        elif match := _FIELD.match(line):
            self.fields.append((match[1], [line[match.end() :].rstrip(b"\r\n")]))
            self.sizes = len(line)
        elif self._goes_on(following):
            self.defects.setdefault("The header holds a line that is no field; it was read with the field before it.")
            self._continue(b" " + line)
        else:
            self.defects.setdefault("The header ends without a blank line.")
            return False
        return True

    def _goes_on(self, position: int) -> bool:
        """Whether a usual field follows: at once, or before the next blank line where nobody wrote this mail yet."""
        if position <= self.known:
            return True
        lines = 1 if any(name.lower() == b"from" for name, _ in self.fields) else _LINES_AHEAD
        for _ in range(lines):
            if _COMMON.match(self.data, position, self.end):
                self.known = position
                return True
            line, position = self._line(position)
            if not line.strip():
                return False
        return False

    def _continue(self, line: bytes) -> None:
        if not self.fields:
            return
        self.sizes += len(line)
        if self.sizes <= OCTETS_OF_A_FIELD:
            self.fields[-1][1].append(line.rstrip(b"\r\n"))
        else:
            self.defects.setdefault(_SHORTENED)

    def _over(self) -> bool:
        return len(self.fields) > self.most or self.spent > OCTETS_OF_A_HEADER

    def _skip(self) -> int:
        blank = _BLANK.search(self.data, self.position - 1, self.end)
        return blank.end() if blank else self.end


def read(data: bytes, start: int, end: int, most: int, *, part: bool = False) -> Header:
    """The header that begins at `start`; at most `most` fields, a million octets. `part`: of a body part."""
    return _Reader(data, start, end, most, part).read()


def as_text(value: bytes, hint: str | None = None) -> str:
    """A field's octets as text: UTF-8 (RFC 6532), else by the hint, else Western; on one line, without NUL.

    What is left of a character that was cut is dropped: a subject goes back to its writer.
    """
    try:
        value.decode("utf-8")
        text = charsets.decode(value)  # a part's label (UTF-16, KOI8) says nothing of a field that reads as UTF-8
    except UnicodeDecodeError:
        text = charsets.decode(value, hint).replace("\N{REPLACEMENT CHARACTER}", "")
    return _UNPRINTABLE.sub(" ", text).strip()
