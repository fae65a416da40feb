"""The outline of a mail: its header, and a small copy of its body that is safe and cheap to parse.

A library that decodes every attachment pays for it in time and memory (decision 0021), and nobody here
reads attachments: their bodies are cut, only their size is counted. The scan jumps from boundary to
boundary and copies what is kept; each bound on parts, nesting and octets is enforced here, so that
everything above may be written without fear. The copy points back into the table of parts through a field
whose name the sender cannot know (`mark`). Binds: RFC 2046 §5.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from daemon.config import Limits
from daemon.mime import charsets, headers, heads

# Parts that are read by us besides the text; everything else is only named and measured.
_TEXTS: Final = frozenset({"", "text", "text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_REPORTS: Final = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "text/rfc822-headers",
        "text/rfc822-header",
        "message/global-headers",
        "message/rfc822-headers",
    }
)
MESSAGE: Final = "message/rfc822"
MESSAGES: Final = frozenset({MESSAGE, "message/global", "message/news"})
_REPORT_OCTETS: Final = 64_000
_TOKENS: Final = re.compile(r"[a-z0-9!#$&^_.+*'`{}|~%-]{1,80}/[a-z0-9!#$&^_.+*'`{}|~%-]{1,120}")
_ENCODINGS: Final = frozenset({"base64", "quoted-printable", "x-uuencode", "uuencode", "uue", "x-uue"})
_PART_FIELDS: Final = 200
_PREAMBLE_OCTETS: Final = 64_000
_BOUNDARY_SEEN: Final = re.compile(rb"\n--([^\r\n]{1,200})\r?\nContent-", re.IGNORECASE)
_OURS: Final = b"=-part-%d"
_OURS_BEGIN: Final = b"--=-part-"
_BLANK_LINES: Final = re.compile(rb"[ \t\r\n]{0,10000}\n")
_DEEPEST: Final = 100  # the parser recurses
_DELIMITER_CANDIDATES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Outline:
    """`data` is the reduced mail: its parts, and the bodies that are read. `fields` is the header.

    In `data`, each part has a field named `mark` with the number of its entry in `parts`.
    """

    fields: tuple[headers.RawField, ...]
    data: bytes
    mark: str
    parts: tuple[heads.Head, ...] = ()
    text_cut: bool = False
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Delimiter:
    start: int
    end: int
    level: int
    closes: bool


def outline(data: bytes, limits: Limits, mark: str = "X-Octets") -> Outline:
    """The outline of a message. Time is linear in `data`; the copy is at most about `limits.parse_size`."""
    data = _with_line_ends(data)
    header = headers.read(data, _first_line(data), len(data), limits.headers)
    return _Scan(data, limits, mark).run(header)


def _with_line_ends(data: bytes) -> bytes:
    """Mail from a world with CR line ends (some old systems) is read as if it had LF."""
    head = data[:8192]
    return data.replace(b"\r", b"\n") if b"\r" in head and b"\n" not in head else data


def _first_line(data: bytes) -> int:
    """Where the header starts: after blank lines, a byte-order mark and an mbox line that slipped in."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    if blank := _BLANK_LINES.match(data, start):
        start = blank.end()
    while data.startswith((b"From ", b">From "), start):
        end = data.find(b"\n", start)
        start = len(data) if end < 0 else end + 1
    return start


