"""What commands share that judge mail or write to citizens: texts and the model, with a bar while they load.

Loading what this module needs takes longer than most commands do: they load it when it is called for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn

from classifiers import Classifier
from daemon import learning
from daemon.cli.shared import console, refuse, store
from daemon.config import Config
from daemon.errors import StoreError
from daemon.policy import Policy
from daemon.rendering import Renderer


def policy(config: Config) -> Policy:
    """Texts and model for a command that judges mails; the model is trained where there is none.

    Raises `ConfigError` where a template does not render.
    """
    renderer = Renderer(config)
    refuse(renderer.check())
    with progress("loading the model") as report:
        model = _in_force(config, report)
    return Policy(config, renderer, model, b"")


def _in_force(config: Config, report: Callable[[str, float], None]) -> Classifier:
    """The model that the daemon decides with; the shipped corpus' own where no database says which."""
    try:
        with store(config, read_only=True) as opened:
            return learning.in_force(opened, config, report)
    except StoreError:  # none yet, or out of reach: looking at a mail needs no database
        return learning.classifier(config, report)


def texts(config: Config) -> Policy:
    """Texts without the model, for a command that writes and judges nothing. Raises `ConfigError`."""
    renderer = Renderer(config)
    refuse(renderer.check())
    return Policy(config, renderer, _Nobody(), b"")  # type: ignore[arg-type]  # nothing is asked of it


class _Nobody:
    """Stands where a model would."""


@contextmanager
def progress(words: str) -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error for work that takes long; takes words and the part (0 to 1) that is done."""
    out = console(error=True)
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), console=out, transient=True, disable=not out.is_terminal
    )
    with bars:
        task = bars.add_task(words, total=1.0)
        yield lambda now, part: bars.update(task, description=now, completed=part)
