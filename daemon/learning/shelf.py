"""Models on this machine's disk: the state folder, else the user's cache. One folder for each, by its name.

The shipped corpus' own model is named after format, corpus and libraries (`classifiers.storage.kind`): two
checkouts or users with one cache keep theirs side by side. The last few are kept; any can be made anew.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from classifiers import Classifier, ModelError, storage, train
from daemon.config import Config
from daemon.logs import event

log = logging.getLogger(__name__)

#: How many models a folder keeps.
KEPT = 6

Progress = Callable[[str, float], None]


class Shelf:
    """The folders in which models may lie."""

    def __init__(self, config: Config) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.folders = [config.path(config.worker.state_folder) / "model", cache / "anliegen" / "model"]

    def find(self, name: str) -> Path | None:
        """Where the model of that name lies."""
        return next((folder / name for folder in self.folders if (folder / name).exists()), None)

    def load(self, name: str) -> Classifier | None:
        """The model of that name; None where there is none, or none that can be used, which is logged."""
        for folder in (folder / name for folder in self.folders):
            if not folder.exists():
                continue
            try:
                found = Classifier.load(folder)
            except ModelError as error:
                event(log, logging.WARNING, "model", str(error))
                continue
            with suppress(OSError):  # read last, let go last
                os.utime(folder)
            return found
        return None

    def keep(self, name: str, write: Callable[[Path], None]) -> Path | None:
        """Have a model written under that name in the first folder that takes it; None where none does."""
        for folder in self.folders:
            try:
                write(folder / name)
            except OSError:
                continue
            _let_go(folder, name)
            return folder / name
        event(log, logging.WARNING, "model", "No folder takes the model: make worker.state_folder writable.")
        return None


def shipped(config: Config) -> Classifier | None:
    """The shipped corpus' own model where it lies ready."""
    return Shelf(config).load(storage.kind())


def classifier(config: Config, progress: Progress | None = None) -> Classifier:
    """The shipped corpus' own model; trained in this process where none can be used. Takes up to a minute then."""
    found = shipped(config)
    if found is None:
        event(log, logging.INFO, "model", "It is trained from the shipped corpus; that takes up to a minute.")
        found = train(progress=progress)
        Shelf(config).keep(storage.kind(), found.save)
    return found


def _let_go(folder: Path, name: str) -> None:
    """Delete all but the models used last; another process may be doing the same."""
    with suppress(OSError):
        others = [each for each in folder.iterdir() if each.is_dir() and each.name != name]
        for old in sorted(others, key=lambda each: each.stat().st_mtime, reverse=True)[KEPT - 1 :]:
            shutil.rmtree(old, ignore_errors=True)
