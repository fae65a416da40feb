"""An SMTP server that keeps little: for many mails, or for large ones."""

from __future__ import annotations

import asyncio
from collections import Counter
from types import TracebackType

#: Octets of the largest mail that is kept.
KEPT = 100_000


class Sink:
    """Takes every mail. `mails` counts them by recipient, `octets` is all of their content, `largest` one's; `kept`
    are the small ones."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.octets = self.largest = 0
        self.kept: list[bytes] = []

    async def __aenter__(self) -> Sink:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink.test ESMTP\r\n")
        recipients: list[str] = []
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                self._took(recipients, *await _content(reader))
            if command == b"RCPT":
                recipients.append(line.decode().partition("<")[2].partition(">")[0])
            elif command in (b"MAIL", b"DATA", b"RSET"):
                recipients = []
            writer.write(b"250-sink.test\r\n250 8BITMIME\r\n" if command == b"EHLO" else b"250 ok\r\n")
            if command == b"QUIT":
                break
        writer.close()

    def _took(self, recipients: list[str], size: int, data: bytes) -> None:
        self.mails.update(recipients)
        self.octets, self.largest = self.octets + size, max(self.largest, size)
        if size <= KEPT:
            self.kept.append(data)


async def _content(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read up to the final dot: the octets before it, and the first of them."""
    size, tail, data = 0, b"\r\n", b""
    while block := await reader.read(1 << 16):
        size += len(block)
        data = data if len(data) > KEPT else data + block
        tail = (tail + block)[-5:]
        if tail == b"\r\n.\r\n":
            break
    return size - 3, data
