"""`anliegen db upgrade`: bring the schema to this release."""

from __future__ import annotations

from contextlib import closing

import typer

from daemon.cli.shared import Place, console
from daemon.clock import SystemClock
from daemon.store import Store

app = typer.Typer(help="The database's schema.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """The database's schema."""


@app.command("restored")
def restored(context: typer.Context) -> None:
    """Say that the database was put back from a copy that `anliegen backup` did not make (pg_dump, a snapshot)."""
    place: Place = context.obj
    with closing(Store.open(place.load(), create=False)) as opened:
        opened.mark_restored(SystemClock().now())
    console().print("With its next start the daemon leaves every delivery that is open to a person.")


@app.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Run the schema migrations; makes the database where there is none. `run` does it by itself on SQLite."""
    place: Place = context.obj
    with closing(Store.open(place.load())) as opened:
        version = opened.database.migrate()
    console().print(f"The schema is at version {version}.")
