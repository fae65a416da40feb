"""How things stand, for `anliegen status`: what is promised and still open, and whether a person is needed.

Reads the database alone: it says the same whether the daemon runs or not, and notices where it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.config import Config
from daemon.reports import SHUT_FOR
from daemon.store import Store
from daemon.store.mailboxes import MailboxState
from daemon.store.rows import OPEN
from daemon.store.tickets import DeliveryView
from daemon.store.watch import Pause
from daemon.store.workers import WorkerState

#: A mailbox that was not read for so long is read by nobody, whatever `poll_seconds` says.
UNREAD_FOR = timedelta(minutes=15)
#: How long a refused acknowledgement needs a person: the department has the ticket, and sees it there.
REFUSED_FOR = timedelta(days=1)
#: What a person may then say.
THEN = "then `outbox retry` or `outbox dismiss`"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open. `needs` are the sentences for a person; none means that all is well."""

    at: datetime
    mailboxes: tuple[MailboxState, ...]
    acknowledgements: tuple[DeliveryView, ...]
    paused: tuple[Pause, ...]
    quarantined: int
    in_doubt: int
    refused: int
    imported: int
    needs: tuple[str, ...]
    workers: tuple[WorkerState, ...] = ()


def look(store: Store, config: Config, now: datetime) -> Standing:
    """Everything at one glance, open acknowledgements by the time that is left. Raises `StoreError`."""
    known = {state.name: state for state in store.mailboxes.states()}
    mailboxes = tuple(known.get(box.name, MailboxState(box.name, None, None, None)) for box in config.mailbox)
    waiting = [view for view in store.tickets.outbox(OPEN) if view.target == "acknowledgement" and view.deadline]
    counts = store.figures.counts(now - REFUSED_FOR)
    found = Standing(
        at=now,
        mailboxes=mailboxes,
        acknowledgements=tuple(sorted(waiting, key=lambda view: view.deadline or now)),
        paused=tuple(store.watch.pauses()),
        quarantined=counts.quarantined,
        in_doubt=counts.in_doubt,
        refused=counts.refused,
        imported=counts.imported,
        needs=(),
        workers=tuple(store.workers.states(now)),
    )
    return Standing(
        **{name: getattr(found, name) for name in found.__slots__} | {"needs": tuple(_needs(found, config))}
    )


def _needs(found: Standing, config: Config) -> list[str]:
    soon = found.at + timedelta(hours=config.acknowledgement.warn_before_hours)
    late = [view for view in found.acknowledgements if view.deadline and view.deadline < soon]
    words = [need for state in found.mailboxes if (need := _of_mailbox(state, config, found.at))]
    words += [
        f"{pause.door} is in trouble since {_minutes(found.at - pause.since)}, {pause.waiting} deliveries wait: {pause.why}"
        for pause in found.paused
        if found.at - pause.since >= SHUT_FOR
    ]
    if late:
        words.append(f"{len(late)} acknowledgements are not sent and due soon or late: see `anliegen outbox list`.")
    if found.quarantined:
        words.append(f"{found.quarantined} messages are in quarantine: see `anliegen quarantine list`.")
    if found.in_doubt:
        words.append(
            f"{found.in_doubt} deliveries are in doubt for good: see `anliegen outbox list --status in_doubt`, {THEN}."
        )
    if found.refused:
        words.append(f"{found.refused} deliveries were refused: see `anliegen outbox list --status refused`, {THEN}.")
    if found.imported:
        words.append(
            f"{found.imported} deliveries of imported messages wait: see `anliegen outbox list --status withheld`, {THEN}."
        )
    return words


def _of_mailbox(state: MailboxState, config: Config, now: datetime) -> str | None:
    box = config.mailbox_of(state.name)
    allowed = max(UNREAD_FOR, timedelta(seconds=3 * box.poll_seconds)) if box else UNREAD_FOR
    if state.failing_since is not None and now - state.failing_since >= SHUT_FOR:
        return f"{state.name} cannot be read since {_minutes(now - state.failing_since)}: {state.failure}"
    if state.last_round_at is None:
        return f"{state.name} has never been read: start `anliegen run`."
    if now - state.last_round_at >= allowed:
        return f"{state.name} was last read {_minutes(now - state.last_round_at)} ago: does `anliegen run` run?"
    return None


def _minutes(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
