"""What is on its way at once: bounded in octets, whatever waits, and small mail passes large mail by."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from daemon import dispatch
from daemon.dispatch import Dispatch, Fetch
from daemon.lane import Lane
from daemon.model import Claimed, Outcome, Refused, Sent
from daemon.ports import Begin
from daemon.store import Store, claims
from daemon.store.outbox import Whereabouts
from daemon.store.tickets import Filters
from tests.unit.store.test_journal import planned, record
from tests.values import NOW, StillClock

#: The bounds of the program, a thousand times smaller.
SMALL, LARGE, HUGE = 300, 8_000, 35_000


class Target:
    """Notes what is in hand. A large delivery takes until that many others have gone."""

    def __init__(self, others: int = 0) -> None:
        self.others = others
        self.in_hand: list[int] = []
        self.order: list[int] = []
        self.most = self.most_large = 0

    async def deliver(self, delivery: Claimed, begin: Begin) -> Outcome:
        size = len(delivery.data)
        self.in_hand.append(size)
        self.most = max(self.most, sum(self.in_hand))
        self.most_large = max(self.most_large, sum(size > LARGE for size in self.in_hand))
        while size > LARGE and len(self.order) < self.others:
            await asyncio.sleep(0.001)
        assert await begin()
        self.in_hand.remove(size)
        self.order.append(size)
        return Sent() if size else Refused("empty")

    async def close(self) -> None:
        await asyncio.sleep(0)


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lane]:
    monkeypatch.setattr(dispatch, "IN_FLIGHT", 16_000)
    monkeypatch.setattr(dispatch, "LARGE", LARGE)
    monkeypatch.setattr(claims, "LARGE", LARGE)
    opened = Lane("database")
    yield opened
    opened.close()


def dispatcher(store: Store, lane: Lane, target: Target, fetch: Fetch) -> Dispatch:
    lease = timedelta(seconds=60)
    targets = dict.fromkeys(("acknowledgement", "mail", "folder"), target)
    return Dispatch(store, lane, lambda: targets, fetch, StillClock(), worker="w", alone=True, lease=lease, at_once=8)


async def nothing(_: Whereabouts) -> None:
    """No original can be fetched."""


def send_all(store: Store, lane: Lane, target: Target, originals: int = 0) -> None:
    async def fetch(place: Whereabouts) -> bytes:
        await asyncio.sleep(0)
        return b"x" * originals

    async def drain() -> None:
        assert await dispatcher(store, lane, target, fetch).drain()

    asyncio.run(drain())


def test_octets_in_flight_are_bounded_over_all_claims_and_large_ones_go_one_by_one(store: Store, lane: Lane) -> None:
    sizes = [HUGE] * 6 + [SMALL] * 120 + [7_000] * 10
    mails = tuple(planned(data=b"x" * size, message_id=f"<{n}@x>") for n, size in enumerate(sizes))
    store.journal.record([record(1, deliveries=mails)], NOW)
    target = Target(others=130)
    send_all(store, lane, target)
    assert sorted(target.order) == sorted(sizes)
    assert target.most_large == 1
    assert HUGE < target.most <= HUGE + 16_000
    assert target.order.index(HUGE) == 130, "small mail waited for the large"


def test_originals_that_lie_in_the_mailbox_count_too(store: Store, lane: Lane) -> None:
    for uid in range(1, 5):
        folder = planned(target="folder", door="imap:buergerpost", address="buergerpost/A", data=None, message_id=None)
        large = record(uid, f"2026-00000{uid}", deliveries=(folder,))
        object.__setattr__(large.raw, "size", HUGE)
        object.__setattr__(large.raw, "complete", False)
        store.journal.record([large], NOW)
    target = Target()
    send_all(store, lane, target, originals=HUGE)
    assert target.order == [HUGE] * 4
    assert target.most == HUGE


class SlowClaim:
    """A claim that is committed, and answers only when it is told to."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.claim, self.committed, self.told = store.outbox.claim, threading.Event(), threading.Event()
        monkeypatch.setattr(store.outbox, "claim", self)

    def __call__(self, *args: Any, **kwargs: Any) -> list[Claimed]:
        claimed = self.claim(*args, **kwargs)
        self.committed.set()
        assert self.told.wait(10)
        return claimed


def test_what_is_claimed_while_the_program_is_stopped_goes_back(
    store: Store, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.journal.record([record(1, deliveries=(planned(data=b"x", message_id="<1@x>"),))], NOW)
    slow = SlowClaim(store, monkeypatch)

    async def stop() -> None:
        running = asyncio.create_task(dispatcher(store, lane, Target(), nothing).run())
        assert await asyncio.to_thread(slow.committed.wait, 10)
        running.cancel()
        asyncio.get_running_loop().call_soon(slow.told.set)
        await asyncio.wait([running])

    asyncio.run(stop())
    [view] = store.tickets.all(Filters())
    assert [delivery.status for delivery in view.deliveries] == ["waiting"]


def test_a_claim_that_outlasts_the_end_starts_nothing(
    store: Store, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.journal.record([record(1, deliveries=(planned(data=b"x", message_id="<1@x>"),))], NOW)
    monkeypatch.setattr(dispatch, "CLAIM_SECONDS", 0.01)
    slow, target = SlowClaim(store, monkeypatch), Target()

    async def stop() -> None:
        running = asyncio.create_task(dispatcher(store, lane, target, nothing).run())
        assert await asyncio.to_thread(slow.committed.wait, 10)
        running.cancel()
        await asyncio.wait([running])
        slow.told.set()
        await lane.run(lambda: None)  # the claim has answered
        lane.close()

    asyncio.run(stop())
    assert target.order == []
    [view] = store.tickets.all(Filters())
    assert [delivery.status for delivery in view.deliveries] == ["claimed"], "the next start takes it over"
