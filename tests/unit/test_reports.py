"""What the administrator hears, with the real store and the real texts: withheld ones, the hourly cap, what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from daemon import reports
from daemon.config import Config
from daemon.deliveries import HELD
from daemon.model import BounceNews, DeliveryStatus, Planned, Record, Role, Sent
from daemon.policy import Policy
from daemon.rendering import Renderer, read
from daemon.store import Store
from tests.values import NOW, StillClock, decision, message, raw_message, reason, verdict


class Now:
    """Runs at once what the daemon runs on its database's thread."""

    async def run(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)


@pytest.fixture
def app(store: Store, make_config: Callable[..., Config], clock: StillClock) -> Any:
    config = make_config(administrator={"mail": "it@musterlingen.example"})
    policy = Policy(config, Renderer(config), None, b"k" * 32)  # type: ignore[arg-type]
    woken = SimpleNamespace(wake=lambda: None)
    return SimpleNamespace(store=store, config=config, policy=policy, clock=clock, database=Now(), dispatch=woken)


def ticket(uid: int, status: DeliveryStatus = DeliveryStatus.WAITING, signal: str | None = None, **ack: Any) -> Record:
    withheld = replace(reason(signal), signal=signal) if signal else None
    plain = Planned(
        target="acknowledgement",
        door="smtp",
        address=f"citizen{uid}@citizen.example",
        status=status,
        data=b"ack",
        message_id=f"<ack-{uid}@musterlingen.example>",
        not_before=NOW,
        deadline=NOW + timedelta(hours=24),
    )
    return Record(
        raw_message(b"mail %d" % uid, uid),
        Role.FIRST,
        message(fingerprint=f"fp-{uid}"),
        verdict(),
        decision=decision(reason=withheld, acknowledge=withheld is None),
        number=f"2026-{uid:06d}",
        deliveries=() if signal == "before_cut_over" else (replace(plain, **ack),),
    )


def mails(store: Store) -> list[Any]:
    found = store.outbox.claim("w", NOW + timedelta(days=30), count=100, octets=10**9)
    return [read(each.data) for each in found if each.target == "alarm"]


async def test_the_daily_mail_lists_persons_in_doubt_and_nobody_else(app: Any, store: Store) -> None:
    silent = DeliveryStatus.WITHHELD
    store.journal.record([ticket(9, silent, "dmarc_fail")], NOW - timedelta(days=2))
    store.journal.record(
        [
            ticket(1),
            ticket(2, silent, "dmarc_fail"),
            ticket(3, silent, "sender_cap"),
            ticket(4, silent, "loop_field"),
            ticket(5, silent, "before_cut_over"),
            ticket(6, silent, "imported"),
        ],
        NOW,
    )
    released = next(d.id for d in store.tickets.outbox([silent]) if d.ticket == "2026-000004")
    assert store.outbox.retry([released], NOW, "clerk") == [released]
    app.clock.advance(hours=10)
    await reports.daily(app)
    [mail] = mails(store)
    assert "2026-000002" in mail.text and "dmarc_fail" in mail.text
    assert "2026-000003" in mail.text and "sender_cap" in mail.text
    assert all(f"2026-00000{n}" not in mail.text for n in (1, 4, 5, 9))
    assert mail.text.count("2026-000006") == 1  # listed as imported, not twice
    assert "citizen" not in mail.text


async def test_a_quiet_day_sends_no_mail(app: Any, store: Store) -> None:
    await reports.daily(app)
    assert mails(store) == []


async def test_the_hourly_cap_alarms_once_and_takes_no_warning_away(app: Any, store: Store) -> None:
    later = {"not_before": NOW + timedelta(hours=1), "why": HELD}
    store.journal.record([ticket(1), ticket(2, **later), ticket(3, **later)], NOW)
    await reports.warn(app)
    await reports.warn(app)
    app.clock.advance(hours=20)  # nothing went out: now the hours run out, and every one of them is told of
    await reports.warn(app)
    first, second = mails(store)
    assert "acknowledgement.per_hour" in first.text and "2 wartend" in first.text
    assert [f"2026-00000{n}" in second.text for n in (1, 2)] == [True, True]


async def test_what_came_back_is_told_in_time_and_not_for_ever(app: Any, store: Store) -> None:
    store.journal.record([ticket(1)], NOW)
    [claimed] = store.outbox.claim("w", NOW, count=1, octets=10**9)
    bounce = Record(
        raw_message(b"bounce", 50),
        Role.NOTE,
        message(fingerprint="fp-50"),
        verdict(),
        joins=1,
        bounce=BounceNews(claimed.id, "5.1.1", "Not deliverable for good: There is no such address (5.1.1)."),
    )
    store.journal.record([bounce], NOW + timedelta(minutes=5))
    app.clock.advance(hours=20)
    await reports.warn(app)
    app.clock.advance(days=4)
    await reports.daily(app)
    [warning] = mails(store)
    assert "2026-000001" in warning.text and "5.1.1" in warning.text


async def test_a_withheld_one_that_the_daily_mail_would_tell_too_late_is_told_in_time_and_once(
    app: Any, store: Store
) -> None:
    """It came just after the daily mail: the next comes when its day is nearly over."""
    store.journal.record([ticket(1, DeliveryStatus.WITHHELD, "dmarc_fail", why="dmarc_fail: fail")], NOW)
    store.journal.record([ticket(2, DeliveryStatus.WITHHELD, "imported")], NOW)
    app.clock.advance(hours=17)
    await reports.warn(app)
    assert mails(store) == []
    app.clock.advance(hours=1, minutes=1)
    for _ in range(3):
        await reports.warn(app)
    [mail] = mails(store)
    assert "2026-000001" in mail.text and "dmarc_fail" in mail.text
    assert "2026-000002" not in mail.text


async def test_what_the_daily_mail_told_of_is_not_told_again(app: Any, store: Store) -> None:
    store.journal.record([ticket(1, DeliveryStatus.WITHHELD, "dmarc_fail")], NOW)
    app.clock.advance(hours=10)
    await reports.daily(app)
    app.clock.advance(hours=9)
    await reports.warn(app)
    [daily] = mails(store)
    assert "2026-000001" in daily.text


async def test_a_withheld_one_that_a_person_dismissed_or_sent_is_not_told(app: Any, store: Store) -> None:
    store.journal.record([ticket(n, DeliveryStatus.WITHHELD, "dmarc_fail") for n in (1, 2)], NOW)
    first, second = (view.id for view in store.tickets.outbox([DeliveryStatus.WITHHELD]))
    store.by_hand.dismiss([first], NOW, "mmuster")
    store.outbox.retry([second], NOW, "mmuster")
    [claimed] = store.outbox.claim("w", NOW, count=9, octets=10**9)
    store.outbox.close([(claimed.id, Sent("250 ok"))], "w", NOW)
    app.clock.advance(hours=19)
    await reports.warn(app)
    assert mails(store) == []
