"""The real daemon, killed again and again while mail flows: SIGKILL gives it no chance to tidy up.

What must hold in the end, whenever it died: every mail one ticket; every ticket its acknowledgement; a second
copy of one only where the process died between the server's 250 and our commit, with the same octets, and
then the ticket's history says so. How often that was is printed. `make soak` kills it 200 times (SOAK=200).
"""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.dovecot import Dovecot
from tests.installation import Installation
from tests.integration.test_daemon import mail
from tests.postgresql import PostgreSQL
from tests.smtp import SmtpServer

KILLS = int(os.environ.get("SOAK", "5"))
#: Doubt is resolved at once: otherwise each kill would cost ten minutes.
HURRIED = {"delivery": {"in_doubt_after_minutes": 0}}


class Post:
    """A citizen who writes without pause."""

    def __init__(self, dovecot: Dovecot) -> None:
        self.dovecot, self.sent = dovecot, 0

    def write(self, count: int) -> None:
        with self.dovecot.client() as client:
            for _ in range(count):
                self.sent += 1
                client.append("INBOX", mail(self.sent, f"Laterne {self.sent}", f"Laterne {self.sent} ist dunkel."))

    async def go_on(self, pace: random.Random) -> None:
        while True:
            await asyncio.to_thread(self.write, pace.randint(1, 4))
            await asyncio.sleep(pace.uniform(0.05, 0.4))


@contextlib.asynccontextmanager
async def writing(post: Post, pace: random.Random) -> AsyncIterator[None]:
    task = asyncio.create_task(post.go_on(pace))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def one_life(installation: Installation, moment: random.Random) -> None:
    """Start the daemon and kill it: sometimes while it starts, mostly while it works."""
    process = await installation.start("run")
    started, log = asyncio.Event(), list[bytes]()

    async def read() -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            log.append(line)
            if b"[started]" in line:
                started.set()

    reader = asyncio.create_task(read())
    if moment.random() < 0.2:
        await asyncio.sleep(moment.uniform(0, 3))
    else:
        await asyncio.wait_for(started.wait(), 60)
        await asyncio.sleep(moment.uniform(0, 1.5))
    assert process.returncode is None, b"".join(log).decode()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await reader


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database's URL."""
    if request.param == "sqlite":
        yield "sqlite:///anliegen.db"
        return
    with PostgreSQL() as server:
        yield server.database()


async def test_however_often_it_is_killed_nothing_is_lost_and_nobody_answered_twice(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation, database: str
) -> None:
    installation.raw |= HURRIED
    installation.raw["database"] = {"url": database}
    installation.raw["worker"]["lease_seconds"] = 5
    installation.write()
    assert (await installation.command("db", "upgrade")).status == 0
    seed = random.SystemRandom().randrange(10**6)
    chance, post = random.Random(seed), Post(dovecot)
    async with writing(post, random.Random(seed + 1)):
        for _ in range(KILLS):
            await one_life(installation, chance)
    for _ in range(2):  # what became doubtful in the first is sent once more in the second
        result = await installation.command("run", "--once", patience=300 + 5 * KILLS)
        assert result.status == 0, result.err
    doubled = await _look(dovecot, smtp, installation, post.sent)
    kind = database.partition(":")[0]
    print(f"{kind}: {KILLS} kills, {post.sent} mails, {doubled} doubled acknowledgements (seed {seed})")
    assert doubled <= max(3, KILLS // 10), f"seed {seed}"


async def _look(dovecot: Dovecot, smtp: SmtpServer, installation: Installation, sent: int) -> int:
    """Everything once; return how many acknowledgements arrived twice."""
    wanted = Counter(f"<mail-{number}@citizen.example>" for number in range(1, sent + 1))
    tickets = await installation.tickets()
    assert Counter(ticket["message_id"] for ticket in tickets) == wanted
    assert dovecot.uids() == []
    copies: dict[str, list[bytes]] = defaultdict(list)
    to: dict[str, str] = {}
    for message in smtp.messages:
        parsed = email.message_from_bytes(message.data, policy=email.policy.default)
        copies[parsed["Message-ID"]].append(message.data)
        if parsed["Auto-Submitted"] == "auto-replied":
            to[parsed["Message-ID"]] = parsed["To"]
    assert Counter(to.values()) == Counter(f"erika{number}@citizen.example" for number in range(1, sent + 1))
    for ticket in tickets:
        assert {d["status"] for d in ticket["deliveries"]} == {"sent"}, ticket
        assert ticket["ack_message_id"] in to
    for found in copies.values():
        assert len(found) <= 2, "sent a third time"
        assert len(set(found)) == 1, "other octets under the same Message-ID"
    quarantined = await installation.command("quarantine", "list", "--json")
    assert quarantined.objects == [], "an innocent mail is in quarantine"
    assert (await installation.command("reconcile")).status == 0
    return sum(len(copies[message_id]) - 1 for message_id in to)
