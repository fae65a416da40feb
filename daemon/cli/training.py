"""`anliegen train`: build the model."""

from __future__ import annotations

import asyncio

import typer

import classifiers
from classifiers import storage
from daemon import learning
from daemon.cli.judging import progress
from daemon.cli.shared import Place, console, person, store
from daemon.clock import SystemClock
from daemon.config import Config
from daemon.errors import AnliegenError
from daemon.lane import Lane
from daemon.store import Store
from daemon.store.database import sqlite_path
from daemon.store.lessons import Marks
from daemon.store.models import IN_FORCE


def train(
    context: typer.Context,
    untried: bool = typer.Option(False, "--untried", help="Put the new model in force without the comparison."),
) -> None:
    """Build the model from the shipped corpus and from what staff corrected; it decides if it is not worse."""
    place: Place = context.obj
    config = place.load()
    path = sqlite_path(config.database.url, config.base)
    if path is not None and not path.exists():
        _from_the_corpus(config)
        return
    with store(config, read_only=False) as opened:
        if opened.models.in_force() is None and opened.lessons.marks() == Marks():
            _from_the_corpus(config)
        else:
            _from_what_was_taught(opened, config, tried=not untried)


def _from_the_corpus(config: Config) -> None:
    """Nothing was taught yet, perhaps before the first start: the model is the corpus' own."""
    with progress("training") as report:
        model = classifiers.train(progress=report)
    folder = learning.Shelf(config).keep(storage.kind(), model.save)
    if folder is None:
        raise AnliegenError("No folder takes the model: make worker.state_folder writable for this user.")
    console().print(f"Model {model.id}, from the shipped corpus, is in {folder}.")


def _from_what_was_taught(opened: Store, config: Config, *, tried: bool) -> None:
    row = opened.models.begin(person(), SystemClock().now(), learning.PATIENCE, unasked=False)
    if row is None:
        raise AnliegenError("Another training is under way: `anliegen model` shows what came of it.")
    database = Lane("database")
    try:
        with progress("training") as report:
            ended = asyncio.run(learning.train(opened, database, config, row, tried=tried, progress=report))
    finally:
        database.close()
    if ended.status != IN_FORCE:
        raise AnliegenError(ended.why or "The training failed; the old model stays.")
    told = learning.told(ended.figures) or "not compared"
    console().print(f"Model {ended.name} is in force ({told}). A running daemon takes it within seconds.")
