"""The demonstration's town: its configuration file in a temporary folder, and the real daemon on it.

The daemon is a process of its own, started as an administrator would start it, so that nothing here can
be easier for it than in a town hall.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

from daemon import config as configuration
from daemon.config import Config

#: Seconds that the daemon has for its end: twice what it promises.
STOP_SECONDS = 20


def configure(folder: Path, *, imap_port: int, smtp_port: int, password: str, since: datetime, state: Path) -> Config:
    """Write `config.toml` into the folder and load it."""
    text = Template((files(__package__) / "config.toml").read_text("utf-8")).safe_substitute(
        imap_port=imap_port,
        smtp_port=smtp_port,
        password=password,
        since=since.isoformat(timespec="seconds"),
        state=state,
    )
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return configuration.load(path)


class Town:
    """`anliegen run` as a child process for the time of a `with` block; its log goes to `daemon.log`."""

    def __init__(self, folder: Path) -> None:
        self.config_path, self.log = folder / "config.toml", folder / "daemon.log"

    def __enter__(self) -> Self:
        # -P: a folder named `daemon` where the command was called from must not come before ours.
        # A session of its own: Ctrl-C reaches the demonstration alone, which then ends the daemon by SIGTERM.
        command = [sys.executable, "-P", "-m", "daemon"]
        environment = {name: value for name, value in os.environ.items() if name != "ANLIEGEN_CONFIG"}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
                [*command, "--config", str(self.config_path), "run"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=environment,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def exit_status(self) -> int | None:
        """None while the daemon runs."""
        return self._process.poll()
