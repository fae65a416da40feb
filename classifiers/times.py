"""When the citizen would like to come: time expressions of appointment wishes, and the moments where certain.

Where two readings are possible ("nächsten Mittwoch" said on a Monday) the words are given and no moment.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from classifiers.detect import detect_language
from classifiers.features import MAX_CHARS
from classifiers.languages import TimeWords, time_words
from classifiers.time_atoms import Atom, pattern, runs

#: An expression of the text, its beginning and its end; None where unknown or open.
Wish = tuple[str, datetime | None, datetime | None]

#: More expressions than this are no wish but a timetable.
MOST = 8

_SENTENCE = re.compile(r"(?<=[!?])\s+|(?<=[a-zäöüéè]\.)\s+(?=[A-ZÄÖÜ])|\n+")
#: What names the day of an expression, together with an hour or a part of the day.
_SINGLE = (["date"], ["date", "weekday"], ["weekday"], ["relative"], ["week"], ["next"], ["day"], ["day", "weekday"])


def requested_times(text: str, now: datetime, zone: ZoneInfo) -> list[Wish]:
    """The time expressions of an appointment wish in order, verbatim, with moments in `zone` where certain.

    `now` (aware) is when the mail arrived. A day or a part of it is given as an interval [start, end); an exact
    time has no end; "from" has no end, "until" no start. What a sentence only declines is left out.
    """
    own = _without_quotes(text[:MAX_CHARS])
    words = time_words(detect_language(own)) or time_words("de")
    assert words is not None
    today = now.astimezone(zone).date()
    wishes: list[Wish] = []
    for sentence in _SENTENCE.split(own):
        if not _declined(sentence, words):
            wishes += [_wish(sentence, run, words, today, zone) for run in runs(sentence, words)]
    return list(dict.fromkeys(wishes))[:MOST]


def _without_quotes(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.startswith(">")]
    return re.split(r"^-{2,} ?\w.*-{2,}$", "\n".join(lines), maxsplit=1, flags=re.MULTILINE)[0]


def _declined(sentence: str, words: TimeWords) -> bool:
    return bool(pattern(words.refusal).search(sentence)) and not pattern(words.instead).search(sentence)


def _wish(sentence: str, run: Sequence[Atom], words: TimeWords, today: date, zone: ZoneInfo) -> Wish:
    """The words with what leads up to them ("ab dem", "nächsten"), and the moments."""
    leads = rf"{words.upcoming}|{words.next}|{words.from_}|{words.until}|{words.between}"
    lead = pattern(rf"\b(?:(?:{leads})\s(?:(?:dem|den|der|the|le|il)\s)?)$").search(sentence[: run[0].begin])
    said = sentence[lead.start() if lead else run[0].begin : run[-1].end]
    first, last = _moments(said, run, words, today, zone)
    return said.strip(" ,"), first, last


def _moments(
    said: str, run: Sequence[Atom], words: TimeWords, today: date, zone: ZoneInfo
) -> tuple[datetime | None, datetime | None]:
    """Beginning and end of an expression; both None where there is any doubt."""
    clocks = [atom.value for atom in run if atom.kind in ("clock", "hour")]
    parts = [atom.value for atom in run if atom.kind == "part"]
    days = _days(said, [atom for atom in run if atom.kind not in ("clock", "hour", "part")], words, today)
    if days is None or len(parts) > 1 or len(clocks) > 2:
        return None, None
    first, last = days
    if not clocks and not parts:
        return _open(said, _at(first, 0, zone), _at(last + timedelta(days=1), 0, zone), words)
    if first != last:
        return None, None
    if not clocks:
        begins, ends = list(words.dayparts.values())[parts[0]]
        return _at(first, begins * 60, zone), _at(first, ends * 60, zone)
    return _clocked(said, [_at(first, minutes, zone) for minutes in clocks], words)


def _open(said: str, first: datetime, last: datetime, words: TimeWords) -> tuple[datetime | None, datetime | None]:
    """A day or days; "from" has no end, "before" no start."""
    if pattern(rf"(?:{words.from_})\b").match(said):
        return first, None
    if pattern(rf"(?:{words.until})\b").match(said):
        return None, first
    return first, last


def _clocked(said: str, moments: Sequence[datetime], words: TimeWords) -> tuple[datetime | None, datetime | None]:
    if len(moments) == 2:
        return (moments[0], moments[1]) if moments[0] < moments[1] else (None, None)
    if pattern(rf"\b(?:{words.until})\b").search(said):
        return None, moments[0]
    return moments[0], None


def _days(said: str, run: Sequence[Atom], words: TimeWords, today: date) -> tuple[date, date] | None:
    """The first and the last day meant, or None where that is not certain."""
    kinds = [atom.kind for atom in run]
    if kinds == ["date", "date"] and pattern(rf"\b(?:{words.between})\b").search(said):
        first, last = (_dated(atom, (), today) for atom in run)
        return (first, last) if first and last and first <= last else None
    if sorted(kinds) not in _SINGLE:
        return None
    weekdays = [atom.value for atom in run if atom.kind == "weekday"]
    anchor = next((atom for atom in run if atom.kind != "weekday"), run[0])
    if anchor.kind in ("week", "next"):
        return _whole_week(said, anchor, today)
    day = _dated(anchor, weekdays, today) if anchor.kind in ("date", "day") else _near(said, anchor, words, today)
    return (day, day) if day else None


def _dated(atom: Atom, weekdays: Sequence[int], today: date) -> date | None:
    """A calendar day: the next to come where month or year is not said; none where the weekday contradicts."""
    following = today.replace(day=1) + timedelta(days=31)
    months = [(today.year, atom.month), (today.year + 1, atom.month)]
    if not atom.month:
        months = [(today.year, today.month), (following.year, following.month)]
    for year, month in [(atom.year, atom.month)] if atom.year else months:
        try:
            day = date(year, month, atom.value)
        except ValueError:
            continue
        if atom.year or day >= today:
            return None if weekdays and day.weekday() not in weekdays else day
    return None


def _near(said: str, atom: Atom, words: TimeWords, today: date) -> date | None:
    """ "Morgen", or a weekday: the next one to come. "Nächsten Mittwoch" within this week could mean two days."""
    if atom.kind == "relative":
        return today + timedelta(days=atom.value)
    day = today + timedelta(days=(atom.value - today.weekday()) % 7 or 7)
    this_week = day.isocalendar()[:2] == today.isocalendar()[:2]
    return None if this_week and pattern(rf"\b(?:{words.next})\b").search(said) else day


def _whole_week(said: str, atom: Atom, today: date) -> tuple[date, date] | None:
    monday = today - timedelta(days=today.weekday())
    if atom.kind == "next":
        monday += timedelta(days=0 if pattern(r"\b(?:dies|this|ce|quest)").match(said) else 7)
        return monday, monday + timedelta(days=6)
    for year in (today.year, today.year + 1):
        try:
            monday = date.fromisocalendar(year, atom.value, 1)
        except ValueError:
            return None
        if monday + timedelta(days=6) >= today:
            return monday, monday + timedelta(days=6)
    return None


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone)
