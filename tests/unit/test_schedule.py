"""A job runs when its time has come: once over all workers, and once for all the times that were missed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from apscheduler.triggers.interval import IntervalTrigger

from daemon import schedule
from daemon.config import Config
from daemon.schedule import Job
from daemon.store import Store
from tests.values import StillClock


class Inline:
    """A lane without a thread."""

    async def run(self, call: Callable[..., Any], *args: Any) -> Any:
        return call(*args)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who ran what, in a table of two jobs."""
    ran: list[str] = []

    def job(name: str) -> Callable[[Any], Any]:
        async def run(app: Any) -> None:
            ran.append(f"{app.worker}: {name}")
            await asyncio.sleep(0)

        return run

    jobs = (
        Job("often", job("often"), lambda _: IntervalTrigger(hours=1)),
        Job("daily", job("daily"), schedule._daily),
    )
    monkeypatch.setattr(schedule, "JOBS", jobs)
    return ran


def worker(name: str, store: Store, config: Config, clock: StillClock) -> Any:
    return SimpleNamespace(worker=name, store=store, config=config, clock=clock, database=Inline())


async def looks(*apps: Any) -> None:
    """Each worker looks at the table at the same moment."""
    due = [(job, app) for app in apps for job in await schedule._due(app)]
    await asyncio.gather(*(schedule._one(job, app) for job, app in due))


async def test_each_job_runs_once_over_all_workers(
    store: Store, config: Config, clock: StillClock, ran: list[str]
) -> None:
    apps = [worker(name, store, config, clock) for name in ("a", "b", "c")]
    await looks(*apps)
    assert ran == [], "what is new is not due"
    for _ in range(48):
        clock.advance(minutes=30)
        await looks(*apps)
    assert sorted(entry.partition(": ")[2] for entry in ran) == ["daily", *["often"] * 24]


async def test_what_was_missed_is_made_up_for_once(
    store: Store, config: Config, clock: StillClock, ran: list[str]
) -> None:
    app = worker("a", store, config, clock)
    await looks(app)
    clock.advance(days=12)
    for _ in range(3):
        await looks(app)
    assert sorted(ran) == ["a: daily", "a: often"]


@pytest.mark.parametrize("day", [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)])
async def test_the_daily_mail_comes_once_a_day_also_where_the_clocks_are_changed(
    store: Store, config: Config, ran: list[str], day: datetime
) -> None:
    clock = StillClock(day)
    app = worker("a", store, config, clock)
    for _ in range(4 * 24 * 4):
        await looks(app)
        clock.advance(minutes=15)
    assert ran.count("a: daily") == 4


async def test_run_once_does_what_waits_for_an_interval_and_what_is_due(
    store: Store, config: Config, clock: StillClock, ran: list[str]
) -> None:
    app = worker("a", store, config, clock)
    await schedule.tick(app)
    await schedule.tick(app)
    assert ran == ["a: often", "a: often"]
    clock.advance(days=1)
    await schedule.tick(app)
    assert ran[2:] == ["a: often", "a: daily"]


async def test_a_job_that_fails_is_done_again_at_its_next_time(
    store: Store, config: Config, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[datetime] = []

    async def fails(app: Any) -> None:
        tries.append(app.clock.now())
        raise ValueError("a driver's own words")

    monkeypatch.setattr(schedule, "JOBS", (Job("fails", fails, lambda _: IntervalTrigger(hours=1)),))
    app = worker("a", store, config, clock)
    for _ in range(13):
        await looks(app)
        clock.advance(minutes=10)
    assert [later - sooner for sooner, later in pairwise(tries)] == [timedelta(hours=1)]
