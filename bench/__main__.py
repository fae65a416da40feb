"""`make bench`: the floor and the product in the same run; ratios first, then figures, machine and versions named."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import floor
from bench.mails import mails
from classifiers import storage
from daemon import config as configuration
from daemon import learning
from tests.dovecot import Dovecot
from tests.installation import Installation
from tests.memory import Watched
from tests.smtp import SmtpServer
from tests.values import raw_config

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.json"
DEPARTMENTS = [
    {"key": "zentrale", "name": "Zentrale Dienste"}
]  # no forwards: ticket and acknowledgement, as the peers do
#: Mails of the run that is taken away from the other: its cost is that of starting, and of loading all that a mail needs.
WARM_UP = 20
LIBRARIES = ("imapclient", "aiosmtplib", "mail-parser", "sqlmodel", "scikit-learn", "jinja2", "apscheduler")


def sink(pipe: Any) -> None:
    """An SMTP server in a process of its own; reports its port, then how many mails it has when asked."""

    async def serve() -> None:
        async with SmtpServer() as server:
            pipe.send(server.port)
            while True:
                await asyncio.sleep(0.02)
                if pipe.poll():
                    pipe.recv()
                    pipe.send(len(server.messages))

    asyncio.run(serve())


def measure_floor(dovecot: Dovecot, smtp_port: int, count: int) -> dict[str, float]:
    """CPU milliseconds a mail, stage by stage."""
    fetched: list[bytes] = []
    stages = {
        "IMAPClient, batches of 50": floor.cpu(
            lambda: fetched.extend(floor.fetch(dovecot.port, "post", dovecot.password)), count
        )
    }
    stages["standard library, attachments decoded"] = floor.cpu(lambda: floor.standard_parse(fetched), count)
    stages["mail-parser"] = floor.cpu(lambda: floor.mail_parser(fetched), count)
    stages["SQLite, 50 a commit"] = floor.cpu(lambda: floor.sqlite(fetched), count)
    stages["aiosmtplib, 8 connections"] = floor.cpu(lambda: asyncio.run(floor.send(smtp_port, count)), count)
    return stages


def measure_product(
    dovecot: Dovecot, smtp_port: int, folder: Path, model: Path, user: str = "post"
) -> dict[str, float]:
    """One `run --once`."""
    mailbox = raw_config()["mailbox"][0] | {"username": user, "password": dovecot.password}
    installation = Installation(folder, dovecot.port, smtp_port, model, mailbox=[mailbox], department=DEPARTMENTS)
    command = [sys.executable, "-m", "daemon", "--config", str(installation.path), "run", "--once"]
    return measure(command, {"OPENBLAS_NUM_THREADS": "1"})


def measure(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    """One process until it ends: CPU and wall seconds, and the memory (PSS of all its processes) at its peak."""
    # as installed: modules are compiled once, not at each start
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | environment
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, env=environment)
    with Watched(process.pid) as watched:
        if process.wait() != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}; run it by hand to see why.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "wall_s": time.perf_counter() - started,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mib": watched.peak / 1024**2,
    }


def main(count: int) -> None:
    messages = list(mails(count))
    pipe, other = multiprocessing.Pipe()
    server = multiprocessing.Process(target=sink, args=(other,), daemon=True)
    server.start()
    smtp_port = pipe.recv()
    with tempfile.TemporaryDirectory() as folder, Dovecot(users=("post", "warm")) as dovecot:
        place = Path(folder)
        config = configuration.parse(raw_config(worker={"state_folder": str(place / "state")}), place)
        learning.Shelf(config).keep(storage.kind(), learning.classifier(config).save)
        (place / "idle").mkdir()
        (place / "run").mkdir()
        # what starting costs: a few mails, so that all is loaded that a mail may need
        dovecot.deliver_all(messages[:WARM_UP], "warm")
        start = measure_product(dovecot, smtp_port, place / "idle", place / "state", "warm")
        dovecot.deliver_all(messages)
        stages = measure_floor(dovecot, smtp_port, count)
        product = measure_product(dovecot, smtp_port, place / "run", place / "state")
    server.terminate()
    report(count, sum(map(len, messages)) / count, stages, start, product)


def report(
    count: int, octets: float, stages: dict[str, float], start: dict[str, float], product: dict[str, float]
) -> None:
    """Print the table and store the figures."""
    more = count - WARM_UP
    each = (product["cpu_s"] - start["cpu_s"]) * 1000 / more
    rate = more / (product["wall_s"] - start["wall_s"])
    lowest = sum(value for name, value in stages.items() if name != "mail-parser")
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {name: version(name) for name in LIBRARIES},
        "mails": count,
        "octets_a_mail": round(octets),
        "cpu_to_floor": round(each / lowest, 2),
        "product": {
            "cpu_ms_a_mail": round(each, 2),
            "mails_a_second": round(rate, 1),
            "cpu_ms_a_mail_with_start": round(product["cpu_s"] * 1000 / count, 2),
            "peak_mib": round(product["peak_mib"]),
        },
        "start": {name: round(value, 2) for name, value in start.items()},
        "floor_cpu_ms_a_mail": {name: round(value, 2) for name, value in stages.items()} | {"sum": round(lowest, 2)},
    }
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(f"The whole job costs {figures['cpu_to_floor']} times the CPU of its bare libraries.\n")
    print(f"{'stage':44} CPU ms a mail")
    for name, value in stages.items():
        print(f"{name:44} {value:8.2f}")
    print(f"{'floor (without mail-parser)':44} {lowest:8.2f}")
    print(
        f"{'anliegen, all of it, classified and routed':44} {each:8.2f}   {rate:.0f} mails a second, {product['peak_mib']:.0f} MiB (PSS)"
    )
    print(f"\n{count} mails of {octets / 1024:.0f} KiB; {figures['machine']}; stored in {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
