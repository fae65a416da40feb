"""Where the model comes from: the state folder, the user's cache, or a new training."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from classifiers import Classifier, Example, ModelError, Text, train
from daemon.config import Config
from daemon.logs import event
from daemon.store import Store

log = logging.getLogger(__name__)

Progress = Callable[[str, float], None]


def folders(config: Config) -> list[Path]:
    """Where a model may lie: the state folder, then the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return [config.path(config.worker.state_folder) / "model", cache / "anliegen" / "model"]


def classifier(config: Config, progress: Progress | None = None) -> Classifier:
    """The model in force; trained from the shipped corpus where none can be used. Takes up to a minute then."""
    for folder in folders(config):
        if not folder.exists():
            continue
        try:
            return Classifier.load(folder)
        except ModelError as error:
            event(log, logging.WARNING, "model", str(error))
    event(log, logging.INFO, "model", "It is trained from the shipped corpus; that takes up to a minute.")
    fresh = train(progress=progress)
    keep(fresh, config)
    return fresh


def keep(model: Classifier, config: Config) -> Path | None:
    """Store a model in the first folder that takes it; None where none does (it is then trained each time)."""
    for folder in folders(config):
        try:
            model.save(folder)
        except OSError:
            continue
        return folder
    event(log, logging.WARNING, "model", "No folder takes the model: make worker.state_folder writable.")
    return None


def corrections(store: Store, config: Config) -> Iterator[Example]:
    """What staff corrected, as examples of this office's own.

    The model knows topics, not departments: a ticket of a department that answers for several, or that is no
    longer configured, cannot say which topic it is and teaches nothing.
    """
    topic_of = {each.key: each.covers[0] for each in config.department if len(each.covers) == 1}
    for ticket, message in store.tickets.corrected():
        if ticket.department not in topic_of:
            continue
        yield Example(
            text=Text(message.subject or "", message.text or ""),
            category=ticket.category,
            topic=topic_of[ticket.department],
            language=ticket.language,
            origin="office",
        )
