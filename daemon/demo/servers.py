"""The world around the daemon, embedded: a mailbox (pymap), the door for mail to it, and a catcher for what
the daemon sends (both aiosmtpd). One thread, one event loop, free ports of the loopback interface.

Not a mail system: nothing is stored on disk, nothing leaves this machine, nobody is authenticated but the
one user. The only module that knows pymap and aiosmtpd.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from argparse import Namespace
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from queue import SimpleQueue
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage

HOST = "127.0.0.1"
USER = "buergerpost"


@dataclass(frozen=True, slots=True)
class Caught:
    """A mail that the daemon sent, as the catcher took it."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    at: datetime


class _Catcher:
    """Takes everything and keeps it."""

    def __init__(self, into: SimpleQueue[Caught]) -> None:
        self._into = into

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._into.put(Caught(_reverse_path(envelope), tuple(envelope.rcpt_tos), _octets(envelope), datetime.now(UTC)))
        return "250 2.0.0 caught"


class _Door:
    """What a mail server does on final delivery: adds Return-Path and Received, appends to the mailbox."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        now = datetime.now(UTC)
        # RFC 5321 §4.4: the last server writes the reverse-path into Return-Path and adds its Received.
        trace = (
            f"Return-Path: <{_reverse_path(envelope)}>\r\n"
            f"Received: from {session.host_name or 'unknown'} ([{HOST}])\r\n"
            f"\tby mx.musterlingen.example with ESMTP; {format_datetime(now)}\r\n"
        )
        await self._servers.append(trace.encode("utf-8", "surrogateescape") + _octets(envelope), now)
        return "250 2.0.0 delivered"


def _reverse_path(envelope: Envelope) -> str:
    """The sender's bare address, "" for the null reverse-path, which aiosmtpd leaves as `<>`."""
    return (envelope.mail_from or "").removeprefix("<").removesuffix(">")


def _octets(envelope: Envelope) -> bytes:
    content = envelope.original_content
    return content if isinstance(content, bytes) else b""


class Servers:
    """All three, for the time of a `with` block.

    `imap_port` is the mailbox, `catcher_port` where the daemon sends, `door_port` where mail to the town is
    accepted. `password` is the mailbox user's. Mails that the daemon sent arrive in `caught`.
    """

    def __init__(self) -> None:
        self.password = secrets.token_urlsafe(12)
        self.caught: SimpleQueue[Caught] = SimpleQueue()
        self.imap_port = self.catcher_port = self.door_port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-servers", daemon=True)
        self._listening: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        for noisy in ("pymap", "mail.log"):
            logging.getLogger(noisy).setLevel(logging.CRITICAL)
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    def deliver(self, data: bytes, at: datetime) -> None:
        """Put one message into the mailbox, arrived at that moment."""
        self._do(self.append(data, at))

    async def append(self, data: bytes, at: datetime) -> None:
        """The same, inside the servers' loop."""
        inbox = await self._mailboxes.get_mailbox("INBOX")
        await inbox.append(AppendMessage(data, at), recent=True)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _start(self) -> None:
        backend, config = await DictBackend.init(
            Namespace(
                host=HOST,
                port=0,
                debug=False,
                cert=None,
                key=None,
                tls=False,
                passlib_cfg=None,
                proxy_protocol=None,
                demo_data=False,
                demo_user=USER,
                demo_password=self.password,
            )
        )
        config.apply_context()
        async with backend.login.demo_user_identity.new_session() as session:
            self._mailboxes = session.mailbox_set
        imap = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        self.imap_port = self._listen(await asyncio.start_server(imap, HOST, 0))
        self.catcher_port = self._listen(await self._smtp(_Catcher(self.caught)))
        self.door_port = self._listen(await self._smtp(_Door(self)))

    async def _smtp(self, handler: _Catcher | _Door) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: SMTP(handler, hostname="mx.musterlingen.example", enable_SMTPUTF8=True, loop=self._loop), HOST, 0
        )

    def _listen(self, server: asyncio.Server) -> int:
        self._listening.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _stop(self) -> None:
        for server in self._listening:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
