"""What the commands share: where the configuration is, how tables look, how a number of seconds is run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from classifiers import Classifier
from daemon import config as configuration
from daemon import learning
from daemon.config import Config
from daemon.logs import printable
from daemon.policy import Policy
from daemon.rendering import Renderer
from daemon.store import Store


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
    """For people: colours only on a terminal, no markup in what mails say."""
    return Console(stderr=error, markup=False, highlight=False, soft_wrap=not sys.stdout.isatty())


def safe(text: object) -> str:
    """Text from a mail or the database, fit for a terminal."""
    return printable(str(text if text is not None else ""))


@contextmanager
def store(config: Config, *, read_only: bool) -> Iterator[Store]:
    """The configured database. Raises `StoreError`; a read-only one is never created."""
    opened = Store.open(config, read_only=read_only)
    try:
        yield opened
    finally:
        opened.close()


def policy(config: Config) -> Policy:
    """Texts and model for a command that judges mails; the model is trained where there is none."""
    return Policy(config, Renderer(config), model(config), b"")


def model(config: Config) -> Classifier:
    """The model in force, with progress shown while it is trained."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), console=Console(stderr=True), transient=True
    ) as progress:
        task = progress.add_task("loading the model", total=1.0)
        return learning.classifier(config, lambda words, part: progress.update(task, description=words, completed=part))
