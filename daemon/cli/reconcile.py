"""`anliegen reconcile`: proof that every message in the mailboxes is accounted for."""

from __future__ import annotations

import asyncio

import typer

from daemon import reconciliation
from daemon.cli.judging import policy
from daemon.cli.shared import Place, console, store
from daemon.clock import SystemClock
from daemon.errors import AnliegenError, SourceError
from daemon.model import DeliveryStatus
from daemon.reconciliation import Comparison
from daemon.store import Store


def reconcile(
    context: typer.Context,
    repair: bool = typer.Option(False, "--repair", help="Import what is missing; none of it is acknowledged."),
) -> None:
    """Compare folder and processed folder of each mailbox with the database; 1 where a message is missing."""
    place: Place = context.obj
    config = place.load()
    missing, problems = 0, list[str]()
    with store(config, read_only=not repair) as opened:
        judged_by = policy(config) if repair else None
        for mailbox in config.mailbox:
            try:
                found = asyncio.run(reconciliation.compare(opened, config, mailbox, judged_by, SystemClock()))
            except SourceError as error:
                problems.append(str(error))
                continue
            _tell(opened, mailbox.name, found)
            missing += 0 if repair else len(found.missing)  # a repair that cannot import ends with its own error
    if missing:
        problems.append(f"{missing} messages are not recorded: `anliegen reconcile --repair` imports them.")
    if problems:
        raise AnliegenError("\n".join(problems))


def _tell(opened: Store, name: str, found: Comparison) -> None:
    out = console()
    out.print(f"{name}: {found.seen} messages, {found.accounted} accounted for, {len(found.missing)} missing.")
    for key in found.missing:
        out.print(f"  {key.folder}: UID {key.uid} (UIDVALIDITY {key.uidvalidity}) is not recorded.")
    for number in found.imported:
        view = opened.tickets.find(number)
        waiting = [d for d in view.deliveries if d.status == DeliveryStatus.WITHHELD] if view else []
        what = "not acknowledged" if all(d.target == "acknowledgement" for d in waiting) else "nothing was sent for it"
        ids = " ".join(str(d.id) for d in waiting)
        out.print(
            f"  imported as {number}, {what}" + (f": `anliegen outbox retry {ids}` sends it after all." if ids else ".")
        )
    if found.joined:
        out.print(f"  {found.joined} more are recorded with tickets that were there, or open none.")
