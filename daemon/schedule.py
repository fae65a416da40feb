"""The clock: one table says which job runs when; the jobs are in `reports`, `privacy` and `learning`.

When a job began last stands in the database, where the worker that does it takes it (`store.jobs`): however many
workers there are it runs once, and what was missed is made up for once. APScheduler's triggers say when it is due.
Decision 0151.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from daemon import learning, privacy, reports
from daemon.app import App
from daemon.config import Config
from daemon.errors import AnliegenError, StoreError, TemplateError
from daemon.logs import event

log = logging.getLogger(__name__)

#: Seconds between two looks at the table.
LOOK_SECONDS = 10.0


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


def _nightly(config: Config) -> BaseTrigger:
    at = config.classification.retrain_at
    return CronTrigger(hour=at.hour, minute=at.minute, timezone=config.organisation.zone)


JOBS = (
    Job("warn", reports.warn, _every(60)),  # before the 24 hours run out, and when a door stays shut
    Job("daily", reports.daily, _daily),  # what a person should look at
    Job("purge", privacy.purge, _every(3600)),  # octets that nobody needs any more
    Job("weeks", learning.count, _nightly),  # how the model fares, week by week
    Job("retrain", learning.retrain, _nightly),  # the model, from what staff corrected
)


async def tick(app: App) -> None:
    """The jobs that `run --once` owes: those that wait for an interval, once, and what else is due."""
    for job in JOBS:
        owed = isinstance(job.when(app.config), IntervalTrigger)
        if await _take(job, app, partial(_is_due, job, app, owed=owed)):
            await _guarded(job, app)


async def run(app: App) -> None:
    """Look at the table until cancelled. Over all workers a job runs once, also where it was missed for long."""
    running: dict[str, asyncio.Task[None]] = {}
    try:
        while True:
            for job in await _due(app):
                if job.name not in running:
                    running[job.name] = asyncio.create_task(_one(job, app), name=f"job-{job.name}")
            await asyncio.sleep(LOOK_SECONDS)
            running = {name: task for name, task in running.items() if not task.done()}
    finally:
        for task in running.values():
            task.cancel()


async def _due(app: App) -> list[Job]:
    """Jobs that may be due, by one look for all of them; what is new is due to be entered."""
    try:
        begun = await app.database.run(app.store.jobs.begun)
    except StoreError as error:
        event(log, logging.ERROR, "store", str(error))
        return []
    return [job for job in JOBS if job.name not in begun or _is_due(job, app, begun[job.name])]


def _is_due(job: Job, app: App, began_at: datetime, *, owed: bool = False) -> bool:
    due = job.when(app.config).get_next_fire_time(began_at, began_at)
    return owed or (due is not None and due <= app.clock.now())


async def _one(job: Job, app: App) -> None:
    if await _take(job, app, partial(_is_due, job, app)):
        await _guarded(job, app)


async def _take(job: Job, app: App, is_due: Callable[[datetime], bool]) -> bool:
    """Make the job this worker's; False where it is not due, or another worker does it."""
    try:
        return await app.database.run(app.store.jobs.take, job.name, app.worker, app.clock.now(), is_due)
    except StoreError as error:
        event(log, logging.ERROR, "store", str(error), job=job.name)
        return False


async def _guarded(job: Job, app: App) -> None:
    began_at = app.clock.now()
    try:
        await job.run(app)
    except Exception as error:
        # only our own errors are written to be read: a driver's quotes what it was about to store, a template's the mail
        told = isinstance(error, AnliegenError) and not isinstance(error, TemplateError)
        words = str(error) if told else "It is tried again at its next time."
        event(log, logging.ERROR, "job_failed", words, job=job.name, error=type(error).__name__)
    with suppress(StoreError):  # then it is done once more
        await app.database.run(app.store.jobs.done, job.name, app.worker, began_at)
