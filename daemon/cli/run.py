"""`anliegen run`: the daemon in the foreground."""

from __future__ import annotations

import asyncio

import typer

from daemon import logs, service
from daemon.app import App
from daemon.cli.shared import Place, refuse
from daemon.rendering import Renderer


def run(
    context: typer.Context,
    once: bool = typer.Option(False, "--once", help="Drain every mailbox, send what is due, and end."),
) -> int:
    """Read the mailboxes, acknowledge and route. SIGTERM ends it, SIGHUP reloads rules and texts."""
    place: Place = context.obj
    config = place.load()
    refuse(Renderer(config).check(ours=False))
    logs.setup()
    app = App(place.path, config)
    return asyncio.run(service.run_once(app) if once else service.run(app))
