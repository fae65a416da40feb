"""Several daemons on one PostgreSQL, each with wires of its own to database, mailboxes and SMTP server."""

from __future__ import annotations

import asyncio
import copy
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.dovecot import Dovecot
from tests.installation import PATIENCE, ROOT, Installation, until
from tests.postgresql import PostgreSQL
from tests.smtp import SmtpServer
from tests.values import raw_config
from tests.wire import Wire

#: The command, on a machine whose clock shows something else.
_SHIFTED = """
import sys
from datetime import datetime, timedelta, UTC
from daemon import clock
clock.SystemClock.now = lambda self: datetime.now(UTC) + timedelta(seconds={seconds})
sys.argv[0] = "anliegen"
from daemon.cli import main
main()
"""


class Worker:
    """One host: its configuration, its wires, and `anliegen run` on it, which may die and be started again."""

    def __init__(self, installation: Installation, wires: dict[str, Wire], clock: float) -> None:
        self.installation, self.wires, self.clock = installation, wires, clock
        self.log: list[str] = []
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the daemon; `started` says when it works."""
        code = ("-c", _SHIFTED.format(seconds=self.clock)) if self.clock else ("-m", "daemon")
        config = ("--config", str(self.installation.path))
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *code, *config, "run", cwd=ROOT, stderr=asyncio.subprocess.PIPE
        )
        self._reader = asyncio.create_task(self._read(self.process))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.log.append(line.decode().rstrip())

    def count(self, words: str) -> int:
        """How many log lines hold these words."""
        return sum(words in line for line in self.log)

    async def started(self, times: int = 1) -> None:
        """Wait until it has said so, as often as that; many processes that start at once take their time."""
        with suppress(AssertionError):
            await until(lambda: self.count("[started]") >= times or not self.lives, 5 * PATIENCE)
        assert self.lives and self.count("[started]") >= times, "\n".join(self.log[-50:])

    @property
    def lives(self) -> bool:
        return self.process is not None and self.process.returncode is None

    def send(self, number: int) -> None:
        """Send a signal to a process that lives."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def kill(self) -> None:
        """As if the machine had gone."""
        self.send(signal.SIGKILL)
        assert self.process is not None
        await self.process.wait()
        await self._reader

    async def stop(self) -> None:
        """SIGTERM; SIGKILL where that does not help."""
        if self.process is None:
            return
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.process.wait(), PATIENCE)
        await self.kill()


class Centre:
    """Workers, the servers between them, and what the database says."""

    def __init__(self, url: str, dovecot: Dovecot, smtp: SmtpServer, workers: Sequence[Worker]) -> None:
        self.url, self.dovecot, self.smtp, self.workers = url, dovecot, smtp, workers

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the database answers, read by the test itself."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return connection.execute(query.encode()).fetchall()

    def one(self, query: str) -> Any:
        """The one value of a query."""
        return next(iter(self.rows(query)[0].values()))

    def held(self) -> list[int]:
        """How many mailboxes each holder has, the most first."""
        found = self.rows("SELECT count(*) AS n FROM mailbox WHERE lease_until > now() GROUP BY holder ORDER BY n DESC")
        return [row["n"] for row in found]

    async def settles(self, query: str, value: object, patience: float = PATIENCE) -> None:
        """Wait until the query's one value is that."""
        await until(lambda: self.one(query) == value, patience)


@asynccontextmanager
async def centre(
    folder: Path,
    model: Path,
    postgresql: PostgreSQL,
    dovecot: Dovecot,
    smtp: SmtpServer,
    workers: int,
    /,
    *,
    delay: float = 0.0,
    clocks: Sequence[float] = (),
    **tables: Any,
) -> AsyncIterator[Centre]:
    """Workers that read all users' mailboxes, not yet started. `delay`: what IMAP and SMTP server say takes as
    many seconds. `clocks`: by how many seconds their clocks are ahead."""
    url = postgresql.database()
    mailbox = raw_config()["mailbox"][0]
    mailboxes = [mailbox | {"name": u, "username": u, "password": dovecot.password} for u in dovecot.users]
    async with AsyncExitStack() as stack:
        made = []
        for number in range(workers):
            wires = {
                "database": await stack.enter_async_context(Wire(postgresql.port)),
                "imap": await stack.enter_async_context(Wire(dovecot.port, delay=delay)),
                "smtp": await stack.enter_async_context(Wire(smtp.port, delay=delay)),
            }
            place = folder / f"worker-{number}"
            place.mkdir()
            own = url.replace(f":{postgresql.port}/", f":{wires['database'].port}/")
            installation = Installation(
                place,
                wires["imap"].port,
                wires["smtp"].port,
                model,
                mailbox=[dict(each) for each in mailboxes],
                database={"url": own},
                **copy.deepcopy(tables),
            )
            installation.raw["worker"]["state_folder"] = str(model)
            installation.write()
            made.append(Worker(installation, wires, clocks[number] if clocks else 0.0))
        try:
            assert (await made[0].installation.command("db", "upgrade")).status == 0
            yield Centre(url, dovecot, smtp, made)
        finally:
            await asyncio.gather(*(worker.stop() for worker in made))
