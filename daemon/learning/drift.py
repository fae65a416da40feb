"""Does the model still fit what people write? The last weeks against those before, in plain words.

Two statistics that everybody knows: the two-proportion z-test for the shares of guesses and of corrections, and
the population stability index for the mix of categories (over 0.25 is commonly called a shift). A sentence is said
only of what is both beyond chance and large enough to matter.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import log, sqrt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from daemon.config import Config
from daemon.logs import event
from daemon.store import Store
from daemon.store.weeks import Week

if TYPE_CHECKING:
    from daemon.app import App

logger = logging.getLogger(__name__)

#: Whole weeks that are compared: the last, and those before them.
RECENT, BEFORE = 4, 12
#: Fewer tickets on either side say nothing.
ENOUGH = 100
#: Beyond it a difference of shares is no chance (1 % two-sided).
Z = 2.576
#: A difference of shares that matters.
MATTERS = 0.05
#: A shift of the mix; half of it is commonly called slight.
PSI = 0.25
#: What a category without a ticket counts as, so that the logarithm exists.
LEAST = 0.0005
#: Weeks that are counted again each night.
AGAIN = 8
#: Weeks that are counted the first time.
EVER = 520

SHARES = (
    ("unsure", "whose category was a guess"),
    ("department_unsure", "whose department was a guess"),
    ("corrected", "that staff corrected"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Some weeks together."""

    tickets: int
    counts: dict[str, int]
    categories: Counter[str]

    def share(self, name: str) -> float:
        return self.counts[name] / self.tickets if self.tickets else 0.0


async def count(app: App) -> None:
    """By night: count the last weeks, and say in the log where they differ."""
    zone = app.config.organisation.zone
    today = app.clock.now().astimezone(zone).date()
    known = await app.database.run(app.store.weeks.all)
    await app.database.run(app.store.weeks.count, first_counted(today, zone, known), zone)
    for sentence in drift(await app.database.run(app.store.weeks.all), today):
        event(logger, logging.WARNING, "drift", sentence)


def weeks(store: Store, config: Config, today: date) -> list[Week]:
    """Every week: those of the last months as they stand now, older ones as they were counted."""
    zone = config.organisation.zone
    known = store.weeks.all()
    fresh = {week.monday: week for week in store.weeks.counted(first_counted(today, zone, known), zone)}
    kept = {week.monday: week for week in known}
    return [week for _, week in sorted((kept | fresh).items())]


def first_counted(today: date, zone: ZoneInfo, known: Sequence[Week]) -> datetime:
    """The beginning of the first week that is counted again; of all there are where none was yet."""
    monday = _monday(today) - timedelta(weeks=AGAIN if known else EVER)
    return datetime.combine(monday, time(), zone)


def drift(weeks: Sequence[Week], today: date) -> list[str]:
    """A sentence for each way in which the last weeks differ notably from those before; today's week is not over."""
    begin = _monday(today) - timedelta(weeks=RECENT)
    recent = _span([week for week in weeks if begin <= week.monday < _monday(today)])
    before = _span([week for week in weeks if begin - timedelta(weeks=BEFORE) <= week.monday < begin])
    if min(recent.tickets, before.tickets) < ENOUGH:
        return []
    return [*_shares(recent, before), *_mix(recent, before)]


def z_of(hits: int, total: int, hits_before: int, total_before: int) -> float:
    """The two-proportion z-test's number: how many standard errors two shares lie apart."""
    pooled = (hits + hits_before) / (total + total_before)
    error = sqrt(pooled * (1 - pooled) * (1 / total + 1 / total_before))
    return (hits / total - hits_before / total_before) / error if error else 0.0


def stability(now: Counter[str], before: Counter[str]) -> float:
    """The population stability index of two mixes: 0 where they are alike."""
    index = 0.0
    for name in {*now, *before}:
        one, other = (max(mix[name] / mix.total(), LEAST) for mix in (now, before))
        index += (one - other) * log(one / other)
    return index


def _shares(recent: Span, before: Span) -> Iterator[str]:
    for name, words in SHARES:
        z = z_of(recent.counts[name], recent.tickets, before.counts[name], before.tickets)
        share, then = recent.share(name), before.share(name)
        if abs(z) >= Z and abs(share - then) >= MATTERS:
            yield (
                f"Of the tickets of the last {RECENT} weeks {share:.0%} are ones {words}; of the {BEFORE} weeks before"
                f" it were {then:.0%} (z = {z:.1f})."
            )


def _mix(recent: Span, before: Span) -> Iterator[str]:
    index = stability(recent.categories, before.categories)
    if index > PSI:
        share = {name: recent.categories[name] / recent.tickets for name in {*recent.categories, *before.categories}}
        most = max(share, key=lambda name: abs(share[name] - before.categories[name] / before.tickets))
        yield (
            f"The mix of categories of the last {RECENT} weeks differs from that of the {BEFORE} before (population"
            f" stability index {index:.2f}): {most} most, {share[most]:.0%} instead of"
            f" {before.categories[most] / before.tickets:.0%}."
        )


def _span(weeks: Sequence[Week]) -> Span:
    categories: Counter[str] = Counter()
    for week in weeks:
        categories.update(week.categories)
    counts = {name: sum(getattr(week, name) for week in weeks) for name, _ in SHARES}
    return Span(sum(week.tickets for week in weeks), counts, categories)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
