"""What the sender wrote now, apart from what is quoted, forwarded and signed.

Works on lines, forward only, so its cost is linear. Answers below or between quotes stay with the sender.
Which words programs write around quotes and under mails stands in `phrases`; RFC 3676 §4.3 gives the
one formal sign, the signature separator.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from daemon.mime import phrases

_ATTRIBUTION_LINES: Final = 4
_HEADER_BLOCK_LINES: Final = 8
_BLANK_LINES: Final = 5
_SIGNATURE_LINES: Final = 25
_LONGEST_LINE: Final = 1000


@dataclass(frozen=True, slots=True)
class Parts:
    """The three layers of a text. `own` is the whole text where nothing else is there."""

    own: str
    quoted: str
    signature: str


class _Layer(Enum):
    OWN = "own"
    QUOTED = "quoted"
    SIGNATURE = "signature"


def split(text: str) -> Parts:
    """The layers of a text whose lines end in LF."""
    lines = text.split("\n")
    layers = _quoted(lines)
    _signed(lines, layers)
    own = _joined(lines, layers, _Layer.OWN)
    if not own:
        # Nothing but a forwarded or quoted text: then that is what the sender wants to say.
        return Parts(text.strip(), _joined(lines, layers, _Layer.QUOTED), "")
    return Parts(own, _joined(lines, layers, _Layer.QUOTED), _joined(lines, layers, _Layer.SIGNATURE))


def _joined(lines: list[str], layers: list[_Layer], wanted: _Layer) -> str:
    kept: list[str] = []
    for line, layer in zip(lines, layers, strict=True):
        if layer is wanted and (line.strip() or (kept and kept[-1])):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _quoted(lines: list[str]) -> list[_Layer]:
    """Marks the quoted lines: by their `>`, by the line that announces them, by the header of an old mail."""
    layers = [_Layer.OWN] * len(lines)
    index = 0
    while index < len(lines):
        if _is_marked(lines, index):
            layers[index] = _Layer.QUOTED
            index += 1
        elif length := _announcement(lines, index):
            index = _mark_announced(lines, layers, index, length)
        elif _starts_old_mail(lines, index):
            layers[index:] = [_Layer.QUOTED] * (len(lines) - index)
            break
        else:
            index += 1
    return layers


def _is_marked(lines: list[str], index: int) -> bool:
    """Whether a line carries the quote mark. A lone ">From " is a mailbox file's escape (RFC 4155)."""
    line = lines[index].lstrip()
    lone = line.startswith(">From ") and not any(near[:1] == ">" for near in lines[max(0, index - 1) : index])
    return line.startswith(">") and not lone


def _announcement(lines: list[str], index: int) -> int:
    """How many lines from here on say "… wrote:"; 0 where none do."""
    first = lines[index].strip()
    if not first or not phrases.may_announce(first):
        return 0
    joined = ""
    for length in range(1, _ATTRIBUTION_LINES + 1):
        if index + length > len(lines) or not lines[index + length - 1].strip():
            return 0
        joined = f"{joined} {lines[index + length - 1].strip()}".strip()[:_LONGEST_LINE]
        if phrases.announces_quote(joined) and (phrases.is_dated(joined) or _quote_follows(lines, index + length)):
            return length
        if joined.endswith(":"):
            return 0
    return 0


def _quote_follows(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index : index + _BLANK_LINES] if line.strip()), "")
    return following.lstrip().startswith(">")


def _mark_announced(lines: list[str], layers: list[_Layer], index: int, length: int) -> int:
    """A quote with `>` ends by itself; without, everything that follows is the old mail."""
    after = index + length
    empty = not any(line.strip() for line in lines[after : after + _BLANK_LINES])
    end = after if empty or _quote_follows(lines, after) else len(lines)
    layers[index:end] = [_Layer.QUOTED] * (end - index)
    return end


def _starts_old_mail(lines: list[str], index: int) -> bool:
    """A separator ("-----Ursprüngliche Nachricht-----"), or a block "Von: … Gesendet: … Betreff: …"."""
    line = lines[index].strip().strip("*")
    if phrases.separates(line):
        return True
    if line and not line.strip("_"):
        # Outlook draws a line above the header of the old mail.
        return index + 1 < len(lines) and _starts_header(lines, index + 1)
    return _starts_header(lines, index)


def _starts_header(lines: list[str], index: int) -> bool:
    if phrases.header_field(lines[index].strip(" *\t")) not in ("from", "date"):
        return False
    block = (text.strip(" *\t") for text in lines[index : index + _HEADER_BLOCK_LINES])
    kinds = {phrases.header_field(text) for text in block} - {None}
    # Contact forms show a sender, a date and a subject too, but whom the mail went to is an old mail's.
    return len(kinds) >= 3 and {"from", "to"} <= kinds


def _signed(lines: list[str], layers: list[_Layer]) -> None:
    """Marks signatures and footers in each run of own lines."""
    start = 0
    while start < len(lines):
        if layers[start] is not _Layer.OWN:
            start += 1
            continue
        end = start
        while end < len(lines) and layers[end] is _Layer.OWN:
            end += 1
        _sign_run(lines, layers, start, end)
        start = end


def _sign_run(lines: list[str], layers: list[_Layer], start: int, end: int) -> None:
    written = False
    for index in range(start, end):
        line = lines[index].strip()
        # RFC 3676 §4.3: dash, dash, space; the space is often lost on the way.
        if line == "--" and written and end - index <= _SIGNATURE_LINES:
            layers[index:end] = [_Layer.SIGNATURE] * (end - index)
            end = index
            break
        written = written or bool(line)
    _strip_footers(lines, layers, start, end)


def _strip_footers(lines: list[str], layers: list[_Layer], start: int, end: int) -> None:
    """Takes footers that programs and offices append off the end, paragraph by paragraph."""
    while True:
        while end > start and not lines[end - 1].strip(" _-*=\t"):
            end -= 1
            layers[end] = _Layer.QUOTED if lines[end].strip() else layers[end]  # a mere rule is nobody's words
        first = end
        while first > start and lines[first - 1].strip(" _-*=\t"):
            first -= 1
        taken = _footer_start(lines, first, end)
        if taken == end:
            return
        layers[taken:end] = [_Layer.SIGNATURE] * (end - taken)
        end = taken


def _footer_start(lines: list[str], first: int, end: int) -> int:
    """Where in the last paragraph a footer starts; `end` where none does."""
    if first < end and phrases.is_disclaimer(lines[first].strip()[:_LONGEST_LINE]):
        return first
    if first < end and phrases.is_footer_line(lines[end - 1].strip()[:_LONGEST_LINE]):
        return end - 1
    return end
