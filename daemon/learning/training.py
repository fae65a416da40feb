"""Makes a model from the shipped corpus and what staff taught, and lets it prove itself before it decides.

By night (`retrain`) only where something new was taught, once over all workers, and never over a model that a
person pinned. The work is a child process's (`classifiers.apart`).
"""

from __future__ import annotations

import logging
import tempfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers import Classifier, ModelError, encoder, storage
from classifiers.apart import SECONDS, Outcome, train_apart
from daemon import allocator
from daemon.config import Config
from daemon.errors import ModelTrouble
from daemon.lane import Lane
from daemon.learning.lessons import lessons
from daemon.learning.shelf import Shelf
from daemon.logs import event
from daemon.store import Store
from daemon.store.lessons import Marks
from daemon.store.models import IN_FORCE, SHIPPED, Ended, Figure
from daemon.tables import ModelRow

if TYPE_CHECKING:
    from daemon.app import App

log = logging.getLogger(__name__)

#: A training that began so long ago and has not ended never will.
PATIENCE = timedelta(seconds=SECONDS + 600)

Progress = Callable[[str, float], None]


async def retrain(app: App) -> None:
    """By night: train where something new was taught."""
    if not app.config.classification.retrain:
        return
    row = await app.database.run(app.store.models.begin, app.worker, app.clock.now(), PATIENCE, unasked=True)
    if row is not None:
        await train(app.store, app.database, app.config, row, hurry=False)


async def train(
    store: Store,
    database: Lane,
    config: Config,
    row: ModelRow,
    *,
    tried: bool = True,
    hurry: bool = True,
    progress: Progress | None = None,
) -> Ended:
    """Carry out a training that was begun, and note how it ended. Never raises for what went wrong in it."""
    try:
        ended, count = await _trained(store, database, config, row, tried=tried, hurry=hurry, progress=progress)
    except (ModelError, OSError) as error:
        ended, count = Ended("failed", str(error)), 0
    except BaseException:
        await database.run(store.models.end, row.id or 0, Ended("failed", "It was stopped."), 0)
        raise
    await database.run(store.models.end, row.id or 0, ended, count)
    allocator.give_back_now()
    level = logging.WARNING if ended.status == "failed" else logging.INFO
    event(log, level, "model", ended.why or "A new model is in force.", training=row.id, status=ended.status)
    return ended


async def _trained(
    store: Store,
    database: Lane,
    config: Config,
    row: ModelRow,
    *,
    tried: bool,
    hurry: bool,
    progress: Progress | None,
) -> tuple[Ended, int]:
    """What came of the child's work, and how many lessons there were."""
    current = await database.run(store.models.in_force)
    known = Marks(current.events_until, current.lessons_until) if current else Marks()
    corrected = await database.run(store.lessons.corrected, row.events_until)
    taught = await database.run(store.lessons.given, row.lessons_until)
    chosen = lessons(corrected, taught, config, known)
    shelf = Shelf(config)
    with tempfile.TemporaryDirectory(prefix="anliegen-model-") as folder:
        ended = _judged(  # which packs the model: it is let go before it is stored
            await train_apart(
                Path(folder),
                chosen,
                current=next((place for name in reversed(shelf_names(current)) if (place := shelf.find(name))), None),
                tried=tried and any(lesson.new for lesson in chosen),
                hurry=hurry,
                progress=progress,
            )
        )
    return ended, len(chosen)


def _judged(outcome: Outcome) -> Ended:
    figures = tuple(Figure(**asdict(each), new=each.new) for each in outcome.found)
    if outcome.files is None:
        why = f"The new model was worse on texts held back ({told(figures)}): the old one stays."
        return Ended("refused", why, figures)
    encoder.let_go()  # what is packed and stored now is as large; the new model loads it again
    name = storage.Manifest.model_validate_json(outcome.files.manifest).id
    return Ended(IN_FORCE, None, figures, name, outcome.files.manifest, zlib.compress(outcome.files.weights))


def told(figures: Iterable[Figure]) -> str:
    """What was compared, in words: right answers of the old and of the new model."""
    return ", ".join(
        f"{each.question} of the {each.part} {each.old} → {each.new} of {each.texts}" for each in figures if each.texts
    )


async def remake(
    store: Store,
    database: Lane,
    thinking: Lane,
    config: Config,
    row: ModelRow | None,
    *,
    hurry: bool,
    progress: Progress | None = None,
) -> Classifier:
    """Train again what cannot be read: the model in force, from what it had learnt. Raises `ModelTrouble`.

    Nothing is proven anew: it was when it came into force. Kept on this machine alone, since another may run
    another release.
    """
    chosen = []
    if row is not None:
        corrected = await database.run(store.lessons.corrected, row.events_until)
        taught = await database.run(store.lessons.given, row.lessons_until)
        chosen = lessons(corrected, taught, config)
    what = f"the shipped corpus and {len(chosen)} lessons" if chosen else "the shipped corpus"
    event(log, logging.INFO, "model", f"It is trained from {what}; that takes up to a minute.")
    with tempfile.TemporaryDirectory(prefix="anliegen-model-") as folder:
        try:
            await train_apart(Path(folder), chosen, hurry=hurry, progress=progress)
            Shelf(config).keep(shelf_names(row)[-1], lambda place: _copy(Path(folder), place))
            return await thinking.run(Classifier.load, Path(folder))
        except ModelError as error:
            raise ModelTrouble(str(error)) from error


def _copy(folder: Path, place: Path) -> None:
    files = storage.take(folder)
    storage.put(files.manifest, [files.weights], place)


def shelf_names(row: ModelRow | None) -> tuple[str, ...]:
    """What a model is called on the shelf: as it was made, and as this release made it again."""
    if row is None or row.name == SHIPPED:
        return (storage.kind(),)
    return row.name, f"{row.name}-again-{storage.kind()}"
