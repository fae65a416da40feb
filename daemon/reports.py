"""What the administrator hears: warnings before the 24 hours run out, doors that stay shut, the daily mail.

Warnings always go to the log; mail goes to `administrator.mail`, through the outbox like everything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon import threads
from daemon.deliveries import HELD
from daemon.logs import event
from daemon.model import Address, DeliveryStatus, Planned
from daemon.rendering import AlarmFacts, DailyFacts, LateTicket, PausedDoor, WithheldTicket
from daemon.store.mailboxes import MailboxState
from daemon.store.watch import Late, Pause

if TYPE_CHECKING:
    from daemon.app import App

log = logging.getLogger(__name__)

#: A door or mailbox that fails for less than this is nobody's business: servers restart.
SHUT_FOR = timedelta(minutes=5)


async def warn(app: App) -> None:
    """Warn of acknowledgements whose time runs out, withheld ones that no daily mail told of among them, of doors that
    stay shut, of the hourly cap: each once."""
    now = app.clock.now()
    before = now + timedelta(hours=app.config.acknowledgement.warn_before_hours)
    late = [found for found in await app.database.run(app.store.watch.late, before) if not found.warned]
    late += await app.database.run(app.store.watch.silent, before, now)
    shut = [p for p in await app.database.run(app.store.watch.pauses) if not p.told and now - p.since >= SHUT_FOR]
    held = await app.database.run(app.store.watch.held, HELD, now)
    if held is not None and not held.told:
        shut.append(held)
    unread = [state for state in await _unread(app) if not state.told]
    shut += map(_as_door, unread)
    if not late and not shut:
        return
    for found in late:
        event(
            log, logging.WARNING, "late", "Not acknowledged yet.", ticket=found.number, due=found.deadline.isoformat()
        )
    for pause in shut:
        event(log, logging.ERROR, "shut", pause.why, door=pause.door, since=pause.since.isoformat())
    await _tell(
        app,
        lambda to, message_id: app.policy.renderer.alarm(
            AlarmFacts(to, message_id, now, tuple(map(_late, late)), tuple(map(_shut, shut)))
        ),
    )
    await app.database.run(app.store.watch.warned, [found.delivery_id for found in late], now)
    await app.database.run(app.store.watch.told, [pause.door for pause in shut], now)
    if held in shut:
        await app.database.run(app.store.watch.told_held, HELD, now)
    await app.database.run(app.store.mailboxes.told, [state.name for state in unread], now)


async def daily(app: App) -> None:
    """What a person should look at, once a day; nothing is sent where there is nothing to say."""
    now = app.clock.now()
    since = now - timedelta(days=1)
    counts = await app.database.run(app.store.figures.counts, since)
    withheld = await app.database.run(app.store.figures.withheld, since)
    held = await app.database.run(app.store.watch.held, HELD, now)
    facts = DailyFacts(
        to=Address("", app.config.administrator.mail or ""),
        message_id="",
        now=now,
        received=counts.received,
        acknowledged=counts.acknowledged,
        quarantined=counts.quarantined,
        refused=counts.refused,
        in_doubt=counts.in_doubt,
        withheld=tuple(WithheldTicket(*found) for found in withheld if found[2] != "imported"),
        paused=tuple(
            map(
                _shut,
                [
                    *await app.database.run(app.store.watch.pauses),
                    *([held] if held else []),
                    *map(_as_door, await _unread(app)),
                ],
            )
        ),
        late=tuple(map(_late, await app.database.run(app.store.watch.late, now))),
        imported=tuple(number for number, _, signal, _ in withheld if signal == "imported"),
    )
    if facts != DailyFacts(facts.to, "", now):
        await _tell(app, lambda _, message_id: app.policy.renderer.daily(replace(facts, message_id=message_id)))
        if app.config.administrator.mail:  # else the log tells of them, before their time is over
            silent = await app.database.run(app.store.watch.silent, now + timedelta(days=1), now)
            listed = {ticket.ticket for ticket in facts.withheld}
            told = [found.delivery_id for found in silent if found.number in listed]
            await app.database.run(app.store.watch.warned, told, now)


async def _unread(app: App) -> list[MailboxState]:
    """Configured mailboxes that cannot be read for a while: their mail waits, and so does the 24 hours' clock."""
    states = await app.database.run(app.store.mailboxes.states)
    now, names = app.clock.now(), {mailbox.name for mailbox in app.config.mailbox}
    return [s for s in states if s.name in names and s.failing_since and now - s.failing_since >= SHUT_FOR]


def _as_door(state: MailboxState) -> Pause:
    assert state.failing_since is not None
    return Pause(f"mailbox:{state.name}", state.failure or "", state.failing_since, state.failing_since, state.told)


async def _tell(app: App, render: Callable[[Address, str], bytes]) -> None:
    """Put a mail to the administrator into the outbox."""
    address = app.config.administrator.mail
    if address is None:
        return
    now = app.clock.now()
    domain = app.config.smtp.from_address.rpartition("@")[2]
    message_id = threads.issue_message_id(app.policy.key, "administrator", now.strftime("%Y%m%d%H%M%S"), domain)
    planned = Planned(
        target="alarm",
        door="smtp",
        address=address,
        status=DeliveryStatus.WAITING,
        data=render(Address("", address), message_id),
        message_id=message_id,
    )
    await app.database.run(app.store.outbox.add, planned, now)
    app.dispatch.wake()


def _late(found: Late) -> LateTicket:
    return LateTicket(found.number, found.deadline, found.why)


def _shut(pause: Pause) -> PausedDoor:
    return PausedDoor(pause.door, pause.since, pause.waiting, pause.why)
