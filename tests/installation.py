"""One installed daemon of a test's own: a folder with its config.toml, and the real command in processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from tests.dovecot import Dovecot
from tests.forks import Forked
from tests.smtp import SmtpServer
from tests.values import raw_config

ROOT = Path(__file__).resolve().parents[1]
#: Seconds after which a test's waiting has failed; nothing depends on how much less it takes.
PATIENCE = 60.0

Process = Forked | asyncio.subprocess.Process


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """Its output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


class Installation:
    """The daemon between one IMAP server and one SMTP server.

    `module` is what runs: another may be prepared, and prepares itself in a fresh interpreter. So does what is
    `fresh`: where memory or processor time is measured.
    """

    module = "daemon"
    fresh = False

    def __init__(self, folder: Path, imap_port: int, smtp_port: int, model: Path, **tables: Any) -> None:
        """`tables` are merged into the configuration; `model` is where the trained model is kept."""
        self.folder, self.path = folder, folder / "config.toml"
        tables = {"worker": {"state_folder": str(model)}, **tables}
        self.raw = raw_config(**tables)
        for mailbox in self.raw["mailbox"]:
            mailbox["port"] = mailbox["port"] if mailbox["port"] != 1143 else imap_port
        self.raw["smtp"].setdefault("port", smtp_port)
        if self.raw["smtp"]["port"] == 1025:
            self.raw["smtp"]["port"] = smtp_port
        self.write()

    @classmethod
    def between(cls, folder: Path, dovecot: Dovecot, smtp: SmtpServer, model: Path, /, **tables: Any) -> Installation:
        """Between the tests' own servers: one mailbox `buergerpost` for the user `post`."""
        mailbox = raw_config()["mailbox"][0] | {"username": dovecot.users[0], "password": dovecot.password}
        extra = tables.pop("mailbox", {})
        return cls(folder, dovecot.port, smtp.port, model, mailbox=[mailbox | extra], **tables)

    def write(self) -> None:
        """Write config.toml from `raw`."""
        self.path.write_text(_toml(self.raw), "utf-8")

    async def start(self, *arguments: str) -> Process:
        """Start the command; the caller ends it."""
        words = ["--config", str(self.path), *arguments]
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        if self.module == "daemon" and not self.fresh:
            return await Forked.start(words, ROOT, env)
        command = [sys.executable, "-m", self.module, *words]
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE, env=env)

    async def command(self, *arguments: str, patience: float = 180.0) -> Result:
        """Run the command to its end."""
        process = await self.start(*arguments)
        try:
            out, err = await asyncio.wait_for(process.communicate(), patience)
        except TimeoutError:
            process.kill()
            out, err = await process.communicate()
            raise AssertionError(f"{arguments} did not end: {err.decode()}") from None
        assert process.returncode is not None
        return Result(process.returncode, out.decode(), err.decode())

    async def tickets(self) -> list[dict[str, Any]]:
        """What `tickets --json` says; nothing where there is no database yet."""
        result = await self.command("tickets", "--json")
        return result.objects if result.status == 0 else []


class Running:
    """`anliegen run` in a process, with what it logs. An asynchronous context manager: it ends with SIGTERM."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.log: list[str] = []

    async def __aenter__(self) -> Running:
        self.process = await self.installation.start("run")
        self._reader = asyncio.create_task(self._read())
        await until(lambda: any("[started]" in line for line in self.log) or self.process.returncode is not None)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            await self.stop()

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode().rstrip())

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and return the exit status."""
        self.process.send_signal(number)
        status = await asyncio.wait_for(self.process.wait(), PATIENCE)
        await self._reader
        return status

    async def logged(self, words: str, times: int = 1) -> None:
        """Wait until that many lines hold these words."""
        await until(lambda: sum(words in line for line in self.log) >= times)


async def until(holds: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until it holds; fails after the patience."""
    deadline = asyncio.get_running_loop().time() + patience
    while not holds():
        assert asyncio.get_running_loop().time() < deadline, "waited in vain"
        await asyncio.sleep(0.05)


def _toml(raw: dict[str, Any]) -> str:
    """Enough TOML for test configurations."""
    lines: list[str] = []
    for key, value in raw.items():
        for table in value if isinstance(value, list) else [value]:
            lines.append(f"[[{key}]]" if isinstance(value, list) else f"[{key}]")
            lines += [f"{name} = {_value(inner)}" for name, inner in table.items()]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, (datetime, time)):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)
