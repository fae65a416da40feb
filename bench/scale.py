"""`make bench-scale`: what a mail, an idle mailbox and an idle process cost on PostgreSQL, and what follows from it.

Measures on this machine, then lets mails arrive at many municipalities on a Monday morning and pass the stages with
the measured times. Writes bench/scale.json and the tables of docs/scale.md. The simulation says which stage fills
first and how many workers it takes; it knows nothing of networks, disks and people.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import os
import platform
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.mails import mails
from daemon import config as configuration
from daemon import learning
from daemon.model import DeliveryStatus, Planned, Record, Role
from daemon.store import Store
from tests import memory
from tests.dovecot import Dovecot
from tests.installation import Installation, Running
from tests.postgresql import PostgreSQL
from tests.smtp import SmtpServer
from tests.values import NOW, decision, message, raw_config, raw_message, verdict

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE = ROOT / "bench" / "scale.json", ROOT / "docs" / "scale.md"
MAILS, MAILBOXES, IDLE_SECONDS = 500, 20, 60
DEPARTMENTS = [{"key": "zentrale", "name": "Zentrale Dienste"}]
TICKS = os.sysconf("SC_CLK_TCK")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Costs:
    """What was measured. `*_ms` for each mail: CPU of a worker, CPU of PostgreSQL, and how long the one place where
    workers wait for each other (recording a batch) is held. `idle_*`: CPU a minute with nothing to do."""

    worker_ms: float
    database_ms: float
    record_ms: float
    process_mib: float
    further_process_mib: float
    further_mailbox_mib: float
    idle_worker_ms: float
    idle_database_ms: float


# Measuring


class Office:
    """Installations on one Dovecot, one PostgreSQL, one sink."""

    def __init__(self, folder: Path, dovecot: Dovecot, smtp: SmtpServer, postgresql: PostgreSQL) -> None:
        self.folder, self.dovecot, self.smtp, self.postgresql = folder, dovecot, smtp, postgresql
        self.database_pid = int((postgresql.base / "data" / "postmaster.pid").read_text().split()[0])

    async def ready(self, name: str, users: Sequence[str]) -> Installation:
        """An installation with a database of its own, made, and these mailboxes."""
        place = self.folder / name
        place.mkdir()
        login = raw_config()["mailbox"][0] | {"password": self.dovecot.password}
        mailbox = [login | {"name": user, "username": user} for user in users]
        installation = Installation(
            place,
            self.dovecot.port,
            self.smtp.port,
            self.folder,
            mailbox=mailbox,
            department=DEPARTMENTS,
            database={"url": self.postgresql.database()},
        )
        installation.fresh = True
        made = await installation.command("db", "upgrade")
        assert made.status == 0, made.err
        return installation

    async def work(self) -> tuple[float, float]:
        """(worker, database): CPU milliseconds a mail, without what starting costs."""
        installation = await self.ready("work", ["post"])
        start = await self._once(installation)
        self.dovecot.deliver_all(mails(MAILS))
        whole = await self._once(installation)
        return (whole[0] - start[0]) / MAILS, (whole[1] - start[1]) / MAILS

    async def _once(self, installation: Installation) -> tuple[float, float]:
        own, database = _ended_children_ms(), cpu_ms(self.database_pid)
        result = await installation.command("run", "--once", patience=600)
        assert result.status == 0, result.err
        return _ended_children_ms() - own, cpu_ms(self.database_pid) - database

    async def idle(self) -> dict[str, float]:
        """Memory of one process, of a second beside it, of further mailboxes; CPU with nothing to do."""
        one, two, many = [await self.ready(name, users) for name, users in self._idlers()]
        async with AsyncExitStack() as stack:
            first = await stack.enter_async_context(Running(one))
            await asyncio.sleep(10)
            alone = memory.pss(first.process.pid)
            assert alone, first.log
            worker, database = cpu_ms(first.process.pid), cpu_ms(self.database_pid)
            await asyncio.sleep(IDLE_SECONDS)
            worker, database = cpu_ms(first.process.pid) - worker, cpu_ms(self.database_pid) - database
            second = await stack.enter_async_context(Running(two))
            await asyncio.sleep(10)
            both = memory.pss(first.process.pid) + memory.pss(second.process.pid)
        async with Running(many) as third:
            await asyncio.sleep(20)
            crowded = memory.pss(third.process.pid)
        return {
            "process_mib": alone / MIB,
            "further_process_mib": (both - alone) / MIB,
            "further_mailbox_mib": (crowded - alone) / MIB / (MAILBOXES - 1),
            "idle_worker_ms": worker * 60 / IDLE_SECONDS,
            "idle_database_ms": database * 60 / IDLE_SECONDS,
        }

    def _idlers(self) -> list[tuple[str, list[str]]]:
        users = list(self.dovecot.users[1:])
        return [("one", users[:1]), ("two", users[1:2]), ("many", users[:MAILBOXES])]

    def record_ms(self) -> float:
        """How long the recording of a batch of 50 takes, each mail's part of it: the median of a few."""
        config = configuration.parse(raw_config(database={"url": self.postgresql.database()}), self.folder)
        store = Store.open(config)
        store.database.migrate()
        took = []
        for first in range(1, 1001, 50):
            records = [_record(number) for number in range(first, first + 50)]
            before = time.perf_counter()
            store.journal.record(records, NOW)
            took.append((time.perf_counter() - before) * 1000 / 50)
        store.close()
        return statistics.median(took)


