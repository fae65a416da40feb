"""`anliegen tickets aside` and `tickets adopt`: what opened no ticket, and a person's word that it should."""

from __future__ import annotations

import asyncio

import typer
from rich.table import Table

from daemon import records
from daemon.cli.shared import Place, console, in_json, safe, store
from daemon.clock import SystemClock
from daemon.errors import AnliegenError


def aside(
    context: typer.Context,
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """List what was set aside and opened no ticket: lists, spam, machines' mail."""
    place: Place = context.obj
    config = place.load()
    with store(config, read_only=True) as opened:
        rows = opened.aside.all(None)
    if as_json:
        for row in rows:
            typer.echo(in_json(records.aside(row)))
        return
    table = Table("id", "received", "kind", "because of", "from", "subject", box=None)
    for row in rows:
        local = row.received_at.astimezone(config.organisation.zone)
        told = (str(row.id), f"{local:%Y-%m-%d %H:%M}", row.kind, row.signal or "–")
        table.add_row(*told, safe(row.from_address), safe(row.subject)[:60])
    console().print(table if rows else "Nothing was set aside.")


def adopt(
    context: typer.Context, ids: list[int] = typer.Argument(metavar="ID…", help="Ids from `tickets aside`.")
) -> None:
    """Make tickets of messages that were set aside; nobody is acknowledged before `outbox retry` says so."""
    from daemon import desk
    from daemon.cli.judging import policy

    place: Place = context.obj
    config = place.load()
    with store(config, read_only=False) as opened:
        judged_by = policy(config)
        for number in ids:
            message = opened.aside.find(number)
            if message is None:
                raise AnliegenError(
                    f"Nothing with the id {number} is set aside: `anliegen tickets aside` shows what is."
                )
            ticket = asyncio.run(desk.adopt(opened, judged_by, message, SystemClock().now()))
            console().print(f"{number}: is ticket {ticket} now.")
