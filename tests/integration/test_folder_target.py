"""Deliveries into IMAP folders: a real Dovecot, and servers that fail at the worst moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from daemon.config import Mailbox
from daemon.model import Claimed, InDoubt, Refused, Retry, Sent
from daemon.targets.folder import FolderTarget
from tests.dovecot import Dovecot, free_port, message
from tests.opponents.imap_server import Opponent, Trap


class Begin:
    """Counts how often a payload was about to leave."""

    def __init__(self, allowed: bool = True) -> None:
        self.calls, self.allowed = 0, allowed

    async def __call__(self) -> bool:
        self.calls += 1
        return self.allowed


def claimed(data: bytes, address: str = "post/Abfall", was_in_doubt: bool = False) -> Claimed:
    return Claimed(1, "2026-1", "folder", address, "<d-1@example.org>", data, "", 1, was_in_doubt)


@asynccontextmanager
async def target(server: Dovecot | Opponent, **changes: object) -> AsyncIterator[FolderTarget]:
    plain = {
        "name": "post",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "post",
        "password": "geheim",
        "acknowledge_since": "2026-01-01T00:00:00Z",
        "timeout_seconds": 5,
    }
    target = FolderTarget([Mailbox.model_validate(plain | changes)])
    try:
        yield target
    finally:
        await target.close()


@pytest.mark.parametrize(
    "data", [message(1), b"bare\nlines\rand\r\n\r\neight bits \xe4\xff\r\n", message(2, size=3_000_000)], ids=len
)
async def test_the_octets_arrive_unchanged_and_unread(dovecot: Dovecot, data: bytes) -> None:
    begin = Begin()
    async with target(dovecot) as folder:
        assert isinstance(await folder.deliver(claimed(data), begin), Sent)
    with dovecot.client() as client:
        client.select_folder("Abfall")
        [(_, found)] = client.fetch([1], ["BODY.PEEK[]", "FLAGS"]).items()
    # What APPEND got is what we had; Dovecot itself ends every line with CRLF when it is asked.
    assert found[b"BODY[]"].replace(b"\r", b"") == data.replace(b"\r", b"")
    assert rb"\Seen" not in found[b"FLAGS"]
    assert begin.calls == 1


async def test_many_at_once_into_folders_with_umlauts() -> None:
    with Dovecot(storage="maildir", separator=".", prefix="INBOX.") as server:
        async with target(server) as folder:
            names = ("Grünflächen", "Bürgerbüro/Süd")
            jobs = [folder.deliver(claimed(message(n), f"post/{names[n % 2]}"), Begin()) for n in range(10)]
            assert {type(outcome) for outcome in await asyncio.gather(*jobs)} == {Sent}
        assert len(server.uids(folder="INBOX.Grünflächen")) == 5
        assert len(server.uids(folder="INBOX.Bürgerbüro.Süd")) == 5


async def test_the_connection_is_made_anew_after_a_restart(dovecot: Dovecot) -> None:
    async with target(dovecot) as folder:
        assert isinstance(await folder.deliver(claimed(message(1)), Begin()), Sent)
        await asyncio.to_thread(dovecot.restart, hard=True)
        assert isinstance(await folder.deliver(claimed(message(2)), Begin()), Sent)
    assert dovecot.messages(folder="Abfall") == [message(1), message(2)]


async def test_a_delivery_in_doubt_that_arrived_is_not_repeated(dovecot: Dovecot) -> None:
    for data in (message(1), b"no message id\r\n\r\ntext\r\n"):
        async with target(dovecot) as folder:
            await folder.deliver(claimed(data), Begin())
            begin = Begin()
            assert isinstance(await folder.deliver(claimed(data, was_in_doubt=True), begin), Sent)
            assert begin.calls == 0
    assert len(dovecot.uids(folder="Abfall")) == 2


async def test_a_delivery_in_doubt_that_did_not_arrive_is_repeated(dovecot: Dovecot) -> None:
    other = message(1, "Etwas anderes mit derselben Message-ID.")
    async with target(dovecot) as folder:
        await folder.deliver(claimed(other), Begin())
        assert isinstance(await folder.deliver(claimed(message(1), was_in_doubt=True), Begin()), Sent)
    assert dovecot.messages(folder="Abfall") == [other, message(1)]


async def test_a_lost_claim_sends_nothing(dovecot: Dovecot) -> None:
    async with target(dovecot) as folder:
        assert isinstance(await folder.deliver(claimed(message(1)), Begin(allowed=False)), Retry)
    assert dovecot.uids(folder="Abfall") == []


@pytest.mark.parametrize("address", ["post/INBOX", "post/inbox", "post/Bearbeitet", "post/", "post", "other/Abfall"])
async def test_where_nothing_may_be_put(dovecot: Dovecot, address: str) -> None:
    begin = Begin()
    async with target(dovecot) as folder:
        assert isinstance(await folder.deliver(claimed(message(1), address), begin), Refused)
    assert begin.calls == 0
    assert dovecot.uids() == []


async def test_nobody_there_and_a_wrong_password_stop_the_whole_target(dovecot: Dovecot) -> None:
    for changes in ({"port": free_port()}, {"password": "falsch"}):
        begin = Begin()
        async with target(dovecot, **changes) as folder:
            outcome = await folder.deliver(claimed(message(1)), begin)
        assert isinstance(outcome, Retry)
        assert outcome.target_wide
        assert "falsch" not in outcome.why
        assert begin.calls == 0


async def test_a_folder_that_cannot_be_made_is_one_departments_trouble() -> None:
    async with Opponent(traps={"CREATE": Trap.NO}) as server, target(server) as folder:
        outcome = await folder.deliver(claimed(message(1)), Begin())
    assert isinstance(outcome, Retry)
    assert not outcome.target_wide


@pytest.mark.parametrize(
    ("trap", "outcome"),
    [
        (Trap.NO, Retry),
        (Trap.UNAVAILABLE, Retry),
        (Trap.BAD, Refused),
        (Trap.CUT, InDoubt),
        (Trap.BYE, InDoubt),
        (Trap.HANG, InDoubt),
        (Trap.CUT_MID_LITERAL, InDoubt),
        (Trap.EMPTY, InDoubt),
    ],
)
async def test_what_append_may_come_to(trap: Trap, outcome: type) -> None:
    async with Opponent(traps={"APPEND": trap}) as server, target(server, timeout_seconds=1) as folder:
        begin = Begin()
        assert isinstance(await folder.deliver(claimed(message(1)), begin), outcome)
        assert begin.calls == 1
        server.traps.clear()
        assert isinstance(await folder.deliver(claimed(message(2)), Begin()), Sent)
        assert server.appended[-1] == message(2)


@pytest.mark.parametrize("trap", [Trap.CUT, Trap.HANG, Trap.GARBAGE])
@pytest.mark.parametrize("command", ["greeting", "LOGIN", "STATUS"])
async def test_a_failure_before_begin_is_no_doubt(command: str, trap: Trap) -> None:
    async with Opponent(traps={command: trap}) as server, target(server, timeout_seconds=1) as folder:
        begin = Begin()
        outcome = await folder.deliver(claimed(message(1)), begin)
        assert isinstance(outcome, Retry)
        assert outcome.target_wide
        assert begin.calls == 0
        assert server.appended == []


async def test_close_cuts_an_append_that_hangs() -> None:
    async with Opponent(traps={"APPEND": Trap.HANG}) as server, target(server, timeout_seconds=600) as folder:
        task = asyncio.create_task(folder.deliver(claimed(message(1)), Begin()))
        while not any(command.startswith("APPEND") for command in server.commands):
            await asyncio.sleep(0.01)
        await asyncio.wait_for(folder.close(), 5)
        assert isinstance(await asyncio.wait_for(task, 5), InDoubt)
