"""Dates, moments and opening hours in words, from the facts of a language in `templates/ack/<code>/words.toml`.

No locale is read: what a machine has installed must not change what a citizen reads.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from daemon.config import Hours
from daemon.errors import TemplateError
from daemon.model import Category

Spans = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """`words.toml`. Patterns have named places: {weekday}, {day}, {month}, {year}, {date}, {time} …"""

    weekdays: list[str]
    weekdays_short: list[str]
    months: list[str]
    first_of_month: str
    date_pattern: str
    moment_pattern: str
    time_pattern: str
    span_pattern: str
    days_pattern: str
    conjunction: str
    categories: dict[str, str]

    def day(self, day: date) -> str:
        """ "Montag, 3. März 2026"."""
        number = self.first_of_month if day.day == 1 else str(day.day)
        weekday, month = self.weekdays[day.weekday()], self.months[day.month - 1]
        return self.date_pattern.format(weekday=weekday, day=number, month=month, year=day.year)

    def at(self, moment: datetime) -> str:
        """ "Montag, 3. März 2026, 14:05 Uhr"; `moment` is local."""
        return self.moment_pattern.format(date=self.day(moment.date()), time=moment.strftime(self.time_pattern))

    def joined(self, items: list[str]) -> str:
        """ "eins, zwei und drei"."""
        *first, last = items
        return f"{', '.join(first)} {self.conjunction} {last}" if first else last

    def hours(self, hours: Hours | None) -> str | None:
        """ "Mo–Mi 08:00–12:30 und 13:30–16:30, Do 13:30–19:00"; None where never open or not known."""
        if hours is None:
            return None
        return ", ".join(f"{days} {self._spans(spans)}" for days, spans in self._runs(hours)) or None

    def _spans(self, spans: Spans) -> str:
        return self.joined(
            [self.span_pattern.format(start=f"{start:%H:%M}", end=f"{end:%H:%M}") for start, end in spans]
        )

    def _runs(self, hours: Hours) -> Iterator[tuple[str, Spans]]:
        """Days in a row with the same spans, taken together."""
        week = [(day, tuple(sorted(hours.spans(day)))) for day in range(7)]
        for spans, run in groupby(week, key=lambda item: item[1]):
            days = [self.weekdays_short[day] for day, _ in run]
            if spans:
                yield days[0] if len(days) == 1 else self.days_pattern.format(first=days[0], last=days[-1]), spans


def read(source: str, where: str) -> Words:
    """Read a `words.toml` and try it out. Raises `TemplateError` that names the file and what is wrong."""
    try:
        found = Words(**tomllib.loads(source))
        _try_out(found)
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(f"{where}: is not TOML: {error}.") from None
    except KeyError as error:
        raise TemplateError(f"{where}: {error} is missing, or no pattern has such a place.") from None
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        raise TemplateError(f"{where}: {str(error).removeprefix('Words.__init__() ')}.") from None
    return found


def _try_out(found: Words) -> None:
    """Use every word and pattern once, so that a mistake shows now and not in a citizen's mail."""
    for names, count in ((found.weekdays, 7), (found.weekdays_short, 7), (found.months, 12)):
        if not isinstance(names, list) or len(names) != count or not all(isinstance(name, str) for name in names):
            raise ValueError(f"a list of {count} names is needed")
    for category in Category:
        found.joined([found.categories[category], found.first_of_month])
    found.at(datetime(2026, 3, 1, 14, 5))  # noqa: DTZ001 - a local wall clock
    found.hours(Hours(mon=["08:00-12:00"], tue=["08:00-12:00"]))
