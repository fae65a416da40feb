"""Working days, public holidays and opening hours of one organisation: arithmetic on local days, no clock.

Owns the `holidays` library (nobody else computes with it). Moments come in aware and are read in the
organisation's zone; days are local dates, so a change to or from summer time moves no promise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from daemon.config import Hours, Organisation

_SEARCH_DAYS = 60  # opening hours that stay closed longer than this count as unknown


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which one organisation works.

    `days_off` are the town hall's own: ISO dates, or month and day ("12-24") for every year.
    """

    zone: ZoneInfo
    public: holidays.HolidayBase
    days_off: frozenset[str] = frozenset()

    @staticmethod
    def of(organisation: Organisation) -> Calendar:
        """The calendar of the configured country and Land or canton."""
        public = holidays.country_holidays(organisation.country, subdiv=organisation.subdivision)
        return Calendar(organisation.zone, public, frozenset(organisation.closed_days))

    def local(self, moment: datetime) -> datetime:
        """An aware moment on the organisation's own clock."""
        return moment.astimezone(self.zone)

    def holiday(self, day: date) -> bool:
        """True on public holidays and on the town hall's own closed days."""
        iso = day.isoformat()
        return day in self.public or iso in self.days_off or iso[5:] in self.days_off

    def working_day(self, day: date) -> bool:
        """True from Monday to Friday, except on holidays."""
        return day.weekday() < 5 and not self.holiday(day)

    def add_working_days(self, day: date, days: int) -> date:
        """The day that lies that many working days after `day`; 0 is the day itself or the next working day."""
        while not self.working_day(day):
            day += timedelta(days=1)
        while days > 0:
            day += timedelta(days=1)
            days -= self.working_day(day)
        return day

    def due(self, received_at: datetime, days: int, hours: Hours | None = None) -> date:
        """The day by which an answer is promised.

        What arrives on a free day, or after the last opening hour of a working day, counts as received on
        the next working day. Where no hours are known, the whole day counts.
        """
        local = self.local(received_at)
        spans = hours.spans(local.weekday()) if hours else []
        late = bool(spans) and local.time() >= max(end for _, end in spans)
        return self.add_working_days(local.date() + timedelta(days=late), days)

    def openings(self, day: date, hours: Hours) -> list[tuple[time, time]]:
        """Opening spans of that very day: none on holidays."""
        return [] if self.holiday(day) else hours.spans(day.weekday())

    def open_at(self, moment: datetime, hours: Hours) -> bool:
        """True where somebody is there at that moment."""
        local = self.local(moment)
        return any(start <= local.time() < end for start, end in self.openings(local.date(), hours))

    def next_opening(self, moment: datetime, hours: Hours) -> datetime | None:
        """The next moment, after `moment`, at which a span begins; None where none is in sight."""
        local = self.local(moment)
        for ahead in range(_SEARCH_DAYS):
            day = local.date() + timedelta(days=ahead)
            for start, _ in self.openings(day, hours):
                # compared as points in time: wall clocks of one zone do not order within the hour that repeats
                opening = datetime.combine(day, start, self.zone)
                if opening.timestamp() > moment.timestamp():
                    return opening
        return None

    def closures(self, since: date, days: int, hours: Hours) -> tuple[date, ...]:
        """Days that would be open by the hours but are holidays: of `since` and the days after it."""
        span = (since + timedelta(days=ahead) for ahead in range(days))
        return tuple(day for day in span if self.holiday(day) and hours.spans(day.weekday()))
