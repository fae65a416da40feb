"""The life of the process: start, signals, watchdog, reload, end. The only owner of signals.

SIGTERM and SIGINT drain and end with 0 within ten seconds, also while a server hangs; SIGHUP reloads rules,
departments and texts. Speaks sd_notify(3) where systemd listens.
"""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from datetime import timedelta

from daemon import learning, schedule
from daemon.app import App
from daemon.dispatch import PATIENCE
from daemon.errors import AnliegenError, Stuck
from daemon.logs import event

log = logging.getLogger(__name__)

#: Seconds from the signal to the end of all tasks; closing connections comes after.
STOP_SECONDS = 7.0
#: Seconds between two looks of the watchdog, and for how long nothing may answer it.
BEAT_SECONDS, HANG_SECONDS = 10.0, 120.0
#: Seconds that a thread which was left to itself may go on using the processor.
STUCK_SECONDS = 600.0
#: Seconds that closing connections and threads may take.
CLOSE_SECONDS = 2.5


def notify(state: str) -> None:
    """Tell systemd, where it listens (sd_notify(3)); elsewhere nothing happens."""
    place = os.environ.get("NOTIFY_SOCKET")
    if not place:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
        sock.connect("\0" + place[1:] if place.startswith("@") else place)
        sock.sendall(state.encode())


async def run(app: App) -> int:
    """The daemon, until a signal; the exit status."""
    stop, hangup = asyncio.Event(), asyncio.Event()
    _listen(stop, hangup)
    started = False
    try:
        if not await _opened(app, stop):
            return 0
        tasks = [asyncio.create_task(intake.watch(), name=f"mailbox-{intake.name}") for intake in app.intakes]
        tasks.append(asyncio.create_task(app.leases.run(), name="leases"))
        tasks.append(asyncio.create_task(app.dispatch.run(), name="dispatch"))
        tasks.append(asyncio.create_task(schedule.run(app), name="schedule"))
        tasks.append(asyncio.create_task(learning.keep_up(app), name="model"))
        tasks.append(asyncio.create_task(_reloads(app, hangup), name="reload"))
        tasks.append(asyncio.create_task(_watchdog(app), name="watchdog"))
        event(log, logging.INFO, "started", mailboxes=len(app.intakes), worker=app.worker)
        started = True
        notify("READY=1\nSTATUS=reading mail")
        return await _until(stop, tasks)
    finally:
        notify("STOPPING=1")
        await _close(app)
        if started:
            event(log, logging.INFO, "stopped")


async def _opened(app: App, stop: asyncio.Event) -> bool:
    """Open, which may take a training; False where a signal came first."""
    opening, stopped = asyncio.create_task(app.open()), asyncio.create_task(stop.wait())
    await asyncio.wait({opening, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if opening.done():
        opening.result()
        return True
    opening.cancel()
    with suppress(asyncio.CancelledError, TimeoutError):
        await asyncio.wait_for(opening, STOP_SECONDS)
    return False


async def run_once(app: App, patience: timedelta = PATIENCE) -> int:
    """Drain every mailbox and send what is due, then end: 0, or 1 where a server failed for that long."""
    stop = asyncio.Event()
    _listen(stop, asyncio.Event())
    work = asyncio.create_task(_once(app, patience))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            work.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(work, STOP_SECONDS)
            return 0
        return work.result()
    finally:
        stopped.cancel()
        await _close(app)


async def _once(app: App, patience: timedelta) -> int:
    app.leases.shares = False  # it takes what is free, and the others need not reckon with it
    await app.open()
    beats = asyncio.create_task(app.leases.run(), name="leases")
    try:
        read = await asyncio.gather(*(intake.drain(patience) for intake in app.intakes))
        await schedule.tick(app)
        sent = await app.dispatch.drain(patience)
    finally:
        beats.cancel()
    return 0 if sent and all(read) else 1


def _listen(stop: asyncio.Event, hangup: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, hangup.set)


async def _until(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> int:
    """Wait for the signal, or for a task to fail: then the process ends, and whoever keeps it starts it again."""
    waiting = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done if task is not waiting]
    for task in failed:
        error = task.exception() if not task.cancelled() else None
        event(
            log,
            logging.CRITICAL,
            "task_failed",
            "The process ends; nothing is lost.",
            task=task.get_name(),
            error=repr(type(error)),
        )
    for task in [waiting, *tasks]:
        task.cancel()
    await asyncio.wait([waiting, *tasks], timeout=STOP_SECONDS)
    return 1 if failed else 0


async def _reloads(app: App, hangup: asyncio.Event) -> None:
    while True:
        await hangup.wait()
        hangup.clear()
        notify("RELOADING=1")
        try:
            problems = await app.reload()
        except AnliegenError as error:
            problems = [str(error)]
        if problems:
            event(log, logging.ERROR, "reload", f"The old configuration stays in force: {' '.join(problems)}")
        else:
            event(log, logging.INFO, "reload", "The new rules, departments and texts are in force.")
        notify("READY=1")


async def _watchdog(app: App) -> None:
    """Tell systemd that we live, as long as the loop turns and both threads answer; else this process ends.

    Where the loop itself stands still no code of ours runs: a timer of the interpreter's then ends the process
    and says on standard error where it stood. What was being worked on is read alone after the restart.
    """
    period = int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000
    beat = min(period / 3 or BEAT_SECONDS, BEAT_SECONDS)
    stuck_since = None
    try:
        while True:
            await app.database.run(lambda: None)
            await app.thinking.run(lambda: None)
            faulthandler.dump_traceback_later(HANG_SECONDS, exit=True, file=sys.__stderr__ or sys.stderr)
            notify("WATCHDOG=1")
            stuck_since = (stuck_since or time.monotonic()) if app.thinking.stuck else None
            if stuck_since is not None and time.monotonic() - stuck_since > STUCK_SECONDS:
                raise Stuck("A thread does not come back from a message: the process ends and starts anew.")
            await asyncio.sleep(beat)
    finally:
        faulthandler.cancel_dump_traceback_later()


async def _close(app: App) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(app.close(), CLOSE_SECONDS)
