"""`anliegen tickets`: list them, look at one, correct one."""

from __future__ import annotations

import asyncio
import getpass
import json
from datetime import UTC, date, datetime, time

import typer
from rich.table import Table

from daemon import desk
from daemon.app import SystemClock
from daemon.cli.shared import Place, console, policy, safe, store
from daemon.config import Config
from daemon.errors import AnliegenError, ConfigError
from daemon.model import Category, TicketStatus
from daemon.store.tickets import Changes, Filters, TicketView

app = typer.Typer(help="List tickets, show one, correct one.", invoke_without_command=True, rich_markup_mode=None)


@app.callback()
def tickets(
    context: typer.Context,
    department: str | None = typer.Option(None, help="Only the queue of this department (its key)."),
    category: Category | None = typer.Option(None, help="Only this category."),
    status: TicketStatus | None = typer.Option(None, help="Only tickets in this state."),
    since: str | None = typer.Option(None, help="Only received since: 2026-03-01 or 2026-03-01T08:00:00+01:00."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """List tickets, oldest first."""
    if context.invoked_subcommand is not None:
        return
    place: Place = context.obj
    config = place.load()
    if department is not None and department not in {d.key for d in config.department}:
        raise ConfigError([f'--department: there is no department "{department}".'])
    filters = Filters(department, category, status, _since(since, config))
    with store(config, read_only=True) as opened:
        found = opened.tickets.all(filters)
        if as_json:
            for view in found:
                typer.echo(json.dumps(desk.ticket_json(view), ensure_ascii=False))
        else:
            console().print(_table(list(found), config))


@app.command("show")
def show(context: typer.Context, number: str = typer.Argument(help="The ticket's number.")) -> None:
    """Show one ticket: why it lies where it lies, what was sent, and its history."""
    place: Place = context.obj
    config = place.load()
    with store(config, read_only=True) as opened:
        view = opened.tickets.find(number)
        if view is None:
            raise AnliegenError(f"There is no ticket {number}: `anliegen tickets` lists them.")
        out = console()
        out.print(json.dumps(desk.ticket_json(view) | {"reasons": view.row.reasons}, ensure_ascii=False, indent=2))
        for line in opened.tickets.history(number):
            change = " → ".join(safe(word) for word in (line.old, line.new) if word)
            out.print(
                f"{line.at.astimezone(config.organisation.zone):%Y-%m-%d %H:%M} {line.actor:10} {line.what} {change}"
            )


@app.command("set")
def set_(
    context: typer.Context,
    number: str = typer.Argument(help="The ticket's number."),
    category: Category | None = typer.Option(None, help="What it really is."),
    department: str | None = typer.Option(None, help="Whose it really is (a department's key)."),
    status: TicketStatus | None = typer.Option(None, help="open, waiting or closed."),
    note: str | None = typer.Option(None, help="A note for the history."),
) -> None:
    """Correct a ticket. A new department gets its deliveries; the classifier learns from it."""
    place: Place = context.obj
    config = place.load()
    if department is not None and department not in {d.key for d in config.department}:
        raise ConfigError([f'--department: there is no department "{department}".'])
    changes = Changes(category, department, status, note)
    if changes == Changes():
        raise ConfigError(["tickets set: name what to change: --category, --department, --status or --note."])
    with store(config, read_only=False) as opened:
        if opened.tickets.find(number) is None:
            raise AnliegenError(f"There is no ticket {number}: `anliegen tickets` lists them.")
        asyncio.run(desk.correct(opened, policy(config), number, changes, SystemClock().now(), getpass.getuser()))
    console().print(f"{number}: recorded.")


def _since(text: str | None, config: Config) -> datetime | None:
    if text is None:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), config.organisation.zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            [f'--since: "{text}" is not a date like 2026-03-01 or a moment like 2026-03-01T08:00:00+01:00.']
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=config.organisation.zone)


def _table(views: list[TicketView], config: Config) -> Table:
    table = Table("number", "received", "category", "queue", "status", "acknowledgement", "subject", box=None)
    for view in views:
        row, ack = view.row, view.acknowledgement
        local = row.received_at.astimezone(config.organisation.zone)
        guess = "?" if row.unsure else ""
        said = (
            f"withheld: {row.ack_withheld}"
            if row.ack_withheld and (ack is None or ack.status == "withheld")
            else ack.status
            if ack
            else "–"
        )
        table.add_row(
            row.number,
            f"{local:%Y-%m-%d %H:%M}",
            row.category + guess,
            row.queue,
            row.status,
            said,
            safe(row.subject)[:60],
        )
    return table
