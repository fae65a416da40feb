"""`anliegen check`: is this configuration fit to run?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import typer

from daemon import probes
from daemon.cli.shared import Place, console, refuse
from daemon.config import Config
from daemon.errors import AnliegenError
from daemon.model import Finding
from daemon.rendering import Renderer


def check(
    context: typer.Context,
    offline: bool = typer.Option(False, "--offline", help="Look at the file and the templates only."),
) -> int:
    """Validate configuration and templates, then log in to every server and say what was found."""
    place: Place = context.obj
    config = place.load()
    refuse(Renderer(config).check())
    out = console()
    out.print(f"{place.path}: {_summary(config)}")
    if offline:
        return 0
    findings = asyncio.run(_knock(config))
    for finding in findings:
        out.print(f"{'ok ' if finding.ok else 'BAD'} {finding.text}")
    if bad := sum(not finding.ok for finding in findings):
        raise AnliegenError(f"{bad} of {len(findings)} findings need mending; mail stays in the mailbox until then.")
    return 0


async def _knock(config: Config) -> list[Finding]:
    return [finding async for finding in probes.all_servers(config)]


def _summary(config: Config) -> str:
    return ", ".join(_counted(config)) + "; every template renders."


def _counted(config: Config) -> Iterator[str]:
    for number, one, many in (
        (len(config.mailbox), "mailbox", "mailboxes"),
        (len(config.department), "department", "departments"),
        (len(config.rule), "rule", "rules"),
    ):
        yield f"{number} {one if number == 1 else many}"
