"""`anliegen train` and `anliegen evaluate`: build the model, measure it."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

import classifiers
from daemon import learning
from daemon.cli.shared import Place, console
from daemon.errors import AnliegenError
from daemon.store import Store


def train(context: typer.Context) -> None:
    """Build the model from the shipped corpus and from what staff corrected. Takes up to a minute."""
    place: Place = context.obj
    config = place.load()
    examples = []
    path = Store.open(config).database.path
    if path is None or path.exists():
        opened = Store.open(config, read_only=True)
        examples = list(learning.corrections(opened))
        opened.close()
    with _progress() as progress:
        task = progress.add_task("training", total=1.0)
        model = classifiers.train(
            examples, lambda words, part: progress.update(task, description=words, completed=part)
        )
    folder = learning.keep(model, config)
    if folder is None:
        raise AnliegenError("No folder takes the model: make worker.state_folder writable for this user.")
    console().print(
        f"Model {model.id}, with {len(examples)} corrections, is in {folder}. A running daemon takes it at its next start."
    )


def evaluate(
    context: typer.Context,
    html: Path | None = typer.Option(None, metavar="FILE", help="Write the report with its curves there, too."),
    as_json: bool = typer.Option(False, "--json", help="Print the figures as one JSON object."),
) -> None:
    """Measure the model by cross-validation on the corpus: precision, recall and F1 by category, topic and language."""
    with _progress() as progress:
        task = progress.add_task("evaluating", total=1.0)
        report = classifiers.evaluate(
            progress=lambda words, part: progress.update(task, description=words, completed=part)
        )
    typer.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.text())
    if html is not None:
        html.write_text(report.html(), "utf-8")
        console(error=True).print(f"The report is in {html}.")


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), console=Console(stderr=True), transient=True)
