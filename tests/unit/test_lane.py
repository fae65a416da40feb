"""A thread of one's own: order, errors, and a call that does not end."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Iterator

import pytest

from daemon import effort
from daemon.lane import Lane


@pytest.fixture
def lane() -> Iterator[Lane]:
    opened = Lane("test")
    yield opened
    opened.close()


async def test_calls_run_in_order_in_one_thread(lane: Lane) -> None:
    done: list[tuple[int, int]] = []
    await asyncio.gather(*(lane.run(lambda n=n: done.append((n, threading.get_ident()))) for n in range(20)))
    assert [number for number, _ in done] == list(range(20))
    assert len({ident for _, ident in done}) == 1


async def test_an_error_comes_back_and_the_thread_goes_on(lane: Lane) -> None:
    with pytest.raises(ZeroDivisionError):
        await lane.run(lambda: 1 // 0)
    assert await lane.run(lambda: 7) == 7


async def test_what_a_call_gave_is_not_kept_until_the_next(lane: Lane) -> None:
    class Large:
        pass

    kept = weakref.ref(await lane.run(Large))
    for _ in range(500):
        if kept() is None:
            break
        await asyncio.sleep(0.01)
    assert kept() is None


async def test_a_cancelled_wait_does_not_end_the_call(lane: Lane) -> None:
    go, done = threading.Event(), threading.Event()

    def call() -> None:
        go.wait()
        done.set()

    waiting = asyncio.create_task(lane.run(call))
    await asyncio.sleep(0.01)
    waiting.cancel()
    go.set()
    await lane.run(lambda: None)
    assert done.is_set()


async def test_a_call_that_does_not_end_is_left_and_others_go_on(lane: Lane) -> None:
    go = threading.Event()
    with pytest.raises(TimeoutError):
        await lane.run_within(0.05, go.wait)
    assert lane.stuck == 1
    assert await lane.run(lambda: "goes on") == "goes on"
    go.set()
    while lane.stuck:
        await asyncio.sleep(0.01)
    assert await lane.run(lambda: "still") == "still"


async def test_a_call_that_uses_up_its_seconds_is_left_though_the_wall_would_give_it_more(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effort, "WALL", 10_000.0)
    enough = threading.Event()

    def busy() -> None:
        while not enough.is_set():
            pass

    with pytest.raises(TimeoutError):
        await lane.run_within(0.05, busy)
    assert lane.stuck == 1
    enough.set()


async def test_a_call_that_got_little_of_the_processor_is_not_left(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "WALL", 10_000.0)
    go = threading.Event()
    asyncio.get_running_loop().call_later(0.3, go.set)
    assert await lane.run_within(0.2, go.wait)
    assert lane.stuck == 0


async def test_waiting_behind_another_call_is_not_counted(lane: Lane) -> None:
    go = threading.Event()
    first = asyncio.create_task(lane.run(go.wait))
    second = asyncio.create_task(lane.run_within(0.2, lambda: "in time"))
    await asyncio.sleep(0.4)
    go.set()
    await first
    assert await second == "in time"
    assert lane.stuck == 0


async def test_what_has_not_begun_when_it_closes_is_dropped() -> None:
    lane, go = Lane("test"), threading.Event()
    first = asyncio.create_task(lane.run(go.wait))
    second = asyncio.create_task(lane.run(lambda: "never"))
    await asyncio.sleep(0.01)
    threading.Timer(0.05, go.set).start()
    lane.close()
    assert await first is True
    with pytest.raises(asyncio.CancelledError):
        await second
