"""The clock: one table says which job runs when. APScheduler runs it; the jobs are in `reports` and `privacy`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from daemon import privacy, reports
from daemon.app import App
from daemon.config import Config
from daemon.errors import AnliegenError
from daemon.logs import event

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """What runs, and when."""

    name: str
    run: Callable[[App], Awaitable[None]]
    when: Callable[[Config], BaseTrigger]


def _every(seconds: int) -> Callable[[Config], BaseTrigger]:
    return lambda _: IntervalTrigger(seconds=seconds)


def _daily(config: Config) -> BaseTrigger:
    at = config.administrator.daily_at
    return CronTrigger(hour=at.hour, minute=at.minute, timezone=config.organisation.zone)


JOBS = (
    Job("warn", reports.warn, _every(60)),  # before the 24 hours run out, and when a door stays shut
    Job("daily", reports.daily, _daily),  # what a person should look at
    Job("purge", privacy.purge, _every(3600)),  # octets that nobody needs any more
)


async def tick(app: App) -> None:
    """The jobs that `run --once` owes: those that wait for an interval, once."""
    for job in JOBS:
        if isinstance(job.when(app.config), IntervalTrigger):
            await _guarded(job, app)


async def run(app: App) -> None:
    """Run the table until cancelled. A job that was missed runs once, never twice at a time."""
    scheduler = AsyncIOScheduler(timezone=app.config.organisation.zone)
    for job in JOBS:
        scheduler.add_job(
            _guarded,
            job.when(app.config),
            args=[job, app],
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=3600,
        )
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


async def _guarded(job: Job, app: App) -> None:
    try:
        await job.run(app)
    except Exception as error:
        # only our own errors are written to be read: a driver's quotes what it was about to store
        words = str(error) if isinstance(error, AnliegenError) else "It is tried again at its next time."
        event(log, logging.ERROR, "job_failed", words, job=job.name, error=type(error).__name__)
