"""What the commands share: where the configuration is, how tables look, who is typing. Loaded by every command."""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from daemon import config as configuration
from daemon.config import Config
from daemon.errors import ConfigError
from daemon.logs import printable
from daemon.store import Store

#: Characters of a line where no terminal says how many it has: nothing is wrapped or cut in a pipe or a file.
UNBOUNDED = 10_000
#: The actor of what the program does by itself; a person at the prompt always goes by another name.
DAEMON = "anliegen"
#: Controls, bidi and zero-width characters, halves of characters: in JSON they stand as escapes.
UNPRINTABLE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the configuration is, found when it is asked for."""

    explicit: Path | None

    @classmethod
    def named(cls, text: str | None) -> Place:
        return cls(Path(text) if text is not None else None)

    @property
    def path(self) -> Path:
        return configuration.find(self.explicit)

    def load(self) -> Config:
        """Raises `ConfigError` with all problems."""
        return configuration.load(self.path)


def console(*, error: bool = False) -> Console:
    """For people: colours and wrapping only on a terminal, no markup in what mails say."""
    out = Console(stderr=error, markup=False, highlight=False)
    return out if out.is_terminal else Console(stderr=error, markup=False, highlight=False, width=UNBOUNDED)


def safe(text: object) -> str:
    """Text from a mail or the database, fit for a terminal."""
    return printable(str(text if text is not None else ""))


def in_json(value: object, *, indent: int | None = None, default: Callable[[object], str] | None = None) -> str:
    """JSON that loses nothing and takes over no terminal: what could do so stands as its `\\u` escape."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=default)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def person() -> str:
    """Who is at the prompt, for a ticket's history: the person behind sudo, else the user."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = f"uid {os.getuid()}"
    return "administrator" if name in ("root", DAEMON) else name


def refuse(problems: list[str]) -> None:
    """End with status 2 where there are problems. Raises `ConfigError`."""
    if problems:
        raise ConfigError(problems)


@contextmanager
def store(config: Config, *, read_only: bool) -> Iterator[Store]:
    """The configured database, which has to be there: only `run` and `db upgrade` make one. Raises `StoreError`."""
    opened = Store.open(config, read_only=read_only, create=False)
    try:
        yield opened
    finally:
        opened.close()


def write(data: bytes) -> None:
    """A mail's octets to standard output: as they are, but on a terminal without what could take it over."""
    if sys.stdout.isatty():
        lines = data.decode("utf-8", "replace").splitlines()
        sys.stdout.write("".join(f"{safe(line)}\n" for line in lines))
    else:
        sys.stdout.buffer.write(data)
