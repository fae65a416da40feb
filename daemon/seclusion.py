"""A process of its own for mail that may be poison: it is read there alone, under a deadline and a memory limit.

Whatever the message does ends the child, not the daemon. The child knows no password, no database and no
network: it gets one message at a time on its standard input, with what `reader.read` asks for. What it answers
is taken for no more than a reading (decision 0130).
Not owned: who is suspected (`intake`), what becomes of the verdict (`judge`).
"""

from __future__ import annotations

import asyncio
import io
import os
import pickle
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from daemon import effort, gate, reader
from daemon.config import Limits
from daemon.errors import StoreError
from daemon.model import Message, RawMessage, Reading, Verdict

#: Seconds of the processor that reading one message may use; several times as many may pass (`effort`).
SECONDS = 5.0
#: Octets of memory that reading one message may take.
MEMORY = 400_000_000
#: Seconds that the child may take to start: the machine may be busy, and no message is to blame.
START_SECONDS = 60.0
#: Seconds in which a child that has closed its mouth should have ended.
_MOMENT = 0.2

_SIZE = struct.Struct(">Q")
#: Octets of an answer at most: what a message says, without its own octets.
_LONGEST_ANSWER = 64_000_000

#: What was read, or the sentence why nothing was.
_Answer = tuple[Message, Verdict, str | None] | str


@dataclass(frozen=True, slots=True)
class Job:
    """One message to read: whole, or (`trouble` says why) by its header."""

    raw: RawMessage
    limits: Limits
    around: gate.Surroundings
    trouble: str | None = None

    def done(self) -> Reading:
        if self.trouble is None:
            return reader.read(self.raw, self.limits, self.around)
        return reader.by_its_head(self.raw, self.limits, self.around, self.trouble)


class Seclusion:
    """Reads one message at a time in a child, which is started when needed and lives until `close`."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY, module: str = "daemon.seclusion") -> None:
        """`module` is what the child runs; tests name another that misbehaves."""
        self.seconds, self.memory, self.module = seconds, memory, module
        self._child: asyncio.subprocess.Process | None = None

    async def read(self, raw: RawMessage, limits: Limits, around: gate.Surroundings) -> Reading:
        """The reading; one with `trouble` where the message ended the child. Raises `StoreError` without a child."""
        job = Job(raw, limits, around)
        answer = await self._ask(job)
        if not isinstance(answer, str):
            return Reading(raw, *answer)
        by_head = await self._ask(replace(job, trouble=answer))
        return reader.unread(raw, answer) if isinstance(by_head, str) else Reading(raw, *by_head)

    async def _ask(self, job: Job) -> _Answer:
        child = self._child or await self._start()
        try:
            exchange = asyncio.ensure_future(_exchange(child, pickle.dumps(job)))
            answer = await effort.within(self.seconds, effort.of_child(child.pid), exchange)
        except TimeoutError:
            await self.close()
            return f"Reading it took more than {self.seconds:g} seconds and was ended; a later release may read it."
        except (OSError, asyncio.IncompleteReadError, pickle.UnpicklingError):
            status = await self.close(_MOMENT)
            return f"Reading it ended the process that did (status {status}); a later release may read it."
        except BaseException:
            await self.close()
            raise
        return answer

    async def _start(self) -> asyncio.subprocess.Process:
        """A child that is ready: what it takes to start is not counted against a message."""
        known = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "TMPDIR")
        environment = {name: value for name, value in os.environ.items() if name in known}
        try:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",  # nothing of the current folder is imported: mails may lie there
                "-m",
                self.module,
                str(self.memory),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},  # the program that we are
            )
            assert self._child.stdout is not None
            async with asyncio.timeout(START_SECONDS):
                await self._child.stdout.readexactly(1)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            await self.close()
            raise StoreError(
                f"No process can be started to read suspicious mail in ({type(error).__name__}): it is tried again."
            ) from error
        return self._child

    async def close(self, patience: float = 0.0) -> int | None:
        """End the child, unless it ends by itself within `patience` seconds; its status."""
        child, self._child = self._child, None
        if child is None:
            return None
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                return await child.wait()
        with suppress(ProcessLookupError):
            child.kill()
        return await child.wait()


@contextmanager
def at_hand(seclusion: Seclusion) -> Iterator[Callable[[RawMessage, Limits, gate.Surroundings], Reading]]:
    """`Seclusion.read` as a plain call, for commands without an event loop; the child ends with the block."""
    with asyncio.Runner() as runner:
        try:
            yield lambda raw, limits, around: runner.run(seclusion.read(raw, limits, around))
        finally:
            runner.run(seclusion.close())


async def _exchange(child: asyncio.subprocess.Process, question: bytes) -> _Answer:
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(_SIZE.pack(len(question)) + question)
    await child.stdin.drain()
    [size] = _SIZE.unpack(await child.stdout.readexactly(_SIZE.size))
    if size > _LONGEST_ANSWER:
        raise pickle.UnpicklingError("The child has too much to say.")
    return _answer(await child.stdout.readexactly(size))


def _answer(packed: bytes) -> _Answer:
    """What the child said. Raises `UnpicklingError` where that is no answer: a message may have taken it over."""
    try:
        found = _Answers(io.BytesIO(packed)).load()
    except Exception as error:  # any, says the documentation of `pickle`
        raise pickle.UnpicklingError("The child's answer cannot be read.") from error
    match found:
        case str() | (Message(), Verdict(), str() | None):
            return found
    raise pickle.UnpicklingError("The child's answer is none.")


class _Answers(pickle.Unpickler):
    """Knows the classes of `daemon.model` and nothing else that could be called."""

    def find_class(self, module: str, name: str) -> type:
        found = getattr(sys.modules.get(module), name, None) if module.startswith("daemon.model.") else None
        if isinstance(found, type) and found.__module__ == module:
            return found
        raise pickle.UnpicklingError(f"The child may not speak of {module}.{name}.")


def serve(memory: int, work: Callable[[Job], Reading] = Job.done) -> None:
    """The child's life: read jobs from standard input until it ends, answer on what was standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever prints disturbs nobody
    most = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers.write(b"+")
    answers.flush()
    for question in iter(partial(_question, sys.stdin.buffer), b""):
        try:
            reading = work(pickle.loads(question))  # noqa: S301 - from the daemon
            answer: _Answer = (reading.message, reading.verdict, reading.trouble)
        except MemoryError:
            answer = f"Reading it takes more than {memory // 1_000_000} MB of memory; a later release may read it."
        packed = pickle.dumps(answer)
        answers.write(_SIZE.pack(len(packed)) + packed)
        answers.flush()


def _question(stream: BinaryIO) -> bytes:
    head = stream.read(_SIZE.size)
    return stream.read(_SIZE.unpack(head)[0]) if len(head) == _SIZE.size else b""


if __name__ == "__main__":
    from daemon import seclusion  # under its own name: what is unpickled belongs to that module

    seclusion.serve(int(sys.argv[1]))