class _Scan:
    """One pass over the body. `open` holds the boundaries of the multiparts we are inside of."""

    def __init__(self, data: bytes, limits: Limits, mark: str) -> None:
        self.data, self.limits, self.mark = data, limits, mark.encode("ascii")
        self.open: list[bytes] = []
        self.digests: list[bool] = []
        self.output: list[bytes] = []
        self.budget = limits.parse_size
        self.parts: list[heads.Head] = []
        self.candidates = 0
        self.text_cut = False
        self.defects: dict[str, None] = {}

    def run(self, header: headers.Header) -> Outline:
        self.defects.update(dict.fromkeys(header.defects))
        delimiter = self._enter(heads.read(header, "text/plain"), header.body)
        while delimiter is not None:
            delimiter = self._after(delimiter)
        data, mark = b"".join(self.output), self.mark.decode()
        return Outline(header.fields, data, mark, tuple(self.parts), self.text_cut, tuple(self.defects))

    def _after(self, delimiter: _Delimiter) -> _Delimiter | None:
        """What follows a boundary line: the end of its multipart, or the next part."""
        del self.open[delimiter.level + 1 :], self.digests[delimiter.level + 1 :]
        if delimiter.closes:
            self.output.append(b"\r\n--" + _OURS % delimiter.level + b"--\r\n")
            del self.open[delimiter.level :], self.digests[delimiter.level :]
            return self._next(delimiter.end)
        if len(self.parts) >= self.limits.parts:
            self.defects.setdefault("The message has more parts than allowed; the rest was not read.")
            return None
        self.output.append(b"\r\n--" + _OURS % delimiter.level + b"\r\n")
        header = headers.read(self.data, delimiter.end, len(self.data), _PART_FIELDS, part=True)
        # RFC 2046 §5.1.5: inside a digest, a part is a message unless it says otherwise.
        return self._enter(heads.read(header, MESSAGE if self.digests[-1] else "text/plain"), header.body)

    def _enter(self, head: heads.Head, body: int) -> _Delimiter | None:
        """Write a part down, with its body where it is read; the boundary line that follows it."""
        boundary = self._boundary(head, body)
        if head.type.startswith("multipart/") and not boundary:
            # RFC 2046 §5.1.1 is broken beyond repair: what a person can read there is plain text.
            self.defects.setdefault("The boundary of a multipart is missing; it was read as plain text.")
            head = replace(head, read_as="text/plain")
        if boundary and len(self.open) < min(self.limits.nesting, _DEEPEST):
            self._write_fields(head, len(self.open))
            self.open.append(boundary)
            self.digests.append(head.type == "multipart/digest")
            return self._next(body)
        if boundary:
            self.defects.setdefault("Parts are nested deeper than allowed; the inner ones were not read.")
        following = self._next(body)
        end = self._body_end(body, following)
        self._write_fields(replace(head, octets=_octets(self.data, body, end, head.encoding)))
        self._write_body(head, body, end)
        return following

    def _boundary(self, head: heads.Head, body: int) -> bytes:
        """The boundary that a multipart really uses: the declared one, else the first that looks like one."""
        if not head.type.startswith("multipart/"):
            return b""
        # The whole message is searched only for the outermost: for each part it would be quadratic.
        end = body + _PREAMBLE_OCTETS if self.open else len(self.data)
        declared = head.boundary
        if declared and self.data.find(b"--" + declared, body, end) >= 0:
            return declared
        seen = _BOUNDARY_SEEN.search(self.data, max(body - 1, 0), body + _PREAMBLE_OCTETS)
        return seen[1].rstrip() if seen and seen[1].rstrip() not in self.open else b""

    def _write_fields(self, head: heads.Head, level: int | None = None) -> None:
        """Only what the parser needs to find its way, in the simplest form; the rest stands in `parts`.

        A multipart at `level` gets a boundary of ours: the sender's may hold anything, and the parser compiles
        a pattern for each new one.
        """
        kind = head.type if _TOKENS.fullmatch(head.type) else "application/octet-stream"
        self.output.append(b"%s: %d\r\nContent-Type: %s" % (self.mark, len(self.parts), kind.encode("ascii")))
        if charset := charsets.codec(head.content_type.get("charset")):
            self.output.append(b"; charset=" + charset.encode("ascii"))
        self.output.append(b"\r\n" if level is None else b'; boundary="%s"\r\n' % (_OURS % level))
        if head.encoding in _ENCODINGS:
            self.output.append(b"Content-Transfer-Encoding: %s\r\n" % head.encoding.encode("ascii"))
        self.output.append(b"\r\n")
        self.parts.append(head)

    def _write_body(self, head: heads.Head, start: int, end: int) -> None:
        if head.type in MESSAGES:
            blank = _BLANK_LINES.match(self.data, start, end)
            start = blank.end() if blank else start
            inner = headers.read(self.data, start, min(end, start + _REPORT_OCTETS), self.limits.headers)
            self.output += [name + b": " + _one_line(value) + b"\r\n" for name, value in _without_mime(inner.fields)]
            self.output.append(b"\r\n")
        elif head.type in _REPORTS:
            self.output.append(self.data[start : min(end, start + _REPORT_OCTETS)].replace(_OURS_BEGIN, b"=-"))
        elif head.type in _TEXTS and not head.is_file:
            kept = self.data[start : min(end, start + self.budget)]
            self.budget -= len(kept)
            self.text_cut = self.text_cut or len(kept) < end - start
            self.output.append(kept.replace(_OURS_BEGIN, b"=-"))

    def _body_end(self, start: int, following: _Delimiter | None) -> int:
        """The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1)."""
        if following is None:
            return len(self.data)
        end = following.start
        end -= self.data[end - 1 : end] == b"\n"
        end -= self.data[end - 1 : end] == b"\r"
        return max(start, end)

    def _next(self, position: int) -> _Delimiter | None:
        """The next line that is a boundary of a multipart we are inside of."""
        while self.open:
            start = position if self._starts(position) else self._find(position)
            if start < 0:
                return None
            line, position = self._line(start)
            if found := self._delimiter(line, start, position):
                return found
            self.candidates += 1
            if self.candidates > _DELIMITER_CANDIDATES:
                self.defects.setdefault(
                    "The message has too many lines that look like boundaries; the rest was not read."
                )
                return None
        return None

    def _starts(self, position: int) -> bool:
        at_line = position == 0 or self.data[position - 1 : position] == b"\n"
        return at_line and self.data.startswith(b"--", position)

    def _find(self, position: int) -> int:
        dash = self.data.find(b"-", position)  # base64 has none: over an attachment this is ten times as fast
        found = self.data.find(b"\n--", max(position - 1, dash - 1, 0)) if dash >= 0 else -1
        return found + 1 if found >= 0 else -1

    def _line(self, start: int) -> tuple[bytes, int]:
        window = self.data[start + 2 : start + heads.BOUNDARY_OCTETS + 8]
        end = window.find(b"\n")
        return (window, start + 2) if end < 0 else (window[:end], start + 2 + end + 1)

    def _delimiter(self, line: bytes, start: int, end: int) -> _Delimiter | None:
        text = line.rstrip()
        for level in range(len(self.open) - 1, -1, -1):
            boundary = self.open[level]
            if text.startswith(boundary) and text[len(boundary) :] in (b"", b"--"):
                return _Delimiter(start, end, level, len(text) > len(boundary))
        return None


def _without_mime(fields: tuple[headers.RawField, ...]) -> list[headers.RawField]:
    """The header of a returned message, less what would make a parser look for its body."""
    return [(name, value) for name, value in fields if not name.lower().startswith(b"content-")]


def _one_line(value: bytes) -> bytes:
    return value.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\x00", b"")


def _octets(data: bytes, start: int, end: int, encoding: str) -> int:
    """How large a body is once decoded, from its encoded length alone (RFC 2045 §6.7, §6.8)."""
    length = end - start
    if encoding == "base64":
        letters = length - data.count(b"\n", start, end) - data.count(b"\r", start, end)
        return max(0, letters * 3 // 4 - data.count(b"=", max(start, end - 8), end))
    if encoding == "quoted-printable":
        return max(0, length - 2 * data.count(b"=", start, end) - data.count(b"=\r\n", start, end))
    return length