def cpu_ms(pid: int) -> float:
    """CPU of a process and of its children, ended and living, in milliseconds."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    return sum(map(int, words[11:15])) * 1000 / TICKS + sum(cpu_ms(int(child)) for child in children)


def _ended_children_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def _record(number: int) -> Record:
    acknowledgement = Planned(
        target="acknowledgement",
        door="smtp",
        address=f"buerger{number}@citizen.example",
        status=DeliveryStatus.WAITING,
        data=b"x" * 4_000,
        message_id=f"<ack-{number}@musterlingen.example>",
        deadline=NOW,
    )
    return Record(
        raw=raw_message(b"From: e\r\n\r\n" + b"x" * 20_000, number),
        role=Role.FIRST,
        message=message(fingerprint=f"fp-{number}"),
        verdict=verdict(),
        decision=decision(),
        number=f"2026-{number:06d}",
        deliveries=(acknowledgement,),
    )


async def measure() -> Costs:
    users = ["post", *(f"still{number}" for number in range(MAILBOXES))]
    with tempfile.TemporaryDirectory() as place, Dovecot(users=users) as dovecot, PostgreSQL() as postgresql:
        folder = Path(place)
        learning.classifier(configuration.parse(raw_config(worker={"state_folder": place}), folder))
        async with SmtpServer() as smtp:
            office = Office(folder, dovecot, smtp, postgresql)
            worker, database = await office.work()
            record = await asyncio.to_thread(office.record_ms)
            return Costs(worker_ms=worker, database_ms=database, record_ms=record, **await office.idle())


# Monday morning

#: Mails a day and municipality, and how much of a Monday's hour that is at most: ten times an average hour.
A_DAY, PEAK = 300, 10
PEAK_HOURS = range(8, 10)
BATCH = 50
#: Cores of one worker's process (its work is one thread's) and of the machine that PostgreSQL has.
DATABASE_CORES = 8
#: What is simulated, by hour of the day: nights are quiet, office hours busy, Monday's first two the peak.
HOURS = range(6, 14)


@dataclass(frozen=True)
class Morning:
    """What became of a simulated Monday morning. Waiting in seconds, from arrival until the ticket is recorded."""

    municipalities: int
    workers: int
    mails: int
    half: float
    most: float
    longest: float
    busy: dict[str, float]

    @property
    def fullest(self) -> str:
        return max(self.busy, key=lambda stage: self.busy[stage])


def arrivals(municipalities: int, chance: random.Random) -> Iterator[float]:
    """Seconds after midnight, rising."""
    hourly = A_DAY / 24 * municipalities
    for hour in HOURS:
        rate = hourly * (PEAK if hour in PEAK_HOURS else 2) / 3600
        at = hour * 3600.0
        while (at := at + chance.expovariate(rate)) < (hour + 1) * 3600:
            yield at


def through(times: Sequence[float], servers: int, service_s: float, chance: random.Random) -> list[float]:
    """When each leaves a stage of that many servers, in order of arrival; service times vary around the measured."""
    free = [0.0] * servers
    left = []
    for at in times:
        end = max(at, free[0]) + service_s * chance.expovariate(1)
        heapq.heapreplace(free, end)
        left.append(end)
    return sorted(left)


def simulate(municipalities: int, workers: int, costs: Costs, seed: int = 7) -> Morning:
    """One Monday morning through worker, recording and database."""
    chance = random.Random(seed)
    came = list(arrivals(municipalities, chance))
    stages = {
        "workers": (workers, costs.worker_ms),
        "recording, one at a time": (1, costs.record_ms),
        "PostgreSQL": (DATABASE_CORES, costs.database_ms),
    }
    times = came
    for servers, cost in stages.values():
        times = through(times, servers, cost / 1000, chance)
    waited = sorted(end - at for at, end in zip(came, times, strict=True))
    peak = sum(at // 3600 in PEAK_HOURS for at in came) / (len(PEAK_HOURS) * 3600)
    return Morning(
        municipalities,
        workers,
        len(came),
        half=waited[len(waited) // 2],
        most=waited[int(len(waited) * 0.99)],
        longest=waited[-1],
        busy={name: peak * cost / 1000 / servers for name, (servers, cost) in stages.items()},
    )


def enough(municipalities: int, costs: Costs) -> Morning:
    """The morning with as few workers as keep 99 of 100 mails under a minute; where none do, with the last tried."""
    workers = 1
    while True:
        morning = simulate(municipalities, workers, costs)
        if morning.most < 60 or morning.busy["workers"] < 0.5:
            return morning
        workers = max(workers + 1, round(workers * min(morning.busy["workers"], 4)))


# Telling


def report(costs: Costs) -> None:
    mornings = [enough(count, costs) for count in (1, 10, 100, 1_000, 11_000)]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    figures = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine}
    RESULTS.write_text(
        json.dumps(figures | {"costs": asdict(costs), "mornings": [asdict(m) for m in mornings]}, indent=1) + "\n"
    )
    before, mark, _ = PAGE.read_text().partition("<!-- measured -->\n")
    text = f"Measured {figures['measured_at'][:10]} on {machine}.\n\n{_measured(costs)}\n\n{_simulated(mornings)}\n"
    PAGE.write_text(before + mark + text)
    print(text)


def _measured(costs: Costs) -> str:
    lines = {
        "CPU of a worker for a mail": f"{costs.worker_ms:.1f} ms",
        "CPU of PostgreSQL for a mail": f"{costs.database_ms:.1f} ms",
        "recording a mail, where workers wait for each other": f"{costs.record_ms:.2f} ms",
        "memory of a process with one mailbox": f"{costs.process_mib:.0f} MiB",
        "of a further process on the same host": f"{costs.further_process_mib:.0f} MiB",
        "of a further mailbox in the same process": f"{costs.further_mailbox_mib:.2f} MiB",
        "CPU of a process with nothing to do, a minute": f"{costs.idle_worker_ms:.0f} ms",
        "CPU of PostgreSQL for it, a minute": f"{costs.idle_database_ms:.0f} ms",
    }
    return "| what | cost |\n| --- | ---: |\n" + "\n".join(f"| {name} | {cost} |" for name, cost in lines.items())


def _simulated(mornings: Sequence[Morning]) -> str:
    head = (
        "| municipalities | mails a second at the peak | workers | half wait under | 99 of 100 | longest "
        "| workers busy | recording | PostgreSQL, 8 cores | full first |\n| " + " | ".join(["---:"] * 9) + " | --- |\n"
    )
    return head + "\n".join(
        f"| {m.municipalities:,} | {m.municipalities * A_DAY / 86400 * PEAK:.2f} | {m.workers} | {m.half:.2f} s "
        f"| {m.most:.2f} s | {m.longest:.1f} s | "
        + " | ".join(f"{share:.0%}" for share in m.busy.values())
        + f" | {m.fullest} |"
        for m in mornings
    )


if __name__ == "__main__":
    report(asyncio.run(measure()))
