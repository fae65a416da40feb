"""`anliegen outbox`: what is to be sent, what failed and why, and a person's word to send it after all."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import typer
from rich.table import Table

from daemon.cli.shared import Place, console, in_json, person, refuse, safe, store
from daemon.clock import SystemClock
from daemon.errors import AnliegenError
from daemon.model import DeliveryStatus
from daemon.records import stamp
from daemon.store.tickets import DeliveryView

app = typer.Typer(help="What is to be sent, what failed and why.", no_args_is_help=True, rich_markup_mode=None)

UNSETTLED = [status for status in DeliveryStatus if status is not DeliveryStatus.SENT]


@app.command("list")
def list_(
    context: typer.Context,
    status: list[DeliveryStatus] = typer.Option([], help="Only these states; otherwise all but sent and dismissed."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """List deliveries that are not settled: waiting, in doubt, refused, withheld."""
    place: Place = context.obj
    config = place.load()
    with store(config, read_only=True) as opened:
        listed = opened.tickets.outbox(status or UNSETTLED)
        pauses = opened.watch.pauses()
    found = [view for view in listed if status or view.dismissed_at is None]
    if as_json:
        for view in found:
            typer.echo(in_json(asdict(view), default=_plain))
        return
    out = console()
    table = Table("id", "ticket", "target", "status", "tries", "next", "why", box=None)
    for view in found:
        due = f"{view.not_before.astimezone(config.organisation.zone):%m-%d %H:%M}" if view.not_before else "–"
        table.add_row(
            str(view.id), view.ticket or "–", view.target, _state(view), str(view.attempts), due, safe(view.why)
        )
    out.print(table if found else _nothing(listed))
    for pause in pauses:
        out.print(
            f"{pause.door} is in trouble since {pause.since.astimezone(config.organisation.zone):%Y-%m-%d %H:%M}: {safe(pause.why)}"
        )


def _nothing(dismissed: list[DeliveryView]) -> str:
    """What is said where nothing waits."""
    if not dismissed:
        return "Everything is sent."
    states = " ".join(f"--status {status}" for status in sorted({view.status for view in dismissed}))
    return f"Nothing waits; {len(dismissed)} dismissed ({states})."


def _state(view: DeliveryView) -> str:
    return f"{view.status}, dismissed" if view.dismissed_at else view.status


@app.command("retry")
def retry(
    context: typer.Context,
    ids: list[int] = typer.Argument(None, metavar="ID…", help="Ids from `outbox list`."),
    ticket: str | None = typer.Option(None, help="The acknowledgement of this ticket."),
) -> None:
    """Let deliveries go out (again): refused ones, doubtful ones, and withheld acknowledgements."""
    from daemon import desk
    from daemon.cli.judging import texts

    place: Place = context.obj
    config = place.load()
    refuse([] if ids or ticket else ["outbox retry: name the ids to send, or --ticket NUMBER."])
    with store(config, read_only=False) as opened:
        wanted = list(ids or [])
        if ticket is not None:
            view = opened.tickets.find(ticket)
            if view is None or view.acknowledgement is None:
                raise AnliegenError(f"Ticket {ticket} has no acknowledgement that could be sent.")
            wanted.append(view.acknowledgement.id)
        freed = desk.release(opened, texts(config), wanted, SystemClock().now(), person())
    for delivery in freed:
        console().print(f"{delivery}: goes out with the next round.")
    if left := [str(delivery) for delivery in dict.fromkeys(wanted) if delivery not in freed]:
        raise AnliegenError(
            f"{', '.join(left)}: cannot be sent: not in the outbox, sent already, on its way, without an address, "
            "or no longer kept (`anliegen tickets set NUMBER --department KEY` sends a lost forward once more)."
        )


@app.command("dismiss")
def dismiss(
    context: typer.Context, ids: list[int] = typer.Argument(metavar="ID…", help="Ids from `outbox list`.")
) -> None:
    """Say that a person has looked, and that nothing more is to be done: `status` no longer speaks of them."""
    place: Place = context.obj
    with store(place.load(), read_only=False) as opened:
        done = opened.by_hand.dismiss(ids, SystemClock().now(), person())
    for delivery in done:
        console().print(f"{delivery}: dismissed.")
    if left := [str(delivery) for delivery in dict.fromkeys(ids) if delivery not in done]:
        raise AnliegenError(
            f"{', '.join(left)}: cannot be dismissed: only what is refused, withheld or in doubt for good waits for a "
            "person; all else goes out by itself."
        )


def _plain(value: object) -> str:
    return stamp(value) if isinstance(value, datetime) else str(value)
