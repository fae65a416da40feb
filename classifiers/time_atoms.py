"""The pieces of a time expression in a sentence (dates, weekdays, hours, weeks), and which belong together.

The words stand in `languages/<code>.toml` under `[times]`; what the pieces mean is `times`' matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from classifiers.languages import TimeWords

_NUMERIC = r"(?<![\d.])(?P<day>[0-3]?\d)\.\s?(?P<month>[01]?\d)\.(?:\s?(?P<year>20\d\d|\d\d(?!\d|[.:])))?"
#: Said of an hour without more, this is the afternoon: no office is open before.
_OFFICE_OPENS = 7


@dataclass(frozen=True, slots=True)
class Atom:
    """One piece: what it is, its value, where it stands, and month and year of a date (0: not said)."""

    kind: str
    value: int
    begin: int
    end: int
    month: int = 0
    year: int = 0


def runs(sentence: str, words: TimeWords) -> list[list[Atom]]:
    """Pieces with nothing but glue between them, together; an hour in words alone is no expression."""
    found: list[list[Atom]] = []
    for atom in _kept(sentence, words):
        if found and _joined(sentence, found[-1], atom, words):
            found[-1].append(atom)
        else:
            found.append([atom])
    return [run for run in found if any(atom.kind != "hour" for atom in run)]


@cache
def pattern(expression: str) -> re.Pattern[str]:
    """A compiled, case-blind pattern."""
    return re.compile(expression, re.IGNORECASE)


def _joined(sentence: str, run: Sequence[Atom], atom: Atom, words: TimeWords) -> bool:
    gap = sentence[run[-1].end : atom.begin]
    if pattern(words.glue).fullmatch(gap):
        return True
    spans = pattern(rf"\b(?:{words.between})\b").search(sentence, max(0, run[0].begin - 20), run[-1].end)
    joint = pattern(rf"[\s.]*(?:{words.and_})\s*(?:{words.glue})")
    return bool(spans and run[-1].kind == atom.kind and joint.fullmatch(gap))


def _kept(sentence: str, words: TimeWords) -> list[Atom]:
    """The pieces found, leftmost and longest first, none overlapping, and none that is plainly of the past."""
    found = sorted(_candidates(sentence, words), key=lambda atom: (atom.begin, atom.begin - atom.end))
    past = pattern(rf"(?:^|\b)(?:{words.not_wished})")
    kept: list[Atom] = []
    reach = 0
    for atom in found:
        if atom.begin >= reach:
            reach = atom.end
            if not past.search(sentence[: atom.begin]):
                kept.append(atom)
    return _with_months(sentence, kept, words)


def _with_months(sentence: str, atoms: Sequence[Atom], words: TimeWords) -> list[Atom]:
    """ "Am 24. oder 25. Oktober": the first day has the month of the next; a bare number without one is nothing."""
    gap = pattern(rf"[\s.,]*(?:{words.either}|{words.and_})?\s*(?:{words.glue})")
    whole: list[Atom] = []
    for atom in reversed(atoms):
        later = whole[-1] if whole else None
        borrows = atom.kind in ("day", "number") and later is not None and later.kind == "date"
        if borrows and later and gap.fullmatch(sentence[atom.end : later.begin]):
            whole.append(replace(atom, kind="date", month=later.month, year=later.year))
        elif atom.kind != "number":
            whole.append(atom)
    return whole[::-1]


def _candidates(sentence: str, words: TimeWords) -> Iterator[Atom]:
    """All readings; of two that begin and end alike the one given first is kept."""
    yield from _numeric_dates(sentence)
    yield from _named_dates(sentence, words)
    yield from _clocks(sentence, words)
    yield from _days(sentence, words)
    after_weekday = r"(?=\b|" + "|".join(f"(?:{part})" for part in words.dayparts) + ")"
    yield from _listed(sentence, "weekday", dict(enumerate(words.weekdays)), after=after_weekday)
    yield from _listed(sentence, "relative", {days: each for each, days in words.relative.items()})
    yield from _listed(sentence, "part", dict(enumerate(words.dayparts)), before="")
    for kind, expression in (("week", words.weeknumber), ("vague", rf"(?:{words.vague})\b"), ("next", _next(words))):
        for match in pattern(rf"\b{expression}").finditer(sentence):
            yield Atom(kind, int(match[1]) if kind == "week" else 0, match.start(), match.end())


def _next(words: TimeWords) -> str:
    return rf"(?:{words.next}|{words.upcoming})\s{words.week}\b"


def _listed(
    sentence: str, kind: str, listed: Mapping[int, str], before: str = r"\b", after: str = r"\b"
) -> Iterator[Atom]:
    for value, expression in listed.items():
        for match in pattern(rf"{before}(?P<it>{expression}){after}").finditer(sentence):
            yield Atom(kind, value, match.start("it"), match.end("it"))


def _numeric_dates(sentence: str) -> Iterator[Atom]:
    for match in pattern(_NUMERIC).finditer(sentence):
        day, month, year = int(match["day"]), int(match["month"]), int(match["year"] or 0)
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield Atom("date", day, match.start(), match.end(), month, year % 100 + 2000 if year else 0)


def _named_dates(sentence: str, words: TimeWords) -> Iterator[Atom]:
    day = r"(?P<day>[0-3]?\d)(?:\.|st|nd|rd|th|er|°)?"
    year = r"(?:\s(?P<year>20\d\d))?"
    for month, name in enumerate(words.months, 1):
        for form in (rf"\b{day}\s?(?:de |of )?(?:{name}){year}(?!\w)", rf"\b(?:{name})\s{day}(?![\d.:]){year}\b"):
            for match in pattern(form).finditer(sentence):
                yield Atom("date", int(match["day"]), match.start(), match.end(), month, int(match["year"] or 0))


def _days(sentence: str, words: TimeWords) -> Iterator[Atom]:
    """Days without a month of their own: "am 11.", and bare numbers that may borrow one ("4., 5. oder …")."""
    for match in pattern(rf"\b{words.dayofmonth}").finditer(sentence):
        yield Atom("day", int(match["day"]), match.start("day"), match.end())
    follows = rf"\s*(?:,|{words.either}|{words.and_})\s*(?:(?:{words.glue})\s)?\d"
    for match in pattern(rf"(?<![\d.:])([0-3]?\d)\.?(?={follows})").finditer(sentence):
        yield Atom("number", int(match[1]), match.start(), match.end())


def _clocks(sentence: str, words: TimeWords) -> Iterator[Atom]:
    for match in pattern(words.clock).finditer(sentence):
        hour, minute = ([int(number) for number in re.findall(r"\d+", match[0])] + [0])[:2]
        late = "p" in match[0].lower() and hour < 12
        early = 0 < hour < _OFFICE_OPENS and not re.search(r"a\.?m", match[0], re.IGNORECASE)
        if hour < 24 and minute < 60:
            yield Atom("clock", (hour + (12 if late or early else 0)) * 60 + minute, match.start(), match.end())
    whole = {hour * 60: each for each, hour in words.numbers.items()}
    half = {minutes - 30: rf"{words.half}\s(?:{each})" for minutes, each in whole.items()}
    yield from _listed(sentence, "hour", whole, before=rf"\b(?:{words.at})\s")
    yield from _listed(sentence, "hour", half)
