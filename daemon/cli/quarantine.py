"""`anliegen quarantine`: messages that could not be read, and the way back."""

from __future__ import annotations

import asyncio

import typer
from rich.table import Table

from daemon import records
from daemon.cli.shared import Place, console, in_json, refuse, safe, store, write
from daemon.clock import SystemClock
from daemon.errors import AnliegenError
from daemon.store import Store
from daemon.tables import QuarantineRow

app = typer.Typer(help="Messages that could not be processed.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(
    context: typer.Context,
    everything: bool = typer.Option(False, "--all", help="Also those that were retried or dismissed."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """List what waits for a person, with the reason."""
    place: Place = context.obj
    config = place.load()
    with store(config, read_only=True) as opened:
        rows = opened.quarantine.all(None if everything else "waiting")
    if as_json:
        for row in rows:
            typer.echo(in_json(records.quarantined(row)))
        return
    table = Table("id", "received", "size", "status", "reason", box=None)
    for row in rows:
        local = row.received_at.astimezone(config.organisation.zone)
        table.add_row(str(row.id), f"{local:%Y-%m-%d %H:%M}", str(row.size), row.status, safe(row.reason))
    console().print(table if rows else "Quarantine is empty.")


@app.command("show")
def show(context: typer.Context, number: int = typer.Argument(metavar="ID")) -> None:
    """Write the message's own octets to standard output."""
    place: Place = context.obj
    with store(place.load(), read_only=True) as opened:
        row = _row(opened, number)
    if row.data is None:
        raise AnliegenError(
            f"{number}: the message is too large for the database; it lies in the mailbox, sha256 {row.sha256}."
        )
    write(row.data)


@app.command("retry")
def retry(
    context: typer.Context,
    ids: list[int] = typer.Argument(None, metavar="ID…"),
    everything: bool = typer.Option(False, "--all", help="Everything that waits."),
) -> None:
    """Read messages again, for example after an upgrade; what succeeds becomes what it is."""
    from daemon import desk
    from daemon.cli.judging import policy

    place: Place = context.obj
    config = place.load()
    refuse([] if ids or everything else ["quarantine retry: name the ids, or --all."])
    failed = 0
    with store(config, read_only=False) as opened:
        wanted = [row.id or 0 for row in opened.quarantine.all()] if everything else list(dict.fromkeys(ids))
        for number in wanted:
            _unread(opened, number)
        judged_by = policy(config) if wanted else None
        for number in wanted:
            assert judged_by is not None
            trouble = asyncio.run(desk.read_again(opened, judged_by, _unread(opened, number), SystemClock().now()))
            failed += trouble is not None
            console().print(f"{number}: {trouble or 'read; its ticket is up to date.'}")
    if failed:
        raise AnliegenError(f"{failed} of {len(wanted)} stay in quarantine until a person has looked at them.")


@app.command("dismiss")
def dismiss(context: typer.Context, ids: list[int] = typer.Argument(metavar="ID…")) -> None:
    """Say that nothing more is to be done; octets and reason are kept."""
    place: Place = context.obj
    with store(place.load(), read_only=False) as opened:
        done = {row.id for row in opened.quarantine.mark(ids, "dismissed")}
    for number in sorted(number for number in done if number is not None):
        console().print(f"{number}: dismissed.")
    if left := [str(number) for number in dict.fromkeys(ids) if number not in done]:
        raise AnliegenError(
            f"{', '.join(left)}: is not in quarantine, or was read already; `anliegen quarantine list` shows what waits."
        )


def _row(opened: Store, number: int) -> QuarantineRow:
    row = opened.quarantine.find(number)
    if row is None:
        raise AnliegenError(
            f"There is nothing with the id {number} in quarantine: `anliegen quarantine list` shows what is."
        )
    return row


def _unread(opened: Store, number: int) -> QuarantineRow:
    row = _row(opened, number)
    if row.status == "retried":
        raise AnliegenError(f"{number}: has been read already; its ticket is up to date.")
    return row
