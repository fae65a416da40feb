"""A bounded set of connections that are reused: knows nothing of what is spoken on them.

At most `size` are open at once. One that has been idle for `idle_seconds` is closed politely; so is
everything in `close`, and what is still busy then is cut.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, Protocol, TypeVar

_CLOSING_SECONDS = 2.0  # for all farewells together; the contract of a target allows 5


class Connection(Protocol):
    """What the pool needs to know of a connection."""

    @property
    def alive(self) -> bool:
        """False where it is known to be dead."""
        ...

    async def quit(self) -> None:
        """Say goodbye and close. Never raises."""
        ...

    def abort(self) -> None:
        """Cut at once; a caller that waits on it gets an error."""
        ...


C = TypeVar("C", bound=Connection)


class ClosedError(Exception):
    """The pool was closed while somebody wanted a connection."""


class Pool(Generic[C]):
    """Connections made by `connect`; whatever that raises reaches the caller of `take`."""

    def __init__(self, connect: Callable[[], Awaitable[C]], size: int, idle_seconds: float) -> None:
        self.connect = connect
        self._slots = asyncio.Semaphore(size)
        self._idle_seconds = idle_seconds
        self._idle: list[tuple[C, asyncio.TimerHandle]] = []
        self._busy: set[C] = set()
        self._connecting: set[asyncio.Future[C]] = set()
        self._farewells: set[asyncio.Task[None]] = set()
        self.closed = False

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for the right to use one connection."""
        async with self._slots:
            yield

    @property
    def in_use(self) -> int:
        """How many connections are at work now."""
        return len(self._busy)

    async def take(self, *, fresh: bool = False) -> tuple[C, bool]:
        """A connection, and whether it served before. Call it inside `slot`; give it back or drop it."""
        while self._idle and not fresh:
            connection, timer = self._idle.pop()
            timer.cancel()
            if connection.alive:
                self._busy.add(connection)
                return connection, True
            connection.abort()
        connection = await self._connected()
        self._busy.add(connection)
        return connection, False

    async def _connected(self) -> C:
        """A new connection; connecting ends with `ClosedError` when the pool is closed meanwhile."""
        if self.closed:
            raise ClosedError
        task = asyncio.ensure_future(self.connect())
        self._connecting.add(task)
        try:
            await asyncio.wait({task})
        except BaseException:
            task.cancel()
            raise
        finally:
            self._connecting.discard(task)
        if task.cancelled():
            raise ClosedError
        return task.result()

    def give_back(self, connection: C) -> None:
        """Keep a connection that is ready for the next delivery."""
        self._busy.discard(connection)
        if self.closed or not connection.alive:
            connection.abort()
            return
        timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire, connection)
        self._idle.append((connection, timer))

    def drop(self, connection: C) -> None:
        """Cut a connection whose state is not known."""
        self._busy.discard(connection)
        connection.abort()

    def _retire(self, connection: C) -> None:
        self._idle = [(kept, timer) for kept, timer in self._idle if kept is not connection]
        task = asyncio.create_task(connection.quit())
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def close(self) -> None:
        """Close what is idle, cut what is busy. Safe to call twice."""
        self.closed = True
        for attempt in tuple(self._connecting):
            attempt.cancel()
        idle = [connection for connection, _ in self._idle]
        for connection, timer in tuple(self._idle):
            timer.cancel()
            self._retire(connection)
        if self._farewells:
            await asyncio.wait(tuple(self._farewells), timeout=_CLOSING_SECONDS)
        for task in tuple(self._farewells):
            task.cancel()
        for connection in (*idle, *self._busy):
            connection.abort()
