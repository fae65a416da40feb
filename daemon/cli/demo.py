"""`anliegen demo`: the real daemon on sample mails, with everything it needs inside this machine."""

from __future__ import annotations

from datetime import UTC, datetime

import typer


def demo(
    once: bool = typer.Option(False, "--once", help="End when everything has settled: 0, or 1 where it went wrong."),
) -> int:
    """Show the daemon at work: an embedded mailbox, sample mails, and the story of each."""
    from daemon.demo.play import play

    return play(once=once, now=datetime.now(UTC))
