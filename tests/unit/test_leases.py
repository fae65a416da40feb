"""What a worker believes to hold: what the last beat said, while that is fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from daemon import leases
from daemon.leases import Leases
from daemon.store.workers import Beat
from tests.values import NOW, StillClock


class Inline:
    """A lane without a thread."""

    async def run(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return call(*args, **kwargs)


class Register:
    """`store.Workers` that answers with what the test says."""

    term = timedelta(seconds=40)

    def __init__(self) -> None:
        self.answer = Beat(NOW, frozenset({"a", "b"}), (), 1)
        self.shunned: list[tuple[str, ...]] = []
        self.given_back: list[str] = []

    def beat(self, *_: object, shares: bool, shunned: tuple[str, ...], term: timedelta) -> Beat:
        self.shunned.append(shunned)
        return self.answer

    def give_back(self, name: str, _worker: str, _now: datetime) -> None:
        self.given_back.append(name)


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The loop's clock, in its only item."""
    passed = [0.0]
    monkeypatch.setattr(leases, "_now", lambda: passed[0])
    return passed


def made(register: Register, clock: StillClock, *, alone: bool = False) -> Leases:
    return Leases(register, Inline(), clock, "w1", ["a", "b", "c"], alone=alone)  # type: ignore[arg-type]


async def test_what_was_held_is_not_believed_after_a_long_sleep(clock: StillClock, seconds: list[float]) -> None:
    held, lonely = made(Register(), clock), made(Register(), clock, alone=True)
    for each in (held, lonely):
        assert not await each.mine("a"), "nothing before the first beat"
        await each.beat()
        assert (await each.mine("a"), await each.mine("c")) == (True, False)
    seconds[0] = 41.0
    assert not await held.mine("a")
    assert await lonely.mine("a"), "nobody else is there"
    await held.beat()
    assert await held.mine("a")


async def test_what_is_beyond_the_share_is_given_back_when_it_is_asked_for(
    clock: StillClock, seconds: list[float]
) -> None:
    register = Register()
    held = made(register, clock)
    register.answer = Beat(NOW, frozenset({"a", "b"}), ("b",), 1)
    await held.beat()
    assert register.given_back == [], "its batch may be under way"
    assert (await held.mine("a"), await held.mine("b")) == (True, False)
    assert register.given_back == ["b"]


async def test_a_mailbox_that_failed_is_left_to_others_for_a_while(clock: StillClock, seconds: list[float]) -> None:
    register = Register()
    held = made(register, clock)
    await held.beat()
    await held.give_back("a", shun=30)
    assert not await held.mine("a")
    for seconds[0] in (10.0, 20.0, 31.0):
        await held.beat()
    assert register.shunned == [(), ("a",), ("a",), ()]


async def test_one_that_has_nobody_beside_it_keeps_what_fails(clock: StillClock, seconds: list[float]) -> None:
    register = Register()
    register.answer = Beat(NOW, frozenset({"a"}), (), 0)
    held = made(register, clock)
    await held.beat()
    await held.give_back("a", shun=30)
    assert await held.mine("a")
    assert register.given_back == []


async def test_who_waits_for_a_mailbox_is_woken_by_the_next_beat(clock: StillClock) -> None:
    held = made(Register(), clock)
    waiting = asyncio.create_task(held.change(3600))
    await asyncio.sleep(0)
    await held.beat()
    await waiting
    assert await held.mine("b")
