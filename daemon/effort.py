"""How long work on a mail may take: seconds of the processor that it uses, not of the clock on the wall.

A machine that does ten things at once takes ten times as long for each, and no mail is to blame. What waits or
sleeps uses no processor, so the wall's clock counts as well, several times more generously (decision 0181).
Not owned: who is given up, and how (`lane` for a thread, `seclusion` for a child).
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

R = TypeVar("R")

#: How often the seconds of the processor may pass on the wall's clock; but no more than `LONGEST` seconds, where these
#: are enough: the watchdog (`service.HANG_SECONDS`) waits for twice as long, and is for what nothing else ends.
WALL, LONGEST = 4.0, 60.0
#: Seconds between two looks at least.
_LOOK_SECONDS = 0.05

#: Seconds of the processor that somebody has used so far.
Used = Callable[[], float]


def of_this_thread() -> Used:
    """What the thread that asks now uses, to be asked from any thread later on (pthread_getcpuclockid(3))."""
    clock = time.pthread_getcpuclockid(threading.get_ident())
    return lambda: _or_nothing(lambda: time.clock_gettime(clock))


def of_child(pid: int) -> Used:
    """What a child of ours uses with all its threads (proc_pid_stat(5): utime, stime)."""
    return lambda: _or_nothing(lambda: _of_process(pid))


async def within(seconds: float, used: Used, work: asyncio.Future[R]) -> R:
    """The result of the work; raises `TimeoutError` where it used that many seconds of the processor, or `on_the_wall`
    have passed. Whatever happens, the future is done or cancelled afterwards."""
    loop = asyncio.get_running_loop()
    used_before, end = used(), loop.time() + on_the_wall(seconds)
    try:
        while not work.done():
            left = min(seconds - (used() - used_before), end - loop.time())
            if left <= 0:
                raise TimeoutError
            await asyncio.wait([work], timeout=max(left, _LOOK_SECONDS))  # it cannot use up more than passes
        return work.result()
    finally:
        work.cancel()


def on_the_wall(seconds: float) -> float:
    """The seconds that may pass for so many of the processor."""
    return max(seconds, min(seconds * WALL, LONGEST))


def _of_process(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _or_nothing(ask: Used) -> float:
    """Who has ended uses nothing any more; whoever waits for them learns it by another way."""
    try:
        return ask()
    except OSError:
        return 0.0
