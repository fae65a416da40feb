"""Several workers on one PostgreSQL: who reads what, who takes over, and that nobody does anything twice.

What must hold in the end, whatever was killed, stopped or cut off when: every mail one ticket, every ticket one
acknowledgement; a second copy of one only with the same octets, and only of a delivery that was in doubt. How
often that was is printed. `make soak-workers` takes 4 workers, 20 mailboxes and 4,000 mails (SOAK_MAILS=…).
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tests.installation import until
from tests.integration.test_daemon import mail
from tests.postgresql import PostgreSQL
from tests.smtp import SmtpServer
from tests.wire import Wire
from tests.workers import Centre, Worker, centre

LONG = "SOAK_MAILS" in os.environ
MAILS = int(os.environ.get("SOAK_MAILS", "90"))
WORKERS, MAILBOXES = (4, 20) if LONG else (3, 6)
#: Seconds from the beginning of the mail to the last mischief.
SECONDS = float(os.environ.get("SOAK_SECONDS", "300")) if LONG else 8.0
PATIENCE = 900.0 if LONG else 300.0  # a mailbox that failed again and again rests for minutes
#: Short, but longer than a busy machine keeps a living worker from its database.
LEASE = 15 if LONG else 8
#: Doubt is resolved at once, and gaps are short: otherwise each mischief would cost minutes.
HURRIED: dict[str, Any] = {
    "delivery": {"in_doubt_after_minutes": 0, "retry_first_seconds": 1, "retry_longest_minutes": 1},
    "worker": {"lease_seconds": LEASE},
}
#: The second worker's clock is half a day ahead.
AHEAD = 43_200.0
OPEN = "SELECT count(*) FROM delivery WHERE status NOT IN ('sent', 'refused', 'withheld')"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


def post(dovecot: Dovecot, user: str, numbers: list[int]) -> None:
    mails = [mail(number, f"Laterne {number}", f"Laterne {number} ist dunkel.") for number in numbers]
    dovecot.deliver_all(mails, user)


async def written(dovecot: Dovecot, pace: random.Random) -> None:
    """All mails, a few at a time, over all the mischief's time."""
    numbers = list(range(1, MAILS + 1))
    while numbers:
        some = [numbers.pop() for _ in range(min(len(numbers), pace.randint(1, 8)))]
        await asyncio.to_thread(post, dovecot, pace.choice(dovecot.users), some)
        await asyncio.sleep(SECONDS * len(some) / MAILS * pace.uniform(0.2, 1.0))


class Mischief:
    """What happens to one worker, at random, and how often."""

    def __init__(self, worker: Worker, chance: random.Random, counts: Counter[str]) -> None:
        self.worker, self.chance, self.counts = worker, chance, counts

    async def go_on(self, until_moment: float) -> None:
        while asyncio.get_running_loop().time() < until_moment:
            await asyncio.sleep(self.chance.uniform(0.3, 2.5))
            kind = self.chance.choice(("killed", "stopped", "cut", "silent"))
            self.counts[kind] += 1
            await getattr(self, kind)()

    async def killed(self) -> None:
        await self.worker.kill()
        await self.worker.start()
        await self.worker.started(self.worker.count("[started]") + 1)

    async def stopped(self) -> None:
        """For longer than its lease, or for a moment; a stopped process may also be killed."""
        self.worker.send(signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(0.5, 1.4 * LEASE))
        self.worker.send(signal.SIGCONT)

    async def cut(self) -> None:
        await self._without(lambda wire: wire.cut())

    async def silent(self) -> None:
        await self._without(lambda wire: wire.silence())

    async def _without(self, damage: Callable[[Wire], None]) -> None:
        names = self.chance.sample(sorted(self.worker.wires), self.chance.choice((1, 1, 1, 3)))
        for name in names:
            damage(self.worker.wires[name])
        await asyncio.sleep(self.chance.uniform(0.2, 1.4 * LEASE))
        for name in names:
            self.worker.wires[name].mend()


