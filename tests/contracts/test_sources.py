"""What `ports.Source` promises, held by every file in `daemon/sources`.

The folder is the registry: a source `x` brings its world, `tests/contracts/sources/x.py`, in which mail can
be delivered and looked at without the source.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import pkgutil
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

import daemon.sources
from daemon.errors import SourceError
from daemon.model import MessageKey, RawMessage
from daemon.ports import Source
from tests.dovecot import message

NAMES = [module.name for module in pkgutil.iter_modules(daemon.sources.__path__)]
ARRIVED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(params=NAMES)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    async with importlib.import_module(f"tests.contracts.sources.{request.param}").World() as world:
        yield world


@asynccontextmanager
async def opened(world: Any, **bounds: int) -> AsyncIterator[Source]:
    source: Source = world.source(**bounds)
    try:
        yield source
    finally:
        await source.close()


async def nothing(keys: Sequence[MessageKey]) -> Collection[MessageKey]:
    return ()


async def look(source: Source) -> list[RawMessage]:
    return [raw async for batch in source.unsettled(nothing) for raw in batch]


def test_there_is_a_source() -> None:
    assert "imap" in NAMES


async def test_nothing_comes_of_nothing(world: Any) -> None:
    async with opened(world) as source:
        assert await look(source) == []


async def test_mail_comes_unchanged_in_the_order_of_its_arrival(world: Any) -> None:
    mails = [*(message(number) for number in range(7)), b"no header at all", b"\xff\xfe\r\n\r\n", b"\r\n"]
    for mail in mails:
        world.deliver(mail, ARRIVED)
    async with opened(world) as source:
        read = await look(source)
    assert [raw.data for raw in read] == mails
    for raw in read:
        assert raw.received_at == ARRIVED
        assert raw.received_at.utcoffset() is not None
        assert (raw.size, raw.sha256) == (len(raw.data), hashlib.sha256(raw.data).hexdigest())
        assert raw.complete
        assert raw.failure is None
        assert raw.key.mailbox == source.name


async def test_keys_are_the_same_each_time_and_for_each_instance(world: Any) -> None:
    for number in range(3):
        world.deliver(message(number))
    async with opened(world) as first, opened(world) as second:
        keys = [raw.key for raw in await look(first)]
        assert [raw.key for raw in await look(first)] == keys
        assert [raw.key for raw in await look(second)] == keys
    assert len(set(keys)) == 3


async def test_mail_stays_until_it_is_settled(world: Any) -> None:
    for number in range(4):
        world.deliver(message(number))
    async with opened(world) as source:
        read = await look(source)
        places = await source.settle([raw.key for raw in read[1:3]])
        assert set(places) == {raw.key for raw in read[1:3]}
        assert [raw.data for raw in await look(source)] == [message(0), message(3)]
    assert world.waiting() == [message(0), message(3)]
    assert world.settled() == [message(1), message(2)]


async def test_settling_again_and_settling_nothing_are_no_errors(world: Any) -> None:
    world.deliver(message(1))
    async with opened(world) as source:
        [raw] = await look(source)
        await source.settle([raw.key])
        assert await source.settle([raw.key]) == {raw.key: None}
        assert await source.settle([]) == {}
    assert world.settled() == [message(1)]


async def test_a_key_of_another_mailbox_settles_nothing(world: Any) -> None:
    world.deliver(message(1))
    async with opened(world) as source:
        [raw] = await look(source)
        strange = [
            MessageKey("other", raw.key.uidvalidity, raw.key.uid, raw.key.folder),
            MessageKey(raw.key.mailbox, raw.key.uidvalidity + 1, raw.key.uid, raw.key.folder),
            MessageKey(raw.key.mailbox, raw.key.uidvalidity, raw.key.uid, "elsewhere"),
        ]
        assert await source.settle(strange) == dict.fromkeys(strange)
    assert world.waiting() == [message(1)]


async def test_known_mail_is_settled_on_the_way(world: Any) -> None:
    for number in range(3):
        world.deliver(message(number))
    async with opened(world) as source:
        keys = [raw.key for raw in await look(source)]

        async def known(asked: Sequence[MessageKey]) -> Collection[MessageKey]:
            return [key for key in asked if key == keys[1]]

        assert [raw.key async for batch in source.unsettled(known) for raw in batch] == [keys[0], keys[2]]
    assert world.settled() == [message(1)]


async def test_batches_are_bounded(world: Any) -> None:
    mails = [message(number, size=20_000) for number in range(9)]
    for mail in mails:
        world.deliver(mail)
    async with opened(world, batch_messages=4, batch_size=50_000) as source:
        batches = [list(batch) async for batch in source.unsettled(nothing)]
    assert [raw.data for batch in batches for raw in batch] == mails
    assert max(map(len, batches)) <= 4
    assert max(sum(raw.size for raw in batch) for batch in batches) <= 50_000


async def test_a_mail_above_the_limit_comes_in_part_and_can_be_fetched_whole(world: Any) -> None:
    mail = message(1, size=90_000)
    world.deliver(mail)
    async with opened(world, message_limit=40_000) as source:
        [raw] = await look(source)
        assert not raw.complete
        assert raw.data.startswith(mail[: len(raw.data) // 2])
        assert 0 < len(raw.data) <= 40_000
        assert (raw.size, raw.sha256) == (len(mail), hashlib.sha256(mail).hexdigest())
        assert await source.fetch(raw.key, None, raw.sha256) == mail
        place = (await source.settle([raw.key]))[raw.key]
        assert await source.fetch(raw.key, place, raw.sha256, "<mail-1@example.org>") == mail
        assert await source.fetch(raw.key, place, "0" * 64, "<mail-1@example.org>") is None


async def test_mail_that_is_deleted_by_hand_stops_nobody(world: Any) -> None:
    for number in range(4):
        world.deliver(message(number))
    async with opened(world, batch_messages=1) as source:
        seen = []
        async for batch in source.unsettled(nothing):
            seen += [raw.data for raw in batch]
            if len(seen) == 1:
                world.delete_waiting(message(2))
            await source.settle([raw.key for raw in batch])
    assert seen == [message(0), message(1), message(3)]


async def test_new_mail_ends_the_wait(world: Any) -> None:
    async with opened(world) as source:
        await look(source)
        waiting = asyncio.create_task(source.wait(30))
        await asyncio.sleep(0.1)
        await asyncio.to_thread(world.deliver, message(1))
        await asyncio.wait_for(waiting, 60)
        assert [raw.data for raw in await look(source)] == [message(1)]


async def test_a_wait_ends_by_itself(world: Any) -> None:
    async with opened(world) as source:
        await look(source)
        await asyncio.wait_for(source.wait(0.1), 30)


async def test_the_other_side_may_go_away_and_come_back(world: Any) -> None:
    world.deliver(message(1))
    async with opened(world) as source:
        [raw] = await look(source)
        world.vanish()
        with pytest.raises(SourceError):
            await source.settle([raw.key])
        with pytest.raises(SourceError):
            await look(source)
        assert [finding.ok for finding in await source.probe()] == [False]
        world.come_back()
        assert [again.key for again in await look(source)] == [raw.key]
        await source.settle([raw.key])
    assert world.settled() == [message(1)]


async def test_the_survey_names_all_mail_and_moves_none(world: Any) -> None:
    for number in range(3):
        world.deliver(message(number), ARRIVED)
    async with opened(world) as source:
        await source.settle([(await look(source))[0].key])
        keys = [key async for part in source.survey() for key in part]
        read = [await source.read(key) for key in keys]
    assert sorted(raw.data for raw in read if raw) == [message(number) for number in range(3)]
    assert [raw.key for raw in read if raw] == keys
    assert len(world.waiting()) == 2


async def test_a_probe_says_what_is_there_in_sentences(world: Any) -> None:
    async with opened(world) as source:
        findings = await source.probe()
    assert findings
    assert all(finding.ok and finding.text.endswith(".") for finding in findings)


async def test_close_ends_a_wait_and_every_later_call_says_so(world: Any) -> None:
    source: Source = world.source()
    await look(source)
    waiting = asyncio.create_task(source.wait(60))
    await asyncio.sleep(0.1)
    await asyncio.wait_for(source.close(), 5)
    await asyncio.wait_for(waiting, 5)
    with pytest.raises(SourceError):
        await look(source)
    await source.close()


async def test_close_before_the_first_call(world: Any) -> None:
    await world.source().close()
