"""`anliegen train` and `anliegen evaluate`: build the model, measure it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import typer

import classifiers
from classifiers import Example
from daemon import learning
from daemon.cli.shared import Place, console, progress, refuse
from daemon.config import Config
from daemon.errors import AnliegenError
from daemon.store import Store


def train(context: typer.Context) -> None:
    """Build the model from the shipped corpus and from what staff corrected. Takes up to a minute."""
    place: Place = context.obj
    config = place.load()
    examples = _corrections(config)
    with progress("training") as report:
        model = classifiers.train(examples, report)
    folder = learning.keep(model, config)
    if folder is None:
        raise AnliegenError("No folder takes the model: make worker.state_folder writable for this user.")
    console().print(
        f"Model {model.id}, with {len(examples)} corrections, is in {folder}. A running daemon takes it at its next start."
    )


def _corrections(config: Config) -> list[Example]:
    """None where there is no database yet: the model may be built before the first start."""
    from daemon.store.database import sqlite_path

    path = sqlite_path(config.database.url, config.base)
    if path is not None and not path.exists():
        return []
    opened = Store.open(config, read_only=True)
    try:
        return list(learning.corrections(opened, config))
    finally:
        opened.close()


def evaluate(
    html: Path | None = typer.Option(None, metavar="FILE", help="Write the report with its curves there, too."),
    as_json: bool = typer.Option(False, "--json", help="Print the figures as one JSON object."),
) -> None:
    """Measure the model by cross-validation on the corpus: precision, recall and F1 by category, topic and language."""
    if html is not None:
        refuse(_unwritable(html))
    with progress("evaluating") as step:
        report = classifiers.evaluate(progress=step)
    typer.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.text())
    if html is not None:
        html.write_text(report.html(), "utf-8")
        console(error=True).print(f"The report is in {html}.")


def _unwritable(file: Path) -> list[str]:
    """Said before the minutes of measuring, not after."""
    fit = os.access(file, os.W_OK) and not file.is_dir() if file.exists() else os.access(file.parent, os.W_OK)
    return [] if fit else [f"--html: {file} cannot be written: name a file in a folder that exists and is yours."]