async def test_whatever_happens_to_workers_every_mail_is_one_ticket_and_is_answered_once(
    smtp: SmtpServer, postgresql: PostgreSQL, tmp_path: Path, model: Path
) -> None:
    seed = int(os.environ.get("SOAK_SEED", random.SystemRandom().randrange(10**6)))
    users, counts = [f"post-{number}" for number in range(MAILBOXES)], Counter[str]()
    with Dovecot(users=users) as dovecot:
        async with centre(tmp_path, model, postgresql, dovecot, smtp, WORKERS, **HURRIED) as town:
            await asyncio.gather(*(worker.start() for worker in town.workers))
            await asyncio.gather(*(worker.started() for worker in town.workers))
            end = asyncio.get_running_loop().time() + SECONDS
            mischief = [Mischief(w, random.Random(seed + n), counts) for n, w in enumerate(town.workers)]
            await asyncio.gather(written(dovecot, random.Random(seed - 1)), *(each.go_on(end) for each in mischief))
            await town.settles(OPEN, 0, PATIENCE)
            await town.settles("SELECT count(*) FROM ticket", MAILS, PATIENCE)
            await town.settles(OPEN, 0, PATIENCE)
            await until(lambda: not any(dovecot.uids(user) for user in users), PATIENCE)
            doubled = await _look(town)
    what = ", ".join(f"{times} {kind}" for kind, times in sorted(counts.items()))
    print(f"{WORKERS} workers, {MAILBOXES} mailboxes, {MAILS} mails; {what}; {doubled} doubled (seed {seed})")
    assert sum(counts.values()) >= WORKERS


async def _look(town: Centre) -> int:
    """Everything once; return how many acknowledgements arrived twice."""
    wanted = Counter(f"<mail-{number}@citizen.example>" for number in range(1, MAILS + 1))
    assert Counter(row["message_id"] for row in town.rows("SELECT message_id FROM ticket")) == wanted
    copies: dict[str, list[bytes]] = defaultdict(list)
    to: dict[str, str] = {}
    for message in town.smtp.messages:
        parsed = email.message_from_bytes(message.data, policy=email.policy.default)
        copies[parsed["Message-ID"]].append(message.data)
        if parsed["Auto-Submitted"] == "auto-replied":
            to[parsed["Message-ID"]] = parsed["To"]
    assert Counter(to.values()) == Counter(f"erika{number}@citizen.example" for number in range(1, MAILS + 1))
    assert town.rows("SELECT id FROM delivery WHERE status <> 'sent'") == []
    assert town.rows("SELECT id FROM quarantine") == [], "an innocent mail is in quarantine"
    doubtful = {row["mail_message_id"] for row in town.rows("SELECT mail_message_id FROM delivery WHERE doubts > 0")}
    twice = {message_id for message_id, found in copies.items() if len(found) > 1}
    assert twice <= doubtful, "doubled without a doubt"
    for found in copies.values():
        assert len(found) <= 2, "sent a third time"
        assert len(set(found)) == 1, "other octets under the same Message-ID"
    assert (await town.workers[0].installation.command("reconcile")).status == 0
    return len(twice & to.keys())


async def test_mailboxes_spread_over_the_workers_and_a_dead_one_s_are_taken_over(
    smtp: SmtpServer, postgresql: PostgreSQL, tmp_path: Path, model: Path
) -> None:
    with Dovecot(users=[f"post-{number}" for number in range(5)]) as dovecot:
        async with centre(tmp_path, model, postgresql, dovecot, smtp, 2, **HURRIED, clocks=(0.0, AHEAD)) as town:
            first, second = town.workers
            await first.start()
            await until(lambda: town.held() == [5])
            await second.start()
            await until(lambda: town.held() == [3, 2])
            for user in dovecot.users:
                dovecot.deliver(mail(int(user[-1]) + 1, "Laterne"), user)
            await town.settles("SELECT count(*) FROM delivery WHERE status = 'sent'", 5)
            status = (await first.installation.command("status", "--json")).objects[0]
            assert sorted(len(worker["mailboxes"]) for worker in status["workers"]) == [2, 3]
            await first.kill()
            await until(lambda: town.held() == [5])
            dovecot.deliver(mail(9, "Bank"), "post-0")
            dovecot.deliver(mail(10, "Bank"), "post-4")
            await town.settles("SELECT count(*) FROM delivery WHERE status = 'sent'", 7)
            skew = town.one("SELECT max(abs(extract(epoch FROM recorded_at - now()))) FROM message")
            assert skew < AHEAD / 2, "a worker believed its own clock"
            assert town.one("SELECT count(*) FROM job WHERE name = 'warn'") == 1
            await second.stop()
            assert (town.held(), town.rows("SELECT name FROM worker WHERE alive_until > now()")) == ([], [])
