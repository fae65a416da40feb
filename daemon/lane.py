"""A thread of one's own for calls that block: the database has one, the model has one.

Calls are worked off in order. A call that is awaited by a cancelled task still runs to its end: what a
transaction began, it finishes. A thread cannot be stopped: one whose call takes too long is left to itself,
and another goes on with the rest; the service ends the process where that does not pass.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from daemon import effort

P = ParamSpec("P")
R = TypeVar("R")

#: Seconds that the running call gets to end when the lane is closed.
CLOSE_SECONDS = 5.0

_Call = tuple["Future[Any]", Callable[[], Any], Callable[[], None]]


class Lane:
    """One thread. `name` shows in debuggers and logs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._left: list[_Worker] = []
        self._worker = _Worker(name, self._calls)

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the call there and wait for its result."""
        return await asyncio.shield(asyncio.wrap_future(self._put(lambda: call(*args, **kwargs), lambda: None)))

    async def run_within(self, seconds: float, call: Callable[[], R]) -> R:
        """Run the call there; raises `TimeoutError` where it uses more of the processor from its beginning, or where
        it only waits for several times as long (`effort`)."""
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def begin() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(begun.set)

        future = asyncio.wrap_future(self._put(call, begin))
        await begun.wait()
        worker = self._worker
        try:
            return await effort.within(seconds, worker.used, asyncio.shield(future))
        except TimeoutError:
            if not future.done() and worker is self._worker:
                self._leave()
            raise

    def _put(self, call: Callable[[], R], begin: Callable[[], None]) -> Future[R]:
        future: Future[R] = Future()
        self._calls.put((future, call, begin))
        return future

    def _leave(self) -> None:
        self._worker.retired = True
        self._left.append(self._worker)
        self._worker = _Worker(self.name, self._calls)

    @property
    def stuck(self) -> int:
        """How many threads were left to themselves and have not ended yet."""
        return sum(worker.is_alive() for worker in self._left)

    def close(self) -> None:
        """Wait for the running call, drop those that have not begun."""
        with contextlib.suppress(Empty):
            while True:
                waiting = self._calls.get_nowait()
                if waiting is not None:
                    waiting[0].cancel()
        self._calls.put(None)
        self._worker.join(CLOSE_SECONDS)


class _Worker(threading.Thread):
    """Works calls off until it is told to end, or has been given up. No reason for the process to stay."""

    def __init__(self, name: str, calls: SimpleQueue[_Call | None]) -> None:
        super().__init__(name=name, daemon=True)
        self.calls, self.retired = calls, False
        self.used: effort.Used = lambda: 0.0
        self.start()

    def run(self) -> None:
        self.used = effort.of_this_thread()
        while not self.retired and (found := self.calls.get()) is not None:
            future, call, begin = found
            if future.set_running_or_notify_cancel():
                begin()
                _fulfil(future, call)
            del found, future, call, begin  # the answer may be large, and the next call far away


def _fulfil(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:
        future.set_exception(error)
