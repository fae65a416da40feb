"""Where a letter ends: what stands below the closing is its writer's signature, not the matter.

Owns which of the sender's own lines are signature or footer, so that no post, street or company decides a department.
People do go on below their name: a P.S., whole sentences, lists and references stay theirs. RFC 3676 §4.3 gives the one
formal sign, the signature separator; the words are in `phrases`.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from daemon.mime import phrases

_SIGNATURE_LINES: Final = 25
_LONGEST_LINE: Final = 1000
#: A line this long was broken by the mail program; its sentence goes on in the next.
_WRAPPED: Final = 50
_RULE: Final = " _-*=–—\t"
_BULLET: Final = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s+\S.*[^-–*\s]$")
_LEAST_CONTACTS: Final = 2


class Layer(Enum):
    """What a line of a mail belongs to."""

    OWN = "own"
    QUOTED = "quoted"
    SIGNATURE = "signature"


def says(line: str) -> bool:
    """Whether a line is more than a letter's opening or ending."""
    bare = line.strip(_RULE)[:_LONGEST_LINE]
    return bool(bare) and not phrases.greets(bare) and (phrases.ends_late(bare) or not phrases.closes(bare))


def mark(lines: list[str], layers: list[Layer], *, said: bool) -> None:
    """Marks signatures and footers in each run of own lines. `said`: the matter is in the subject already."""
    start = 0
    while start < len(lines):
        if layers[start] is not Layer.OWN:
            start += 1
            continue
        end = start
        while end < len(lines) and layers[end] is Layer.OWN:
            end += 1
        _mark_run(lines, layers, start, end, said)
        start = end


def _mark_run(lines: list[str], layers: list[Layer], start: int, end: int, said: bool) -> None:
    written = False
    for index in range(start, end):
        line = lines[index].strip()
        # RFC 3676 §4.3: dash, dash, space; the space is often lost on the way.
        if line == "--" and end - index <= _SIGNATURE_LINES and (written or (said and not _speaks(lines[index:end]))):
            layers[index:end] = [Layer.SIGNATURE] * (end - index)
            end = index
            break
        written = written or bool(line)
    end = _strip_footers(lines, layers, start, end)
    closing = _closing(lines, start, end, said)
    if closing < end:
        _mark_below(lines, layers, closing, end)
    else:
        _mark_card(lines, layers, start, end)


def _speaks(lines: list[str]) -> bool:
    return any(phrases.is_sentence(line.strip()[:_LONGEST_LINE]) for line in lines)


def _strip_footers(lines: list[str], layers: list[Layer], start: int, end: int) -> int:
    """Takes footers that programs and offices append off the end, paragraph by paragraph; where the rest ends."""
    # People say so themselves, right after the greeting: "Diese Nachricht ist für das Bauamt bestimmt."
    opened = next((i for i in range(start, end) if says(lines[i]) or phrases.closes(lines[i].strip())), end)
    while True:
        while end > start and not lines[end - 1].strip(_RULE):
            end -= 1
            layers[end] = Layer.QUOTED if lines[end].strip() else layers[end]  # a mere rule is nobody's words
        first = end
        while first > start and lines[first - 1].strip(_RULE):
            first -= 1
        taken = _footer_start(lines, first, end, after=opened < first)
        if taken == end:
            return end
        layers[taken:end] = [Layer.SIGNATURE] * (end - taken)
        end = taken


def _footer_start(lines: list[str], first: int, end: int, *, after: bool) -> int:
    """Where in the last paragraph a footer starts; `end` where none does. `after`: the letter is above already."""
    paragraph = [line.strip()[:_LONGEST_LINE] for line in lines[first:end]]
    # All at once: each footer alone would have the paragraph above read anew.
    while paragraph and (phrases.is_footer_line(paragraph[-1]) or _is_bare_heading(paragraph, after)):
        paragraph.pop()
    standing = phrases.disclaimers(paragraph)
    for index, line in enumerate(paragraph):
        if after and index in standing:
            return first + index
        after = not (phrases.is_sentence(line) or phrases.greets(line))
    return first + len(paragraph)


def _is_bare_heading(paragraph: list[str], after: bool) -> bool:
    """Whether a paragraph ends with a heading below which nothing is left."""
    if len(paragraph) > 1:
        after = not (phrases.is_sentence(paragraph[-2]) or phrases.greets(paragraph[-2]))
    return after and phrases.is_heading(paragraph[-1])


def _closing(lines: list[str], start: int, end: int, said: bool) -> int:
    """The first line below which everything is signature, but for what goes on; `end` where none is."""
    below = sum(1 for line in lines[start:end] if line.strip())
    told = False
    for index in range(start, end):
        line = lines[index].strip()[:_LONGEST_LINE]
        if not line:
            continue
        below -= 1
        if below <= _SIGNATURE_LINES and (
            told or phrases.ends_late(line) or (said and _is_certain(line, lines[index + 1 : end]))
        ):
            if phrases.closes(line):
                return index + 1
            if phrases.closes_and_signs(line):
                return index
            # "Thanks," before a name ends a letter; "Vielen Dank!" may be followed by what was asked for.
            if phrases.is_thanks(line) and _is_card(lines[index + 1 : end], 0 if line.endswith(",") else 1):
                return index + 1
        told = told or says(line)
    return end


