"""One connection and the thread that serves it; every deadline of IMAP is kept here.

The library blocks, and a Python thread cannot be stopped: so the loop holds a twin of the socket and shuts
it down when a command takes too long, when its task is cancelled and when the program ends. The thread is a
daemon thread, since even a name look-up may hang and must not hold up the end of the program.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import socket
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

from daemon.config import Mailbox
from daemon.errors import SourceError
from daemon.imap.client import Client, connect, explain, hang_up

T = TypeVar("T")

#: A transfer slower than this (octets a second) counts as a hanging one.
_SLOWEST = 20_000
#: Seconds that a polite LOGOUT may take at the end.
_FAREWELL = 2.0

_Job = tuple[Callable[[Client], object], "concurrent.futures.Future[object]"]


class Connection:
    """A logged-in connection. One task at a time may use it; `abort` and `close` may be called beside it."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._twin: socket.socket | None = None
        self._aborted = False
        self._busy = False
        self._stirred = asyncio.Event()
        self._ended: concurrent.futures.Future[None] = concurrent.futures.Future()

    async def open(self) -> None:
        """Connect and log in. Raises `SourceError`."""
        name = f"imap-{self._mailbox.name}"
        threading.Thread(target=self._serve, name=name, daemon=True).start()
        # The thread's first act is to connect; greeting, TLS and login have a time-out of their own each.
        await self._await(concurrent.futures.Future(), None, 3.0 * self._mailbox.timeout_seconds)

    async def call(self, work: Callable[[Client], T], octets: int = 0) -> T:
        """Run blocking work on the thread and return what it returns; `octets` is what it may transfer.

        Raises what `explain` makes of any error; the connection is then of no further use.
        """
        seconds = self._mailbox.timeout_seconds + octets / _SLOWEST
        found: concurrent.futures.Future[T] = concurrent.futures.Future()
        await self._await(found, work, seconds)
        return found.result()

    async def _await(
        self, future: concurrent.futures.Future[T], work: Callable[[Client], T] | None, seconds: float
    ) -> None:
        if self._aborted:
            raise self._over("was closed")
        self._busy = True
        self._jobs.put((work or _nothing, future))  # type: ignore[arg-type]
        try:
            await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except TimeoutError:
            self.abort()
            raise self._over(f"did not answer within {seconds:.0f} s") from None
        except BaseException:
            self.abort()
            raise
        finally:
            self._busy = False

    async def stirred(self, seconds: float) -> None:
        """Return when the server says something unasked, when `wake` is called, or after these seconds."""
        self._stirred.clear()
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError, OSError), self._another_twin() as watched:
            loop.add_reader(watched, self._stirred.set)
            try:
                async with asyncio.timeout(seconds):
                    await self._stirred.wait()
            finally:
                loop.remove_reader(watched)

    def _another_twin(self) -> socket.socket:
        """One that the thread does not close while the loop watches it. Raises OSError where the line is cut."""
        if self._twin is None or self._aborted:
            raise ConnectionAbortedError
        return self._twin.dup()

    def wake(self) -> None:
        """End a `stirred` that is waiting."""
        self._stirred.set()

    def abort(self) -> None:
        """Cut the line now: whatever hangs on it ends with an error."""
        self._aborted = True
        self._jobs.put(None)
        if self._twin is not None:
            with contextlib.suppress(OSError):
                self._twin.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        """Log out where the line is free, else cut it. Returns within 5 s. LOGOUT, never CLOSE: that expunges."""
        self.wake()
        if not self._busy and not self._aborted and self._twin is not None:
            with contextlib.suppress(SourceError, TimeoutError):
                async with asyncio.timeout(_FAREWELL):
                    await self.call(lambda client: client.logout())
        self.abort()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.wrap_future(self._ended), _FAREWELL)

    def _over(self, what: str) -> SourceError:
        return SourceError(
            f'mailbox "{self._mailbox.name}": {self._mailbox.host}:{self._mailbox.port} {what}. It is tried again '
            "with growing gaps; no mail is lost."
        )

    # What follows runs on the thread.

    def _keep_twin(self, twin: socket.socket) -> None:
        self._twin = twin
        if self._aborted:
            self.abort()

    def _serve(self) -> None:
        client: Client | None = None
        try:
            while job := self._jobs.get():
                work, future = job
                if not future.set_running_or_notify_cancel():
                    continue
                try:
                    client = client or connect(self._mailbox, self._keep_twin)
                    future.set_result(_run(client, work))
                except BaseException as error:
                    self._aborted = True
                    future.set_exception(explain(self._mailbox, error))
                    return
                del job, work, future  # what was read or appended may be large, and the next job far away
        finally:
            if client is not None:
                hang_up(client)
            if self._twin is not None:
                self._twin.close()
            self._ended.set_result(None)


def _nothing(client: Client) -> None:
    """Connecting is all there is to do."""


def _run(client: Client, work: Callable[[Client], T]) -> T:
    """Every command begins outside IDLE (RFC 2177 §3) and with no answers left from before."""
    if client.idling:
        client.end_idle()
    client.forget()
    return work(client)
