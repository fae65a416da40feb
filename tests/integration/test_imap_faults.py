"""What becomes of a round, and of a delivery into a folder, when the IMAP server misbehaves: every command that is
used, every fault.

The tables are what holds; docs/reliability.md prints them. A round:

    goes on   it ends as if nothing had been: all is read and put aside
    undated   the same, but when the mails arrived is not known: none is acknowledged by itself
    others    what the fault hit stays in the folder, the rest is done; it is tried again with the next round
    later     it ends with an error and is tried again with growing gaps
    person    the same, with the gaps of a refused login: probably only a person can help

Whatever the word, nothing is lost, nothing is read wrong or twice, and on a mended server the next round does the rest.
The words for a delivery are those of SMTP (`test_smtp_faults`).
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
import trustme

from daemon.errors import SourceError, SourceRefused
from daemon.model import UNKNOWN_ARRIVAL, MessageKey
from daemon.sources.imap import ImapSource
from tests.dovecot import message
from tests.integration.test_folder_target import Begin, claimed, target
from tests.integration.test_imap_opponent import opened
from tests.integration.test_smtp_faults import word_for
from tests.opponents.imap_server import Opponent, Trap

ROUND = """
    command       NO       NO-not-now  BAD      BYE      cut      hang     trickle  cut-literal  long-literal  short-literal  unasked  garbage
    greeting      later    later       later    later    later    later    later    later        later         later          goes on  later
    STARTTLS      later    later       later    later    later    later    later    later        later         later          goes on  later
    CAPABILITY    later    later       later    later    later    later    later    later        later         later          goes on  later
    AUTHENTICATE  person   later       person   later    later    later    later    later        later         later          goes on  later
    LOGIN         person   later       person   later    later    later    later    later        later         later          goes on  later
    STATUS        person   later       person   later    later    later    later    later        later         later          goes on  later
    NAMESPACE     goes on  goes on     goes on  later    later    later    later    later        later         later          goes on  later
    LIST          goes on  goes on     goes on  later    later    later    later    later        later         later          goes on  later
    CREATE        person   later       person   later    later    later    later    later        later         later          goes on  later
    SUBSCRIBE     goes on  goes on     goes on  later    later    later    later    later        later         later          goes on  later
    SELECT        person   later       person   later    later    later    later    later        later         later          goes on  later
    SEARCH        later    later       later    later    later    later    later    later        later         later          goes on  later
    FETCH size    undated  later       undated  later    later    later    later    later        later         later          goes on  later
    FETCH body    others   later       others   later    later    later    later    later        later         later          goes on  later
    MOVE          later    later       later    later    later    later    later    later        later         later          goes on  later
    NOOP          later    later       later    later    later    later    later    later        later         later          later    later
    COPY          later    later       later    later    later    later    later    later        later         later          goes on  later
    STORE         later    later       later    later    later    later    later    later        later         later          goes on  later
    EXPUNGE       later    later       later    later    later    later    later    later        later         later          goes on  later
    IDLE          goes on  goes on     goes on  later    later    later    later    later        later         later          goes on  later
    DONE          later    later       later    later    later    later    later    later        later         later          goes on  later
    LOGOUT        goes on  goes on     goes on  goes on  goes on  goes on  goes on  goes on      goes on       goes on        goes on  goes on
"""
DELIVERY = """
    command       NO      NO-not-now  BAD      BYE     cut     hang    trickle  cut-literal  long-literal  short-literal  unasked  garbage
    greeting      pauses  pauses      pauses   pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    STARTTLS      pauses  pauses      pauses   pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    CAPABILITY    pauses  pauses      pauses   pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    AUTHENTICATE  pauses  pauses      pauses   pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    LOGIN         pauses  pauses      pauses   pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    STATUS        sent    pauses      sent     pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    NAMESPACE     sent    sent        sent     pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    LIST          sent    sent        sent     pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    CREATE        waits   pauses      waits    pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    SUBSCRIBE     sent    sent        sent     pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    SELECT        waits   pauses      waits    pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    SEARCH        pauses  pauses      pauses   pauses  pauses  pauses  pauses   pauses       pauses        pauses         sent     pauses
    APPEND        waits   waits       refused  doubt   doubt   doubt   doubt    doubt        doubt         doubt          sent     doubt
    LOGOUT        sent    sent        sent     sent    sent    sent    sent     sent         sent          sent           sent     sent
