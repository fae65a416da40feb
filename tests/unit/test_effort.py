"""How long work may take: the processor's seconds, not the wall's. Both clocks are the test's own."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable

import pytest

from daemon import effort, service
from tests.flaky import VirtualLoop


def on(loop: VirtualLoop, share: float, end_at: float | None) -> str | type[TimeoutError]:
    """What becomes of work that gets this share of a processor and needs that many of the wall's seconds."""

    async def wait() -> str:
        begun, work = loop.time(), loop.create_future()
        if end_at is not None:
            loop.call_later(end_at, work.set_result, "done")
        used: Callable[[], float] = lambda: 100 + (loop.time() - begun) * share  # noqa: E731 - before it began, 100
        try:
            return await effort.within(5.0, used, work)
        finally:
            assert work.done()

    try:
        return loop.run_until_complete(wait())
    except TimeoutError:
        return TimeoutError
    finally:
        loop.close()


@pytest.mark.parametrize(
    ("share", "end_at", "outcome"),
    [
        (1.0, 4.9, "done"),
        (1.0, 5.2, TimeoutError),
        (1.0, None, TimeoutError),
        (0.1, 19.0, "done"),  # a busy machine: it got two of its five seconds
        (0.5, 12.0, TimeoutError),  # it got its five seconds, late
        (0.0, 19.0, "done"),
        (0.0, None, TimeoutError),  # it waits for something that does not come
    ],
)
def test_the_limit_is_the_processors_and_far_away_the_walls(
    share: float, end_at: float | None, outcome: str | type[TimeoutError]
) -> None:
    assert on(VirtualLoop(), share, end_at) == outcome


@pytest.mark.parametrize(("seconds", "wall"), [(5.0, 20.0), (15.0, 60.0), (45.0, 60.0), (90.0, 90.0)])
def test_the_walls_limit_leaves_room_to_the_watchdog(seconds: float, wall: float) -> None:
    assert effort.on_the_wall(seconds) == wall
    assert effort.LONGEST + service.BEAT_SECONDS < service.HANG_SECONDS


async def test_an_error_of_the_work_is_the_works() -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await effort.within(5.0, lambda: 0.0, asyncio.ensure_future(fails()))


def test_what_a_thread_uses_is_asked_from_another_and_after_its_end() -> None:
    found: list[effort.Used] = []
    go = threading.Event()

    def work() -> None:
        found.append(effort.of_this_thread())
        sum(range(300_000))
        go.wait()

    thread = threading.Thread(target=work)
    thread.start()
    while not found or not found[0]():
        pass
    go.set()
    thread.join()
    while found[0]():  # Python's thread has ended, the system's may need a moment more
        pass


def test_what_a_process_uses() -> None:
    before = effort.of_child(os.getpid())()
    while effort.of_child(os.getpid())() == before:
        pass
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert effort.of_child(child)() == 0.0
