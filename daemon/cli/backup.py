"""`anliegen backup`: a copy of the database that knows that it is one."""

from __future__ import annotations

from pathlib import Path

import typer

from daemon.cli.shared import Place, console, store
from daemon.clock import SystemClock


def backup(
    context: typer.Context, file: Path = typer.Argument(metavar="FILE", help="Written anew; replaced where it exists.")
) -> None:
    """Copy the SQLite database consistently, also while the daemon runs. Put back, it sends nothing a second time."""
    place: Place = context.obj
    with store(place.load(), read_only=True) as opened:
        opened.database.backup(file, SystemClock().now())
    console().print(
        f"{file} holds everything up to now. To restore: stop the daemon, put it in the database's place, start."
    )
