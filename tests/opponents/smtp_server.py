"""An SMTP server that misbehaves at one step, by script: raw asyncio, nothing between us and the octets.

`Opponent(step="rcpt", fault="450 4.2.0 greylisted")` behaves well but for RCPT. A fault is a reply line, or
one of these words:

    cut         hangs up instead of answering
    cut after   answers as it should, then hangs up
    hang        never answers, keeps the connection
    trickle     answers an octet now and then, never a whole line
    flood       answers continuation lines without end
    garbage     answers something that is not SMTP

At step `end` (after the final dot) `cut` comes when the whole message has arrived; step `body` acts in the
midst of the message. A list of faults is worked off connection by connection, the last one for all further
ones; None is a connection that behaves. Plain text only; STARTTLS is offered and never gets beyond its reply.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType

STEPS = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "end", "rset", "quit")
_VERBS = {"EHLO": "ehlo", "STARTTLS": "starttls", "AUTH": "auth", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data"}
_GOOD = {
    "greeting": "220 opponent.test ESMTP",
    "starttls": "220 2.0.0 go ahead",
    "auth": "235 2.7.0 welcome",
    "mail": "250 2.1.0 ok",
    "rcpt": "250 2.1.5 ok",
    "data": "354 go ahead",
    "end": "250 2.0.0 queued",
    "rset": "250 2.0.0 ok",
    "quit": "221 2.0.0 bye",
}


class _HangUpError(Exception):
    """This connection ends now."""


@dataclass
class Opponent:
    """`accepted` holds what the server took: whole messages, the answer given or not."""

    step: str = ""
    fault: str | Sequence[str | None] | None = None
    offers: tuple[str, ...] = ("8BITMIME", "DSN", "STARTTLS", "AUTH PLAIN LOGIN", "ENHANCEDSTATUSCODES")
    greet_after: asyncio.Event | None = None
    read_slowly: bool = False
    host: str = "127.0.0.1"
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    accepted: list[bytes] = field(default_factory=list)

    async def __aenter__(self) -> Opponent:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, self.host, 0, limit=2**16)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def verbs(self) -> list[str]:
        """The commands so far, without their arguments."""
        return [command.split(" ")[0].upper() for command in self.commands]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        dialogue = _Dialogue(self, self._fault_of(self.connections), reader, writer)
        try:
            with contextlib.suppress(_HangUpError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await dialogue.run()
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    def _fault_of(self, number: int) -> str | None:
        if self.fault is None or isinstance(self.fault, str):
            return self.fault
        return self.fault[min(number, len(self.fault)) - 1]


class _Dialogue:
    """One connection."""

    def __init__(
        self, owner: Opponent, fault: str | None, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.owner, self.fault, self.reader, self.writer = owner, fault, reader, writer

    async def run(self) -> None:
        if self.owner.greet_after is not None:
            await self.owner.greet_after.wait()
        await self._answer("greeting")
        while line := await self.reader.readline():
            command = line.decode("latin-1").rstrip("\r\n")
            self.owner.commands.append(command)
            verb = command.split(" ")[0].upper()
            step = _VERBS.get(verb, verb.lower())
            await self._answer(step)
            if step == "data" and not self._faulty("data"):
                await self._message()
            if step in ("starttls", "quit"):
                return

    async def _message(self) -> None:
        if self._faulty("body"):
            await self.reader.readline()
            await self._misbehave(f"{self.fault}")
            while await self.reader.readline() not in (b"", b".\r\n"):
                pass  # as Postfix does, so that the answer is not lost with the connection
            return
        lines: list[bytes] = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _HangUpError
            lines.append(line.removeprefix(b"."))
            if self.owner.read_slowly and len(lines) % 5000 == 0:
                await asyncio.sleep(0.01)
        if not (self._faulty("end") and f"{self.fault}"[:1] in "45"):
            self.owner.accepted.append(b"".join(lines))
        await self._answer("end")

    def _faulty(self, step: str) -> bool:
        return self.fault is not None and step == self.owner.step

    async def _answer(self, step: str) -> None:
        if self._faulty(step) and self.fault != "cut after":
            await self._misbehave(f"{self.fault}")
            return
        if step == "ehlo":
            lines = ["opponent.test", *self.owner.offers]
            await self._say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")
        else:
            await self._say(_GOOD.get(step, "502 5.5.1 unknown"))
        if self._faulty(step):
            raise _HangUpError

    async def _misbehave(self, fault: str) -> None:
        match fault:
            case "cut":
                raise _HangUpError
            case "hang":
                await asyncio.Event().wait()
            case "trickle":
                while True:
                    await self._write(b"2")
                    await asyncio.sleep(0.02)
            case "flood":
                while True:
                    await self._write(b"250-more\r\n" * 100)
            case "garbage":
                await self._say("HTTP/1.1 400 Bad Request")
            case _:
                await self._say(fault)
                if fault.startswith("421"):
                    raise _HangUpError

    async def _say(self, *lines: str) -> None:
        await self._write("".join(f"{line}\r\n" for line in lines).encode())

    async def _write(self, octets: bytes) -> None:
        self.writer.write(octets)
        await self.writer.drain()
