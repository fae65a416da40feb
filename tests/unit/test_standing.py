"""How things stand: what is open, and whether a person is needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from daemon import standing
from daemon.config import Config
from daemon.model import Refused, Retry
from daemon.store import Store
from tests.unit.store.test_journal import planned, record
from tests.values import NOW


def needs(store: Store, config: Config, after: timedelta = timedelta(0)) -> tuple[str, ...]:
    return standing.look(store, config, NOW + after).needs


def read(store: Store, after: timedelta = timedelta(0)) -> None:
    store.mailboxes.round_done("buergerpost", NOW + after)


def test_a_mailbox_that_nobody_reads_needs_a_person(store: Store, config: Config) -> None:
    assert needs(store, config) == ("buergerpost has never been read: start `anliegen run`.",)
    read(store)
    assert needs(store, config) == ()
    assert needs(store, config, timedelta(hours=2)) == (
        "buergerpost was last read 2 h 0 min ago: does `anliegen run` run?",
    )


def test_a_mailbox_that_fails_needs_a_person_after_five_minutes(store: Store, config: Config) -> None:
    read(store)
    store.mailboxes.failing("buergerpost", "The login was refused.", NOW)
    assert needs(store, config, timedelta(minutes=4)) == ()
    assert needs(store, config, timedelta(minutes=6)) == (
        "buergerpost cannot be read since 6 min: The login was refused.",
    )


def test_open_acknowledgements_come_by_the_time_that_is_left(store: Store, config: Config) -> None:
    later, sooner = NOW + timedelta(hours=20), NOW + timedelta(hours=10)
    one = record(1, deliveries=(planned(deadline=later, message_id="<a@x>"),))
    other = record(2, "2026-000002", deliveries=(planned(deadline=sooner, message_id="<b@x>"),))
    store.journal.record([one, other], NOW)
    read(store)
    found = standing.look(store, config, NOW)
    assert [view.ticket for view in found.acknowledgements] == ["2026-000002", "2026-000001"]
    assert found.needs == ()
    read(store, timedelta(hours=5))
    assert "1 acknowledgements are not sent and due soon or late" in needs(store, config, timedelta(hours=5))[0]


def test_a_shut_door_a_refusal_and_quarantine_need_a_person(store: Store, config: Config) -> None:
    store.journal.record([record(1), record(2, "2026-000002", quarantine="It cannot be read.")], NOW)
    read(store, timedelta(minutes=6))
    [first, second] = store.outbox.claim("w1", NOW, count=2, octets=1000)
    outcomes: list[tuple[int, Any]] = [(first.id, Refused("550 no")), (second.id, Retry("535 no", target_wide=True))]
    store.outbox.close(outcomes, "w1", NOW)
    found = " ".join(needs(store, config, timedelta(minutes=6)))
    assert "smtp is in trouble since 6 min, 1 deliveries wait: 535 no" in found
    assert "1 messages are in quarantine" in found
    assert "1 deliveries were refused: see" in found
