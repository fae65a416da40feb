"""The IMAP source against servers that refuse, hang, hang up, cut and lie. Nothing is lost, nothing hangs."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

import pytest

from daemon.config import Limits, Mailbox
from daemon.errors import SourceError, SourceRefused
from daemon.imap import memory
from daemon.imap.memory import Memory
from daemon.model import MessageKey, RawMessage
from daemon.sources.imap import ImapSource
from tests.dovecot import message
from tests.opponents.imap_server import Opponent, Trap

MAILS = {uid: message(uid) for uid in (3, 5, 8)}


@asynccontextmanager
async def opened(server: Opponent, limits: Limits | None = None, **changes: object) -> AsyncIterator[ImapSource]:
    plain = {
        "name": "post",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "post",
        "password": "geheim",
        "acknowledge_since": "2026-01-01T00:00:00Z",
        "timeout_seconds": 1,
    }
    source = ImapSource(Mailbox.model_validate(plain | changes), limits=limits)
    try:
        yield source
    finally:
        await source.close()


async def nothing(keys: Sequence[MessageKey]) -> Collection[MessageKey]:
    return ()


async def look(source: ImapSource) -> list[RawMessage]:
    return [raw async for batch in source.unsettled(nothing) for raw in batch]


async def take_all(source: ImapSource, read: dict[int, bytes] | None = None) -> dict[int, bytes]:
    """One honest round: read, settle, wait a moment."""
    read = {} if read is None else read
    async for batch in source.unsettled(nothing):
        read.update({raw.key.uid: raw.data for raw in batch})
        await source.settle([raw.key for raw in batch])
    await source.wait(0.01)
    return read


async def test_an_honest_server_is_read() -> None:
    async with Opponent(dict(MAILS)) as server, opened(server) as source:
        assert await take_all(source) == MAILS
        assert list(server.moved.values()) == list(MAILS.values())
        assert server.messages == {}


COMMANDS = ["greeting", "CAPABILITY", "LOGIN", "STATUS", "NAMESPACE", "CREATE", "SUBSCRIBE", "SELECT"]
COMMANDS += ["SEARCH", "FETCH", "MOVE", "IDLE"]
DEADLY = [Trap.BYE, Trap.CUT, Trap.GARBAGE]


@pytest.mark.parametrize("trap", [*DEADLY, Trap.NO, Trap.BAD, Trap.UNAVAILABLE])
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_failure_at_any_command_passes_and_loses_nothing(command: str, trap: Trap) -> None:
    async with Opponent(dict(MAILS), traps={command: trap}) as server, opened(server) as source:
        read: dict[int, bytes] = {}
        with contextlib.suppress(SourceError):
            await take_all(source, read)
        assert sorted([*server.messages.values(), *server.moved.values()]) == sorted(MAILS.values())
        server.traps.clear()
        await take_all(source, read)
        assert read == MAILS
        assert list(server.moved.values()) == list(MAILS.values())


@pytest.mark.parametrize("command", ["greeting", "LOGIN", "SELECT", "SEARCH", "FETCH", "MOVE"])
@pytest.mark.parametrize("trap", [Trap.HANG, Trap.TRICKLE])
async def test_a_command_that_hangs_is_given_up(command: str, trap: Trap) -> None:
    """TRICKLE sends a few octets for ever: no read times out, the deadline of the whole command does."""
    async with Opponent(dict(MAILS), traps={command: trap}) as server, opened(server) as source:
        with pytest.raises(SourceError):
            await asyncio.wait_for(take_all(source), 30)
        server.traps.clear()
        await take_all(source)
        assert list(server.moved.values()) == list(MAILS.values())


@pytest.mark.parametrize("command", ["greeting", "LOGIN", "SELECT", "SEARCH", "FETCH", "MOVE", "IDLE"])
async def test_close_cuts_a_command_that_hangs(command: str) -> None:
    before = set(threading.enumerate())
    traps = {command: Trap.HANG}
    async with Opponent(dict(MAILS), traps=traps) as server, opened(server, timeout_seconds=600) as source:
        task = asyncio.create_task(take_all(source))
        while not (command in " ".join(server.commands) or (command == "greeting" and server._tasks)):
            await asyncio.sleep(0.01)
        await asyncio.wait_for(source.close(), 5)
        with pytest.raises(SourceError):
            await asyncio.wait_for(task, 5)
    for thread in set(threading.enumerate()) - before:
        await asyncio.to_thread(thread.join, 5)
        assert not thread.is_alive()


async def test_close_logs_out_of_idle() -> None:
    async with Opponent() as server, opened(server) as source:
        await look(source)
        waiting = asyncio.create_task(source.wait(60))
        while "IDLE" not in server.commands or source._account.connection._busy:
            await asyncio.sleep(0.01)
        await asyncio.wait_for(source.close(), 5)
        await waiting
        assert server.commands[-1] == "LOGOUT"
        assert not any(command.startswith(("CLOSE", "EXPUNGE")) for command in server.commands)


async def test_a_cancelled_call_leaves_a_source_that_works() -> None:
    async with (
        Opponent(dict(MAILS), traps={"FETCH": Trap.HANG}) as server,
        opened(server, timeout_seconds=60) as source,
    ):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(look(source), 0.3)
        server.traps.clear()
        assert await take_all(source) == MAILS


@pytest.mark.parametrize("trap", [Trap.SHORT, Trap.LONG, Trap.EMPTY, Trap.NIL, Trap.NO, Trap.BAD])
async def test_one_message_that_cannot_be_read_stops_no_other(trap: Trap) -> None:
    async with Opponent(dict(MAILS), poison={5: trap}) as server, opened(server) as source:
        assert [(raw.key.uid, raw.data) for raw in await look(source)] == [(3, MAILS[3]), (8, MAILS[8])]
        server.poison.clear()
        assert {raw.key.uid: raw.data for raw in await look(source)} == MAILS


async def test_a_message_that_never_comes_is_handed_over_in_the_end() -> None:
    async with Opponent(dict(MAILS), poison={5: Trap.NO}) as server, opened(server) as source:
        walks = [await look(source) for _ in range(4)]
        assert [[raw.key.uid for raw in walk] for walk in walks] == [[3, 8], [3, 8], [3, 8], [3, 8, 5]]
        given_up = walks[-1][-1]
        assert (given_up.data, given_up.complete) == (b"", False)
        assert given_up.failure is not None
        await source.settle([raw.key for raw in walks[-1]])
        assert server.messages == {}
        assert await look(source) == []


@pytest.mark.parametrize("trap", [Trap.CUT, Trap.CUT_MID_LITERAL, Trap.BYE])
async def test_a_message_that_breaks_the_connection_stops_no_other(trap: Trap) -> None:
    """The server dies of it each time: the others are read first, then it is given up."""
    async with Opponent(dict(MAILS), poison={5: trap}) as server, opened(server) as source:
        read: dict[int, RawMessage] = {}
        for _ in range(12):
            try:
                async for batch in source.unsettled(nothing):
                    read.update({raw.key.uid: raw for raw in batch})
                    await source.settle([raw.key for raw in batch])
            except SourceError:
                continue
        assert {uid: raw.data for uid, raw in read.items()} == {3: MAILS[3], 8: MAILS[8], 5: b""}
        assert read[5].failure is not None
        assert server.messages == {}


async def test_a_server_that_breaks_on_every_message_is_at_fault_itself() -> None:
    async with Opponent(dict(MAILS), traps={"FETCH": Trap.CUT}) as server, opened(server) as source:
        for _ in range(8):
            with pytest.raises(SourceError):
                await look(source)
        server.traps.clear()
        read = await look(source)
        assert {raw.key.uid: raw.data for raw in read} == MAILS
        assert {raw.failure for raw in read} == {None}


def test_a_lone_message_is_given_up_only_after_a_while() -> None:
    known = Memory(uidvalidity=1)
    for _ in range(5):
        known.failed(4, 100.0)
    assert not known.given_up(4, 101.0)
    assert known.given_up(4, 100.0 + memory._PATIENCE)
    known.read(9)
    assert known.given_up(4, 101.0)


@pytest.mark.parametrize("announced", [10, 900_000], ids=["too small", "too big"])
async def test_a_wrong_size_is_borne_where_the_end_is_certain(announced: int) -> None:
    """Exchange announces sizes that are not those of what it sends."""
    async with Opponent(dict(MAILS), sizes={5: announced}) as server, opened(server) as source:
        read = {raw.key.uid: raw for raw in await look(source)}
        assert {uid: raw.data for uid, raw in read.items()} == MAILS
        assert read[5].size == len(MAILS[5])
        assert read[5].complete


async def test_a_message_that_grows_beyond_the_limit_is_not_read_on() -> None:
    big = {1: message(1, size=3_000_000)}
    async with Opponent(big, sizes={1: 100}) as server, opened(server, Limits(message_size=1_500_000)) as source:
        assert await look(source) == []
        asked = [command for command in server.commands if "BODY.PEEK[]<" in command]
        assert asked == ["UID FETCH 1 (BODY.PEEK[]<0.1000000>)", "UID FETCH 1 (BODY.PEEK[]<1000000.1000000>)"]


async def test_a_message_that_vanishes_between_search_and_fetch_is_passed_over() -> None:
    async with Opponent(dict(MAILS)) as server, opened(server) as source:
        server.hook = lambda word: server.messages.pop(5, None) and None if word == "FETCH" else None
        assert [raw.key.uid for raw in await look(source)] == [3, 8]


async def test_the_last_message_is_no_news_again_and_again() -> None:
    """`UID SEARCH UID 9:*` holds 8, RFC 3501 §6.4.8: it must neither be yielded twice nor wake."""
    async with Opponent(dict(MAILS), capabilities="IMAP4rev1 IDLE", permanent="") as server, opened(server) as source:
        read = await look(source)
        await source.settle([raw.key for raw in read])
        assert server.messages == MAILS
        assert server.flags == {}
        assert await look(source) == []
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(source.wait(60), 0.3)
        server.messages[9] = message(9)
        assert [raw.key.uid for raw in await look(source)] == [9]
        assert "UID SEARCH UID 9:*" in server.commands


async def test_a_keyword_settles_where_nothing_moves() -> None:
    async with Opponent(dict(MAILS), capabilities="IMAP4rev1") as server, opened(server) as source:
        read = await look(source)
        await source.settle([read[0].key])
        assert server.flags == {3: {"$AnliegenDone"}}
        assert [raw.key.uid for raw in await look(source)] == [5, 8]


async def test_move_without_copyuid_settles_without_a_place() -> None:
    async with Opponent(dict(MAILS), capabilities="IMAP4rev1 MOVE") as server, opened(server) as source:
        keys = [raw.key for raw in await look(source)]
        assert await source.settle(keys) == dict.fromkeys(keys)
        assert server.messages == {}


async def test_a_move_that_only_pretends_is_done_again() -> None:
    async with Opponent(dict(MAILS), once={"MOVE": Trap.SILENT_OK}) as server, opened(server) as source:
        assert await take_all(source) == MAILS
        assert server.messages == MAILS
        recorded = [raw.key for raw in await look(source)]

        async def known(keys: Sequence[MessageKey]) -> Collection[MessageKey]:
            return recorded

        assert [raw async for batch in source.unsettled(known) for raw in batch] == []
        assert server.messages == {}


async def test_another_uidvalidity_makes_other_keys() -> None:
    async with Opponent(dict(MAILS)) as server, opened(server) as source:
        old = await look(source)
        server.uidvalidity = 8
        new = await look(source)
        assert [raw.key.uidvalidity for raw in new] == [8, 8, 8]
        assert await source.settle([old[0].key]) == {old[0].key: None}
        assert server.messages == MAILS


async def test_a_uidvalidity_that_changes_between_reading_and_settling_moves_nothing() -> None:
    async with Opponent(dict(MAILS)) as server, opened(server) as source:
        keys = [raw.key for raw in await look(source)]
        server.uidvalidity = 8
        server.once["MOVE"] = Trap.CUT
        with pytest.raises(SourceError):
            await source.settle(keys)
        assert await source.settle(keys) == dict.fromkeys(keys)
        assert server.messages == MAILS


async def test_a_refused_login_is_for_a_person_and_a_busy_server_is_not() -> None:
    async with Opponent(traps={"LOGIN": Trap.NO}) as server, opened(server) as source:
        with pytest.raises(SourceRefused, match=r'mailbox "post".*login'):
            await look(source)
        server.traps["LOGIN"] = Trap.UNAVAILABLE
        with pytest.raises(SourceError) as caught:
            await look(source)
        assert not isinstance(caught.value, SourceRefused)
        server.traps["LOGIN"] = Trap.CUT
        with pytest.raises(SourceError) as caught:
            await look(source)
        assert not isinstance(caught.value, SourceRefused)


async def test_no_sequence_number_flag_or_expunge_is_ever_used() -> None:
    async with Opponent(dict(MAILS)) as server, opened(server) as source:
        await take_all(source)
        words = {command.split(" ")[0] for command in server.commands}
        assert not words & {"FETCH", "STORE", "COPY", "MOVE", "SEARCH", "EXPUNGE", "CLOSE"}
        assert not any("BODY[" in command or "Seen" in command for command in server.commands)
        sized = next(n for n, command in enumerate(server.commands) if "RFC822.SIZE" in command)
        read = next(n for n, command in enumerate(server.commands) if "BODY.PEEK" in command)
        assert sized < read


async def test_a_look_that_finds_nothing_costs_two_commands() -> None:
    """Whatever the processed folder holds: it is not touched."""
    async with Opponent(dict(MAILS)) as server, opened(server) as source:
        await take_all(source)
        asked = len(server.commands)
        assert await look(source) == []
        assert [command.rpartition(" ")[0] or command for command in server.commands[asked:]][-2:] == [
            "SELECT",
            "UID SEARCH UID",
        ]
        assert not any("Bearbeitet" in command for command in server.commands[asked:])


async def test_a_password_with_umlauts_is_never_sent_where_only_ascii_is_taken() -> None:
    async with Opponent() as server, opened(server, password="Schlüssel") as source:
        with pytest.raises(SourceRefused, match="ASCII"):
            await look(source)
        assert not any("LOGIN" in command for command in server.commands)