def _is_certain(closing: str, lines: list[str]) -> bool:
    """Whether below a closing with nothing said above there is a card for certain: "Saludos," opens letters, too."""
    written = [line.strip()[:_LONGEST_LINE] for line in lines if line.strip(_RULE)]
    if not all(phrases.is_card(line) or phrases.names_person(line) for line in written):
        return False
    certain = not phrases.opens_too(closing) or any(phrases.is_contact(line) for line in written)
    return certain and not any(_is_matter(line) for line in written)


def _is_card(lines: list[str], contacts: int) -> bool:
    """Whether lines are a name with means of contact, and say nothing."""
    written = [line.strip()[:_LONGEST_LINE] for line in lines if line.strip(_RULE)]
    if len(written) < 2 or not phrases.names_person(written[0]):
        return False
    found = sum(1 for line in written if phrases.is_contact(line))
    return found >= contacts and not any(_is_matter(line) for line in written)


def _is_matter(line: str) -> bool:
    """Whether a line below the name is still the writer's own word."""
    if phrases.resumes(line) or phrases.is_reference(line) or _BULLET.match(line):
        return True
    return not phrases.is_standing(line) and (phrases.is_sentence(line) or phrases.is_noted(line))


def _mark_card(lines: list[str], layers: list[Layer], start: int, end: int) -> None:
    """A last paragraph of name, post and telephone is a signature without any closing, too."""
    first = end
    while first > start and lines[first - 1].strip(_RULE):
        first -= 1
    if any(says(line) for line in lines[start:first]) and _is_card(lines[first:end], _LEAST_CONTACTS):
        layers[first:end] = [Layer.SIGNATURE] * (end - first)


def _mark_below(lines: list[str], layers: list[Layer], first: int, end: int) -> None:
    """Marks what is below the closing: signature, but for what the writer goes on to say."""
    signed = first > 0 and phrases.signs(lines[first - 1].strip()[:_LONGEST_LINE])
    index = first
    while index < end:
        paragraph = _paragraph(lines, index, end)
        if not paragraph:
            layers[index] = Layer.SIGNATURE
            index += 1
            continue
        standing = phrases.disclaimers(paragraph)
        if signed and not standing and not any(map(phrases.is_card, paragraph)):
            layers[index : index + len(paragraph)] = [Layer.OWN] * len(paragraph)
        else:
            _mark_paragraph(lines, layers, index, paragraph, standing)
        if layers[index] is Layer.OWN and index > first:
            layers[index - 1] = Layer.OWN  # it stays a paragraph
        signed = True
        index += len(paragraph)


def _mark_paragraph(
    lines: list[str], layers: list[Layer], first: int, paragraph: list[str], standing: frozenset[int]
) -> None:
    whole: Layer | None = None
    goes_on = hours = False
    for offset, line in enumerate(paragraph):
        index = first + offset
        whole = whole or _takes_up(line, ends=offset in standing)
        hours = phrases.is_standing(line) or (hours and phrases.names_time(line))
        matter = (_is_matter(line) or _is_courtesy(line)) and not hours
        own = whole is Layer.OWN or (whole is None and (matter or (goes_on and _continues(lines, index))))
        layers[index] = Layer.OWN if own else Layer.SIGNATURE
        if own and whole is None and line[0].islower() and offset:
            layers[index - 1] = Layer.OWN  # the sentence began in the line above
        goes_on = own and line[-1] not in ".!?…؟"


def _paragraph(lines: list[str], first: int, end: int) -> list[str]:
    """The lines of the paragraph that starts here."""
    last = first
    while last < end and lines[last].strip(_RULE):
        last += 1
    return [line.strip()[:_LONGEST_LINE] for line in lines[first:last]]


def _takes_up(line: str, *, ends: bool) -> Layer | None:
    """What a line makes of the rest of its paragraph. `ends`: an office's standing text begins with it."""
    if ends:
        return Layer.SIGNATURE
    takes_up = phrases.resumes(line) or (phrases.is_reference(line) and line.endswith(":"))
    takes_up = takes_up or phrases.heads_note(line)
    return Layer.OWN if takes_up else None


def _is_courtesy(line: str) -> bool:
    return phrases.is_thanks(line) or phrases.closes(line)


def _continues(lines: list[str], index: int) -> bool:
    """Whether a line goes on with the sentence of the line above."""
    return lines[index].strip()[0].islower() or len(lines[index - 1].strip()) >= _WRAPPED
