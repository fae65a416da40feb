"""`anliegen db upgrade`: bring the schema to this release."""

from __future__ import annotations

import typer

from daemon.cli.shared import Place, console, store

app = typer.Typer(help="The database's schema.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """The database's schema."""


@app.command("upgrade")
def upgrade(context: typer.Context) -> None:
    """Run the schema migrations. `run` does it by itself on SQLite."""
    place: Place = context.obj
    with store(place.load(), read_only=False) as opened:
        version = opened.database.migrate()
    console().print(f"The schema is at version {version}.")
