"""`anliegen tickets`: list them, look at one, correct one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import typer
from rich.table import Column, Table

from daemon import records
from daemon.cli import aside, page
from daemon.cli.shared import Place, console, in_json, person, refuse, safe, store
from daemon.clock import SystemClock
from daemon.config import Config
from daemon.errors import AnliegenError
from daemon.model import Category, TicketStatus
from daemon.store.tickets import Changes, Filters, TicketView
from daemon.tables import TicketRow

app = typer.Typer(help="List tickets, show one, correct one.", invoke_without_command=True, rich_markup_mode=None)
app.command("aside")(aside.aside)
app.command("adopt")(aside.adopt)


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
    refuse([*_unknown(department, config), *_no_moment(since)])
    filters = Filters(department, category, status, _moment(since, config) if since else None)
    with store(config, read_only=True) as opened:
        found = opened.tickets.all(filters)
        if as_json:
            for view in found:
                typer.echo(in_json(records.ticket(view)))
        else:
            console().print(_table(list(found), config))


@app.command("show")
def show(
    context: typer.Context,
    number: str = typer.Argument(help="The ticket's number."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
) -> None:
    """Show one ticket: why it lies where it lies, what was sent, and its history."""
    place: Place = context.obj
    config = place.load()
    with store(config, read_only=True) as opened:
        view = opened.tickets.find(number)
        if view is None:
            raise AnliegenError(f"There is no ticket {number}: `anliegen tickets` lists them.")
        history = opened.tickets.history(number)
    if as_json:
        typer.echo(in_json(records.ticket(view) | {"reasons": view.row.reasons, "history": records.history(history)}))
    else:
        console().print("\n".join(page.lines(view, history, config)), soft_wrap=True)


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
    from daemon import desk
    from daemon.cli.judging import policy

    place: Place = context.obj
    config = place.load()
    changes = Changes(category, department, status, note)
    refuse([*_unknown(department, config), *_nothing(changes)])
    with store(config, read_only=False) as opened:
        if opened.tickets.find(number) is None:
            raise AnliegenError(f"There is no ticket {number}: `anliegen tickets` lists them.")
        asyncio.run(desk.correct(opened, policy(config), number, changes, SystemClock().now(), person()))
    console().print(f"{number}: recorded.")


def _unknown(department: str | None, config: Config) -> Iterator[str]:
    if department is not None and department not in {d.key for d in config.department}:
        known = ", ".join(d.key for d in config.department)
        yield f'--department: there is no department "{department}"; one of {known}.'


def _nothing(changes: Changes) -> Iterator[str]:
    if changes == Changes():
        yield "tickets set: name what to change: --category, --department, --status or --note."
    if changes.note is not None and not changes.note.strip():
        yield "--note: is empty; write what the history should say."


def _no_moment(text: str | None) -> Iterator[str]:
    try:
        datetime.fromisoformat(text or "2026-03-01")
    except ValueError:
        yield f'--since: "{text}" is not a date like 2026-03-01 or a moment like 2026-03-01T08:00:00+01:00.'


def _moment(text: str, config: Config) -> datetime:
    """A day begins, and a moment without an offset lies, in the organisation's zone."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=config.organisation.zone)).astimezone(UTC)


def _table(views: list[TicketView], config: Config) -> Table:
    table = Table(
        *(Column(name, no_wrap=True) for name in ("number", "received", "category", "queue", "status")),
        *(Column(name, no_wrap=True, overflow="ellipsis") for name in ("acknowledgement", "subject")),
        box=None,
    )
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
            _queue(row),
            row.status,
            said,
            safe(row.subject)[:60],
        )
    return table


def _queue(row: TicketRow) -> str:
    """Whose it is; behind it whose it may be, where that is a guess."""
    if not row.department_unsure:
        return row.queue
    return f"{row.queue}?" if row.department == row.queue else f"{row.queue} ({row.department}?)"
