"""A wire between a worker and a server that can be cut, fall silent, and be slow: a TCP proxy of a test's own.

`cut`: every connection ends and none is made; `silence`: connections stay and nothing passes; `mend`: all is
well again. `delay` is how long (seconds) what the server says takes.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType


class Wire:
    """One wire. An asynchronous context manager; clients connect to `port`."""

    def __init__(self, target: int, *, delay: float = 0.0) -> None:
        self.target, self.delay = target, delay
        self.passed = 0
        self._sound, self._whole = asyncio.Event(), True
        self._sound.set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Wire:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        """End every connection, and each new one at once."""
        self._whole = False
        self._sound.set()
        for writer in self._writers:
            writer.transport.abort()

    def silence(self) -> None:
        """Let nothing pass; nobody is told."""
        self._sound.clear()

    def mend(self) -> None:
        """Let everything pass."""
        self._whole = True
        self._sound.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        other: asyncio.StreamWriter | None = None
        try:
            await self._sound.wait()
            if not self._whole:
                return
            back, other = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.add(other)
            await asyncio.gather(self._pass(reader, other, 0.0), self._pass(back, writer, self.delay))
        except OSError:
            pass  # the other side went away: so does this one
        finally:
            for end in filter(None, (writer, other)):
                self._writers.discard(end)
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
        while data := await reader.read(65536):
            if delay:
                await asyncio.sleep(delay)
            await self._sound.wait()
            self.passed += len(data)
            writer.write(data)
            await writer.drain()
        with suppress(OSError):
            writer.write_eof()
