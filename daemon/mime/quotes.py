"""What the sender wrote now, apart from what is quoted, forwarded and signed.

Works on lines, forward only, so its cost is linear. Answers below or between quotes stay with the sender.
Which words programs write around quotes and under mails stands in `phrases`; what is signed in `signatures`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from daemon.mime import phrases, signatures
from daemon.mime.signatures import Layer

_ATTRIBUTION_LINES: Final = 4
_HEADER_BLOCK_LINES: Final = 8
#: A long field of an old mail's header, a subject or recipients, may be wrapped into as many further lines.
_WRAPPED_LINES: Final = 2
_BLANK_LINES: Final = 5
_LONGEST_LINE: Final = 1000
#: How many times a mail was passed on with nothing added.
_DEEPEST: Final = 3
_PREFIXES: Final = re.compile(r"(?:\s*[^\W\d_]{1,5}(?:\[\d+\])?\s?:)+")
_FORWARDING: Final = re.compile(
    r"\s*(?:(?:re|aw|sv|antw)\s?:\s*)*(?:fwd?|wg|wtr|tr|i|rv|enc|pd|doorst|ilt|i̇lt|прс|пер|пересл|proslj?|إعادة توجيه)\s?:",
    re.IGNORECASE,
)
#: How a subject begins that answers. `_PREFIXES` takes any short word, "Tonne:" too.
_ANSWERING: Final = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|odp|r|res|rif|rép|ynt|yan|отв|ответ|відп|на|رد|پاسخ)(?:\[\d+\])?\s?:", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W_]")
_FIELD: Final = re.compile(r"[^\W\d_][^:]{0,30}:")


@dataclass(frozen=True, slots=True)
class _Title:
    """What the subject tells of the text below it."""

    says: bool
    answers: bool
    forwards: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """The three layers of a text. `own` is the whole text where nothing else is there."""

    own: str
    quoted: str
    signature: str


def split(text: str, subject: str = "") -> Parts:
    """The layers of a text whose lines end in LF.

    Where the sender wrote nothing but courtesy, a forwarded text speaks for him, then the subject, then the signature.
    Below a subject that answers nothing, "Am 3.3. schrieben Sie: …" without any `>` is then the sender's own account.
    """
    forwards = bool(_FORWARDING.match(subject))
    answers = forwards or bool(_ANSWERING.match(subject))
    return _split(text, _Title(bool(_PREFIXES.sub("", subject).strip()), answers, forwards), _DEEPEST)


def _split(text: str, title: _Title, depth: int) -> Parts:
    lines = text.split("\n")
    layers = _quoted(lines)
    signatures.mark(lines, layers, said=title.says)
    own, quoted, signature = (_joined(lines, layers, layer) for layer in (Layer.OWN, Layer.QUOTED, Layer.SIGNATURE))
    if any(signatures.says(line) for line in own.split("\n")):
        return Parts(own, quoted, signature)
    if not title.answers and _is_told(quoted):
        return Parts(text.strip(), "", "")
    forwarded = title.forwards or any(map(phrases.forwards, quoted.split("\n")))
    if depth and _WORD.search(quoted) and (not own or forwarded):
        inner = _split(_unwrapped(quoted), replace(title, answers=True, forwards=True), depth - 1)
        return Parts(inner.own or text.strip(), quoted, signature)
    if title.says:
        return Parts(own, quoted, signature)
    layers = [Layer.OWN if layer is Layer.SIGNATURE else layer for layer in layers]
    return Parts(_joined(lines, layers, Layer.OWN) or text.strip(), quoted, "")


def _is_told(quoted: str) -> bool:
    """Whether "Am 3.3. schrieb …" without any mark is all that speaks for a quote: citizens tell so themselves."""
    lines = quoted.split("\n")
    return _announcement(lines, 0) > 0 and not any(line.startswith(">") for line in lines)


def _unwrapped(quoted: str) -> str:
    """An old mail without the marks, separator and header that it was quoted with."""
    lines = quoted.split("\n")
    if any(line.startswith(">") for line in lines):
        lines = [line.removeprefix(">").removeprefix(" ") for line in lines]
    index = 0
    while index < len(lines):
        line = lines[index].strip(" *_\t")
        if not line or phrases.separates(line):
            index += 1
        elif phrases.header_field(line) and _is_header(lines, index):
            index = _after_header(lines, index)
        elif length := _announcement(lines, index):
            index += length
        else:
            break
    return "\n".join(lines[index:])


def _is_header(lines: list[str], index: int) -> bool:
    """Whether a known field is followed by others, as in the header of a mail and in no letter."""
    block = (text.strip(" *\t") for text in lines[index : index + _HEADER_BLOCK_LINES])
    return len({phrases.header_field(text) for text in block} - {None}) >= 3


def _after_header(lines: list[str], index: int) -> int:
    """Where the header ends that starts here: with its last field, or what that field goes on with."""
    end = index
    while index < len(lines) and index - end <= _WRAPPED_LINES and (line := lines[index].strip(" *\t")):
        index += 1
        near = index - 1 == end and (_FIELD.match(line) or "@" in line)
        end = index if near or phrases.header_field(line) else end
    return end


def _joined(lines: list[str], layers: list[Layer], wanted: Layer) -> str:
    kept: list[str] = []
    for line, layer in zip(lines, layers, strict=True):
        if layer is wanted and (line.strip() or (kept and kept[-1])):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _quoted(lines: list[str]) -> list[Layer]:
    """Marks the quoted lines: by their `>`, by the line that announces them, by the header of an old mail."""
    layers = [Layer.OWN] * len(lines)
    index = 0
    while index < len(lines):
        if _is_marked(lines, index):
            layers[index] = Layer.QUOTED
            index += 1
        elif length := _announcement(lines, index):
            index = _mark_announced(lines, layers, index, length)
        elif _starts_old_mail(lines, index):
            layers[index:] = [Layer.QUOTED] * (len(lines) - index)
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
    if not first or not any(map(phrases.ends_announcement, lines[index : index + _ATTRIBUTION_LINES])):
        return 0
    if not phrases.may_announce(first):
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


def _mark_announced(lines: list[str], layers: list[Layer], index: int, length: int) -> int:
    """A quote with `>` ends by itself; without, everything that follows is the old mail."""
    after = index + length
    empty = not any(line.strip() for line in lines[after : after + _BLANK_LINES])
    end = after if empty or _quote_follows(lines, after) else len(lines)
    layers[index:end] = [Layer.QUOTED] * (end - index)
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
