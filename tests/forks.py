"""The command in a process of its own that has its imports behind it: forked from one that did nothing but import.

A start of `python -m daemon` is mostly imports, and the tests start it hundreds of times. What runs is the same
code in a real process with its own pid, pipes, environment and working directory; only the imports are shared.
Tests of the start itself, of memory, and of the installed script use a fresh interpreter (`tests.installation`).
"""

from __future__ import annotations

import array
import asyncio
import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Longest request in octets: arguments and environment.
LONGEST = 1 << 20
#: Where the asking process may go on reading: standard output, standard error.
PIPED = 2
#: Seconds that a pipe may stay open after its process has ended: a child of that one may still hold it.
LINGERING = 2.0


class Forked:
    """A running command, in the manner of `asyncio.subprocess.Process`: pid, stdout, stderr, returncode, wait, kill."""

    stdout: asyncio.StreamReader
    stderr: asyncio.StreamReader
    pid: int

    def __init__(self) -> None:
        self.returncode: int | None = None

    @classmethod
    async def start(cls, arguments: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Forked:
        """`python -m daemon ARGUMENTS`, standard input empty."""
        self = cls()
        ends = [os.pipe() for _ in range(PIPED + 1)]
        request = json.dumps({"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)})
        given = array.array("i", [write for _, write in ends])
        _nursery().sendmsg([request.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, given)])
        for _, write in ends:
            os.close(write)
        pipes = [await _Pipe.reading(read) for read, _ in ends]
        self.stdout, self.stderr, status = [pipe.reader for pipe in pipes]
        self.pid = int(await status.readline())
        self._ended = asyncio.create_task(self._end(status, pipes))
        return self

    async def _end(self, status: asyncio.StreamReader, pipes: Sequence[_Pipe]) -> int:
        self.returncode = int(await status.readline())
        await asyncio.wait([pipe.lost for pipe in pipes], timeout=LINGERING)
        for pipe in pipes:
            pipe.close()
        return self.returncode

    async def wait(self) -> int:
        """The exit status; a negative number is the signal that ended it."""
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        """All that it wrote to standard output and standard error, when it has ended."""
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err

    def send_signal(self, number: int) -> None:
        """ProcessLookupError where it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Pipe(asyncio.StreamReaderProtocol):
    """The reading end of a pipe. `lost` is done when the other side has closed it."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self.reader, self.lost = reader, asyncio.get_running_loop().create_future()

    @classmethod
    async def reading(cls, number: int) -> _Pipe:
        file = os.fdopen(number, "rb", buffering=0)
        _, pipe = await asyncio.get_running_loop().connect_read_pipe(lambda: cls(asyncio.StreamReader()), file)
        return pipe

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.close = transport.close

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.done() or self.lost.set_result(None)


@cache
def _nursery() -> socket.socket:
    """The process that others are forked from, one for each testing process; it ends with its asker."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forks", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


@dataclass
class Nursery:
    """The forking side: takes requests, forks, and tells how each child ended."""

    asker: socket.socket
    #: By the pidfd of a child: its pid, and where its end is told.
    children: dict[int, tuple[int, int]] = field(default_factory=dict)

    def serve(self) -> dict[str, object] | None:
        """Return in each child, with its request; in the nursery only when the asker has gone, with None."""
        poll = select.poll()
        poll.register(self.asker, select.POLLIN)
        while True:
            for number, _ in poll.poll():
                if number != self.asker.fileno():
                    poll.unregister(number)
                    self._bury(number)
                    continue
                data, files, _, _ = socket.recv_fds(self.asker, LONGEST, PIPED + 1)
                if not data:
                    return None
                *pipes, status = files
                pid = os.fork()
                if pid == 0:
                    self._become(pipes, status)
                    request: dict[str, object] = json.loads(data)
                    return request
                for pipe in pipes:
                    os.close(pipe)
                os.write(status, b"%d\n" % pid)
                handle = os.pidfd_open(pid)
                self.children[handle] = (pid, status)
                poll.register(handle, select.POLLIN)

    def _bury(self, handle: int) -> None:
        pid, status = self.children.pop(handle)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(BrokenPipeError):  # nobody waits for it
            os.write(status, b"%d\n" % code)
        os.close(status)
        os.close(handle)

    def _become(self, pipes: Sequence[int], status: int) -> None:
        """A child's first steps: only its own pipes stay open."""
        self.asker.close()
        for handle, (_, other) in self.children.items():
            os.close(handle)
            os.close(other)
        for target, pipe in enumerate(pipes, start=1):
            os.dup2(pipe, target)
            os.close(pipe)
        os.close(status)


def main() -> None:
    """Import what the command imports, then serve."""
    from daemon import cli

    cli.application()
    for late in ("daemon.cli.judging", "daemon.desk", "daemon.seclusion", "classifiers.encoder"):
        import_module(late)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
    gc.freeze()  # else each child's own collector copies every page that it looks at
    request = Nursery(socket.socket(fileno=int(sys.argv[1]))).serve()
    if request is None:
        return
    os.chdir(str(request["cwd"]))
    environment = request["env"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    arguments = request["arguments"]
    assert isinstance(arguments, list)
    sys.argv = [sys.argv[0], *arguments]
    runpy.run_module("daemon", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
