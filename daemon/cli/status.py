"""`anliegen status`: how things stand; made for a monitoring system, too."""

from __future__ import annotations

from datetime import datetime, timedelta

import typer

from daemon import standing
from daemon.cli.shared import Place, console, in_json, safe, store
from daemon.clock import SystemClock
from daemon.standing import Standing
from daemon.store.workers import WorkerState


def status(context: typer.Context, as_json: bool = typer.Option(False, "--json", help="One JSON object.")) -> int:
    """Open acknowledgements by time left, mailboxes, doors in trouble, quarantine; 1 where a person is needed."""
    place: Place = context.obj
    config = place.load()
    with store(config, read_only=True) as opened:
        found = standing.look(opened, config, SystemClock().now())
    if as_json:
        typer.echo(in_json(_json(found)))
    else:
        out = console()
        for line in _lines(found):
            out.print(safe(line))
    return 1 if found.needs else 0


def _lines(found: Standing) -> list[str]:
    lines = [f"{state.name}: last read {_ago(found.at, state.last_round_at)}." for state in found.mailboxes]
    lines += [_worker(found.at, each) for each in found.workers]
    lines.append(f"{len(found.acknowledgements)} acknowledgements open.")
    lines += [
        f"  {view.ticket}: {_left(found.at, view.deadline)} left, {view.status}."
        for view in found.acknowledgements[:20]
    ]
    if (more := len(found.acknowledgements) - 20) > 0:
        lines.append(f"  and {more} more: `anliegen outbox list`.")
    return [*lines, *(found.needs or ("Nothing needs a person.",))]


def _worker(now: datetime, worker: WorkerState) -> str:
    if not worker.alive:
        gone = int((now - worker.alive_until).total_seconds())
        return f"Worker {worker.name}: ended without a word {gone} s ago; its mailboxes are free."
    return f"Worker {worker.name}: reads {', '.join(worker.mailboxes) or 'no mailbox'}."


def _ago(now: datetime, then: datetime | None) -> str:
    return "never" if then is None else f"{int((now - then).total_seconds())} s ago"


def _left(now: datetime, deadline: datetime | None) -> str:
    hours = ((deadline or now) - now) / timedelta(hours=1)
    return f"{hours:.1f} h"


def _json(found: Standing) -> dict[str, object]:
    return {
        "at": _iso(found.at),
        "mailboxes": [
            {
                "name": state.name,
                "last_round_at": _iso(state.last_round_at),
                "failing_since": _iso(state.failing_since),
                "failure": state.failure,
            }
            for state in found.mailboxes
        ],
        "workers": [
            {
                "name": worker.name,
                "alive": worker.alive,
                "started_at": _iso(worker.started_at),
                "alive_until": _iso(worker.alive_until),
                "mailboxes": list(worker.mailboxes),
            }
            for worker in found.workers
        ],
        "acknowledgements": [
            {
                "ticket": view.ticket,
                "due": _iso(view.deadline),
                "seconds_left": int(((view.deadline or found.at) - found.at).total_seconds()),
                "status": view.status,
            }
            for view in found.acknowledgements
        ],
        "paused": [
            {"door": p.door, "since": _iso(p.since), "until": _iso(p.until), "waiting": p.waiting, "why": p.why}
            for p in found.paused
        ],
        "quarantine": found.quarantined,
        "in_doubt": found.in_doubt,
        "refused": found.refused,
        "imported": found.imported,
        "needs": list(found.needs),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
