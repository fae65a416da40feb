"""`anliegen reconcile`: proof that every message in the mailboxes is accounted for."""

from __future__ import annotations

import asyncio

import typer

from daemon import reconciliation
from daemon.app import SystemClock
from daemon.cli.shared import Place, console, policy, store


def reconcile(
    context: typer.Context,
    repair: bool = typer.Option(False, "--repair", help="Import what is missing; none of it is acknowledged."),
) -> int:
    """Compare folder and processed folder of each mailbox with the database; 1 where a message is missing."""
    place: Place = context.obj
    config = place.load()
    out, missing = console(), 0
    with store(config, read_only=not repair) as opened:
        judged_by = policy(config) if repair else None
        for mailbox in config.mailbox:
            found = asyncio.run(reconciliation.compare(opened, config, mailbox, judged_by, SystemClock()))
            out.print(
                f"{mailbox.name}: {found.seen} messages, {found.accounted} accounted for, {len(found.missing)} missing."
            )
            for key in found.missing:
                out.print(f"  {key.folder}: UID {key.uid} (UIDVALIDITY {key.uidvalidity}) is not recorded.")
            for number in found.imported:
                out.print(
                    f"  imported as {number}, not acknowledged: `anliegen outbox retry --ticket {number}` sends it after all."
                )
            missing += len(found.missing) if not repair else found.left
    return 1 if missing else 0
