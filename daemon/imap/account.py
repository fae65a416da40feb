"""One account over many connections: connecting anew, and which folder is selected.

A source and a target each have an account of their own, so that neither waits for the other. A failure is
raised at once and the next call connects anew; the growing gaps between attempts are the caller's, who alone
knows for how long to go on (`intake`, `dispatch`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

from daemon.config import Mailbox
from daemon.errors import SourceError
from daemon.imap.client import Client
from daemon.imap.connection import Connection
from daemon.imap.folders import Opened, open_folder

T = TypeVar("T")

#: A connection that was unused for longer (seconds) is asked (NOOP) before it is trusted.
_STALE = 60.0


class Account:
    """Connects with the first call. One task at a time; `close` may be called beside it."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.connection: Connection | None = None
        self.closing = asyncio.Event()
        self._selected: Opened | None = None
        self._used_at = 0.0

    async def connect(self) -> None:
        """Connect and log in, where that is not done yet. Raises `SourceError`."""
        await self._connected()

    async def call(self, work: Callable[[Client], T], octets: int = 0) -> T:
        """Run blocking work on the connection's thread. Raises `SourceError`; the connection is then dropped."""
        connection = await self._connected()
        try:
            found = await connection.call(work, octets)
        except BaseException:
            self._let_go()
            raise
        self._used_at = asyncio.get_running_loop().time()
        return found

    async def open(self, name: str) -> Opened:
        """SELECT a folder, anew even where it is selected: what it says is then of this moment."""
        self._selected = None
        self._selected = await self.call(lambda client: open_folder(client, name))
        return self._selected

    async def within(self, folder: Opened, work: Callable[[Client], T], octets: int = 0) -> T:
        """Run work inside a folder that was opened before, also on a new connection.

        Raises `SourceError` where the folder has become another one (UIDVALIDITY): its UIDs mean nothing now.
        """
        await self._connected()
        if self._selected is None or self._selected.name != folder.name:
            await self.open(folder.name)
        if self._selected is None or self._selected.uidvalidity != folder.uidvalidity:
            raise SourceError(
                f'The folder "{folder.name}" of mailbox "{self.mailbox.name}" was made anew; it is read again.'
            )
        return await self.call(work, octets)

    async def stirred(self, seconds: float) -> None:
        """Return when the server says something, or after that many seconds."""
        if self.connection is not None:
            await self.connection.stirred(seconds)

    async def pause(self, seconds: float) -> None:
        """Return after that many seconds, or when the account is closed."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self.closing.wait()

    async def close(self) -> None:
        """Log out, or cut what hangs. Within 5 s."""
        self.closing.set()
        if self.connection is not None:
            await self.connection.close()

    async def _connected(self) -> Connection:
        if self.connection is not None and await self._answers(self.connection):
            return self.connection
        if self.closing.is_set():
            raise SourceError(f'mailbox "{self.mailbox.name}": is closed.')
        self._selected, self.connection = None, Connection(self.mailbox)
        try:
            await self.connection.open()
        except BaseException:
            self._let_go()
            raise
        self._used_at = asyncio.get_running_loop().time()
        return self.connection

    async def _answers(self, connection: Connection) -> bool:
        """True where the connection is fresh or still answers; servers end silent ones without a word."""
        if asyncio.get_running_loop().time() - self._used_at < _STALE:
            return True
        try:
            await connection.call(lambda client: client.noop())
        except SourceError:
            self._let_go()
            return False
        self._used_at = asyncio.get_running_loop().time()
        return True

    def _let_go(self) -> None:
        if self.connection is not None:
            self.connection.abort()
        self.connection, self._selected = None, None