"""

MAILS = {uid: message(uid) for uid in (3, 5, 8)}
FAULTS = {
    "NO": Trap.NO,
    "NO-not-now": Trap.UNAVAILABLE,
    "BAD": Trap.BAD,
    "BYE": Trap.BYE,
    "cut": Trap.CUT,
    "hang": Trap.HANG,
    "trickle": Trap.TRICKLE,
    "cut-literal": Trap.CUT_MID_LITERAL,
    "long-literal": Trap.LITERAL_TOO_BIG,
    "short-literal": Trap.LITERAL_TOO_SMALL,
    "unasked": Trap.UNSOLICITED,
    "garbage": Trap.GARBAGE,
}


#: Faults that only the client's patience ends; under all others a busy machine may take its time.
WAITED_FOR = (Trap.HANG, Trap.TRICKLE, Trap.LITERAL_TOO_BIG)


def patience(trap: Trap) -> int:
    """`timeout_seconds` of the mailbox under a fault."""
    return 3 if trap in WAITED_FOR else 30


@dataclass(frozen=True)
class Case:
    """How a command comes to be used: what the server offers, what goes wrong before, what the mailbox says."""

    offers: str = "IMAP4rev1 IDLE UIDPLUS MOVE NAMESPACE"
    before: dict[str, Trap] = field(default_factory=dict)
    mailbox: dict[str, str] = field(default_factory=dict)


CASES = {
    "greeting": Case(),
    "STARTTLS": Case(mailbox={"security": "starttls"}, offers="IMAP4rev1 IDLE UIDPLUS MOVE NAMESPACE STARTTLS"),
    "CAPABILITY": Case(),
    "AUTHENTICATE": Case("IMAP4rev1 IDLE UIDPLUS MOVE NAMESPACE AUTH=PLAIN"),
    "LOGIN": Case(),
    "STATUS": Case(),
    "NAMESPACE": Case(),
    "LIST": Case("IMAP4rev1 IDLE UIDPLUS MOVE"),
    "CREATE": Case(),
    "SUBSCRIBE": Case(),
    "SELECT": Case(),
    "SEARCH": Case(),
    "FETCH size": Case(),
    "FETCH body": Case(),
    "MOVE": Case(),
    "NOOP": Case(before={"MOVE": Trap.NO}),
    "COPY": Case("IMAP4rev1 IDLE UIDPLUS NAMESPACE"),
    "STORE": Case("IMAP4rev1 IDLE UIDPLUS NAMESPACE"),
    "EXPUNGE": Case("IMAP4rev1 IDLE UIDPLUS NAMESPACE"),
    "IDLE": Case(),
    "DONE": Case(),
    "LOGOUT": Case(),
}


class Reader:
    """What the daemon does with a source: reads, records, settles, waits."""

    def __init__(self, source: ImapSource) -> None:
        self.source, self.recorded = source, dict[MessageKey, bytes]()
        self.arrivals: set[datetime] = set()

    async def known(self, keys: Sequence[MessageKey]) -> Collection[MessageKey]:
        return [key for key in keys if key in self.recorded]

    async def round(self) -> None:
        async for batch in self.source.unsettled(self.known):
            for raw in batch:
                assert raw.key not in self.recorded, "read twice"
                assert raw.data == MAILS[raw.key.uid], "read wrong"
                self.recorded[raw.key] = raw.data
                self.arrivals.add(raw.received_at)
            await self.source.settle([raw.key for raw in batch])
        await self.source.wait(0.01)


async def round_with(command: str, trap: Trap, tls: ssl.SSLContext, ca_file: Path) -> str:
    """One cell: a round under the fault, then one on a mended server."""
    case = CASES[command]
    server = Opponent(dict(MAILS), traps={command: trap}, once=dict(case.before), capabilities=case.offers, tls=tls)
    settings = {"timeout_seconds": patience(trap), "ca_file": str(ca_file), **case.mailbox}
    async with server, opened(server, **settings) as source:
        reader = Reader(source)
        word = await _first_round(reader, server)
        assert {*server.messages.values(), *server.moved.values()} == {*MAILS.values()}, f"{command}: lost"
        assert {*server.moved.values()} <= {*reader.recorded.values()}, f"{command}: put aside unread"
        if command == "LOGOUT":
            began = time.monotonic()
            await source.close()
            assert time.monotonic() - began < 5
            return word
        server.traps.clear()
        server.once.clear()
        await reader.round()
        assert {*reader.recorded.values()} == {*server.moved.values()} == {*MAILS.values()}, f"{command}: not mended"
        assert server.messages == {}
        assert not any("Seen" in asked or "BODY[" in asked for asked in server.commands)
    return word


async def _first_round(reader: Reader, server: Opponent) -> str:
    try:
        await asyncio.wait_for(reader.round(), 60)
    except SourceRefused:
        return "person"
    except SourceError:
        return "later"
    if server.messages:
        return "others"
    return "goes on" if UNKNOWN_ARRIVAL not in reader.arrivals else "undated"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    """A certificate for the opponent, and the file that says whom to trust."""
    issuer, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert("127.0.0.1").configure_cert(context)
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    issuer.cert_pem.write_to_path(str(path))
    return context, path


async def outcome_of(command: str, trap: Trap, tls: ssl.SSLContext, ca_file: Path) -> str:
    """One cell: a delivery under the fault, which may have arrived before, then one on a mended server."""
    case, doubted = CASES.get(command, Case()), command in ("SELECT", "SEARCH")
    offers = case.offers.replace("MOVE", "")
    folders = ["INBOX", "Abfall"] if doubted else ["INBOX"]
    server = Opponent(traps={command: trap}, capabilities=offers, tls=tls, folders=folders)
    settings = {"timeout_seconds": patience(trap), "ca_file": str(ca_file), **case.mailbox}
    async with server, target(server, **settings) as folder:
        begin = Begin()
        word = word_for(await folder.deliver(claimed(message(1), was_in_doubt=doubted), begin))
        assert len(server.appended) == (1 if word == "sent" else 0), f"{command}: {word}"
        assert begin.calls == (1 if command in ("APPEND", "LOGOUT") or word == "sent" else 0), f"{command}: {word}"
        if command != "LOGOUT":
            server.traps.clear()
        assert word_for(await folder.deliver(claimed(message(2)), Begin())) == "sent"
        assert server.appended[-1] == message(2)
        await asyncio.wait_for(folder.close(), 5)
    return word


def table(text: str) -> dict[str, dict[str, str]]:
    """By fault and command."""
    head, *rows = [line for line in text.splitlines() if line.strip()]
    faults = head.split()[1:]
    found: dict[str, dict[str, str]] = {fault: {} for fault in faults}
    for row in rows:
        words = re.split(r"  +", row.strip())
        for fault, word in zip(faults, words[1:], strict=True):
            found[fault][words[0]] = word
    return found


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_round_with_a_fault_at_every_command(fault: str, authority: tuple[ssl.SSLContext, Path]) -> None:
    expected = table(ROUND)[fault]
    words = await asyncio.gather(*(round_with(command, FAULTS[fault], *authority) for command in CASES))
    assert dict(zip(CASES, words, strict=True)) == expected


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_delivery_with_a_fault_at_every_command(fault: str, authority: tuple[ssl.SSLContext, Path]) -> None:
    expected = table(DELIVERY)[fault]
    words = await asyncio.gather(*(outcome_of(command, FAULTS[fault], *authority) for command in expected))
    assert dict(zip(expected, words, strict=True)) == expected


async def test_an_account_that_may_copy_and_not_delete_does_not_fill_the_processed_folder() -> None:
    traps = {"EXPUNGE": Trap.NO}
    async with (
        Opponent(dict(MAILS), traps=traps, capabilities=CASES["COPY"].offers) as server,
        opened(server) as source,
    ):
        reader = Reader(source)
        for _ in range(4):
            with pytest.raises(SourceError):
                await reader.round()
        assert sorted(server.moved.values()) == sorted(MAILS.values())
        server.traps.clear()
        await reader.round()
        assert sorted(server.moved.values()) == sorted(MAILS.values())
        assert server.messages == {}


async def test_a_server_that_offers_idle_and_refuses_it_is_looked_at_all_the_same() -> None:
    async with Opponent(dict(MAILS), traps={"IDLE": Trap.NO}) as server, opened(server) as source:
        reader = Reader(source)
        for _ in range(5):
            await reader.round()
        assert server.logins == 1
        assert server.commands.count("IDLE") == 1
