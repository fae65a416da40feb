"""Which model decides: the one that the database says, on every worker, without a restart.

What cannot be read (broken, foreign, of another release) is refused with a sentence and trained again from what
it had learnt; until then the daemon goes on with the model that it has.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers import Classifier, ModelError, encoder, storage
from daemon import allocator
from daemon.config import Config
from daemon.errors import AnliegenError, StoreError
from daemon.lane import Lane
from daemon.learning.shelf import Shelf
from daemon.learning.training import Progress, remake, shelf_names
from daemon.logs import event
from daemon.store import Store
from daemon.store.models import SHIPPED, inflated
from daemon.tables import ModelRow

if TYPE_CHECKING:
    from daemon.app import App

log = logging.getLogger(__name__)

#: Seconds between two looks at the database.
LOOK_SECONDS = 10.0


async def current(
    store: Store, database: Lane, thinking: Lane, config: Config, progress: Progress | None = None
) -> tuple[int | None, Classifier]:
    """The number of the model in force (None: the shipped corpus' own) and the model. Raises `AnliegenError`s."""
    row = await database.run(store.models.in_force)
    return _number(row), await _model(store, database, thinking, config, row, hurry=True, progress=progress)


def in_force(store: Store, config: Config, progress: Progress | None = None) -> Classifier:
    """The same for a command, which has no threads of its own. Raises `AnliegenError`s."""
    database, thinking = Lane("database"), Lane("thinking")
    try:
        return asyncio.run(current(store, database, thinking, config, progress))[1]
    finally:
        database.close()
        thinking.close()


async def keep_up(app: App) -> None:
    """Look every few seconds, until cancelled, whether another model is in force."""
    await _warm_up(app)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        with suppress(StoreError):  # whoever needs the database more says so
            await follow(app)


async def _warm_up(app: App) -> None:
    """Load for the daemon what would make its first mail wait; commands load what they need."""
    try:
        await app.thinking.run(app.policy.classifier.warm_up)
    except Exception as error:  # the mails will say what is wrong with it, and go to a person
        why = "What the model needs could not be loaded ahead: it is tried again with the first mail."
        event(log, logging.WARNING, "model", why, error=type(error).__name__)


async def follow(app: App) -> None:
    """Take the model that is in force now, where it is another than ours."""
    row = await app.database.run(app.store.models.in_force)
    number = _number(row)
    if number == app.model:
        return
    await app.thinking.run(encoder.let_go)  # for a moment there are two models (decision 0251)
    try:
        await _take(app, row, number)
    finally:
        allocator.give_back_now()  # what the old model leaves is what the encoder takes
        await _warm_up(app)
        allocator.give_back_now()


async def _take(app: App, row: ModelRow | None, number: int | None) -> None:
    try:
        found = await _model(app.store, app.database, app.thinking, app.config, row, hurry=False)
    except StoreError:
        raise
    except AnliegenError as error:
        app.model = number  # one try: the next model is followed again
        event(log, logging.ERROR, "model", f"{error} The daemon goes on with the model that it has.", number=number)
        return
    app.model = number
    app.policy = replace(app.policy, classifier=found)
    event(log, logging.INFO, "model", "Another model decides from now on.", number=number, model=found.id)


def _number(row: ModelRow | None) -> int | None:
    """Whether it stands in a row or not, the shipped corpus' own model is the same."""
    return None if row is None or row.name == SHIPPED else row.id


async def _model(
    store: Store,
    database: Lane,
    thinking: Lane,
    config: Config,
    row: ModelRow | None,
    *,
    hurry: bool,
    progress: Progress | None = None,
) -> Classifier:
    for name in shelf_names(row):
        if found := await thinking.run(Shelf(config).load, name):
            return found
    if row is not None and (found := await _fetched(store, database, thinking, config, row)):
        return found
    return await remake(store, database, thinking, config, row, hurry=hurry, progress=progress)


async def _fetched(store: Store, database: Lane, thinking: Lane, config: Config, row: ModelRow) -> Classifier | None:
    """The model as another worker left it in the database; None where it is not there or refused."""
    try:
        stored = await database.run(store.models.files, row.id or 0)
        if stored is None:
            return None
        place = await thinking.run(_lay_down, Shelf(config), shelf_names(row)[0], *stored)
        del stored  # what is packed is not held while what was in it is loaded
        return await thinking.run(Classifier.load, place) if place else None
    except (ModelError, ValueError) as error:
        event(log, logging.WARNING, "model", str(error))
        return None


def _lay_down(shelf: Shelf, name: str, manifest: bytes, packed: bytes) -> Path | None:
    return shelf.keep(name, lambda folder: storage.put(manifest, inflated(packed), folder))
