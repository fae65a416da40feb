"""What `ports.Target` promises, held by every file in `daemon/targets`.

The folder is the registry: a target `x` brings its world, `tests/contracts/targets/x.py`, in which a server
runs that shows what arrived.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

import daemon.targets
from daemon.model import Retry, Sent
from daemon.ports import Target
from tests.deliveries import Begin

NAMES = [module.name for module in pkgutil.iter_modules(daemon.targets.__path__)]


@pytest.fixture(params=NAMES)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    async with importlib.import_module(f"tests.contracts.targets.{request.param}").World() as world:
        yield world


@asynccontextmanager
async def opened(world: Any) -> AsyncIterator[Target]:
    target: Target = world.target()
    try:
        yield target
    finally:
        async with asyncio.timeout(5):
            await target.close()


def test_every_word_of_the_configuration_has_its_file() -> None:
    assert {"mail", "folder", "webhook"} == set(NAMES)


async def test_the_octets_arrive_unchanged_after_one_begin(world: Any) -> None:
    begin = Begin()
    async with opened(world) as target:
        assert isinstance(await target.deliver(world.delivery(1), begin), Sent)
        assert world.arrived() == [world.delivery(1).data]
    assert begin.calls == 1


async def test_a_lost_claim_sends_nothing_and_harms_nothing(world: Any) -> None:
    async with opened(world) as target:
        outcome = await target.deliver(world.delivery(1), Begin(held=False))
        assert isinstance(outcome, Retry)
        assert not outcome.target_wide
        assert world.arrived() == []
        assert isinstance(await target.deliver(world.delivery(2), Begin()), Sent)
        assert world.arrived() == [world.delivery(2).data]


async def test_several_at_once_arrive_once_each(world: Any) -> None:
    async with opened(world) as target:
        outcomes = await asyncio.gather(*(target.deliver(world.delivery(n), Begin()) for n in range(12)))
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        assert sorted(world.arrived()) == sorted(world.delivery(n).data for n in range(12))


async def test_a_server_that_is_away_pauses_the_target_before_begin(world: Any) -> None:
    await world.stop()
    begin = Begin()
    async with opened(world) as target:
        outcome = await target.deliver(world.delivery(1), begin)
    assert isinstance(outcome, Retry)
    assert outcome.target_wide
    assert outcome.why.isprintable()
    assert begin.calls == 0


async def test_a_server_that_goes_away_between_two_deliveries(world: Any) -> None:
    async with opened(world) as target:
        assert isinstance(await target.deliver(world.delivery(1), Begin()), Sent)
        await world.stop()
        assert isinstance(await target.deliver(world.delivery(2), Begin()), Retry)


async def test_an_error_in_begin_is_the_callers_and_sends_nothing(world: Any) -> None:
    async def broken() -> bool:
        raise LookupError("database")

    async with opened(world) as target:
        with pytest.raises(LookupError):
            await target.deliver(world.delivery(1), broken)
        assert world.arrived() == []
        assert isinstance(await target.deliver(world.delivery(2), Begin()), Sent)


async def test_a_delivery_that_is_cancelled_before_its_payload_sends_nothing(world: Any) -> None:
    asked = asyncio.Event()

    async def waits() -> bool:
        asked.set()
        await asyncio.Event().wait()
        return True

    async with opened(world) as target:
        under_way = asyncio.create_task(target.deliver(world.delivery(1), waits))
        await asked.wait()
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way
        assert isinstance(await target.deliver(world.delivery(2), Begin()), Sent)
        assert world.arrived() == [world.delivery(2).data]


async def test_close_twice(world: Any) -> None:
    async with opened(world) as target:
        await target.deliver(world.delivery(1), Begin())
        await target.close()
