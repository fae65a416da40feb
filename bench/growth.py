"""`make bench-growth`: what the daemon's daily questions cost with a thousand tickets, and with a million.

Writes bench/growth.json, docs/growth.svg and the table of docs/growth.md. CPU time of this process for the database
(SQLite), of the whole `anliegen run --once` on an empty folder for start and poll, beside a processed folder of
the same size on a real Dovecot.
"""

from __future__ import annotations

import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from daemon import config as configuration
from daemon import learning
from daemon.store import Store
from tests.dovecot import Dovecot, message
from tests.grown import fill, questions
from tests.installation import Installation
from tests.values import raw_config

ROOT = Path(__file__).resolve().parents[1]
RESULTS, PAGE, PLOT = ROOT / "bench" / "growth.json", ROOT / "docs" / "growth.md", ROOT / "docs" / "growth.svg"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
REPEATS = 7
#: A file takes only so many names (ext4: 65,000).
LINKS = 50_000
START = "start, find nothing, end"

Costs = dict[str, list[float]]


def cpu_ms(call: Callable[[], object]) -> float:
    """CPU milliseconds of one call, the median of a few."""
    took = []
    for _ in range(REPEATS):
        before = time.process_time()
        call()
        took.append((time.process_time() - before) * 1000)
    return statistics.median(took)


def crowd(dovecot: Dovecot, folder: str, first: int, last: int) -> None:
    """Put that many settled messages into a maildir, as names of a few files."""
    place = dovecot.base / "mail" / "post" / dovecot.storage / f".{folder}" / "cur"
    for number in range(first, last):
        source = place / f"source-{number // LINKS}:2,S"
        if not source.exists():
            source.write_bytes(message(number))
        os.link(source, place / f"{1_600_000_000 + number}.M{number}.host:2,S")


def run_once(installation: Installation) -> float:
    """CPU milliseconds of the whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "daemon", "--config", str(installation.path), "run", "--once"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def measure(folder: Path, sizes: Sequence[int]) -> Costs:
    config = configuration.parse(raw_config(worker={"state_folder": str(folder)}), folder)
    learning.classifier(config)
    costs: Costs = {}
    with Dovecot(storage="maildir") as dovecot:
        mailbox = raw_config()["mailbox"][0] | {"username": "post", "password": dovecot.password}
        installation = Installation(folder, dovecot.port, 1, folder, mailbox=[mailbox])
        run_once(installation)  # makes database and processed folder
        store = Store.open(configuration.load(installation.path))
        there = 0
        for size in sizes:
            fill(store, size - there, there + 1)
            crowd(dovecot, config.mailbox[0].processed_folder, there, size)
            there = size
            for name, ask in questions(store, size).items():
                costs.setdefault(name, []).append(cpu_ms(ask))
            costs.setdefault(START, []).append(statistics.median(run_once(installation) for _ in range(3)))
            print(f"{size:>9} tickets measured", flush=True)
        store.close()
    return costs


def report(sizes: Sequence[int], costs: Costs) -> None:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    figures = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "sizes": sizes}
    RESULTS.write_text(
        json.dumps(figures | {"cpu_ms": {k: [round(x, 3) for x in v] for k, v in costs.items()}}, indent=1) + "\n"
    )
    PLOT.write_text(plot(sizes, costs))
    head = ["", *(f"{size:,}" for size in sizes), f"{sizes[-1]:,} : {sizes[0]:,}"]
    lines = [[name, *(f"{cost:.2f}" for cost in line), f"{line[-1] / line[0]:.1f}"] for name, line in costs.items()]
    table = "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] + ["---:"] * (len(sizes) + 1), *lines])
    before, mark, _ = PAGE.read_text().partition("<!-- measured -->\n")
    PAGE.write_text(f"{before}{mark}CPU milliseconds; {machine}; {figures['measured_at'][:10]}.\n\n{table}\n")
    print(table)


def plot(sizes: Sequence[int], costs: Costs) -> str:
    """Cost against size, both in powers of ten; a line that stays level does not grow."""
    width, height, left, decades = 560, 360, 60, (0.01, 0.1, 1, 10, 100, 1000, 10_000)

    def x(place: int) -> float:
        return left + place * width / (len(sizes) - 1)

    def y(cost: float) -> float:
        low, high = math.log10(decades[0]), math.log10(decades[-1])
        return height - (math.log10(max(cost, decades[0])) - low) / (high - low) * height + 10

    grid = [
        f'<line x1="{left}" x2="{left + width}" y1="{y(cost):.0f}" y2="{y(cost):.0f}" stroke="#ddd"/>'
        f'<text x="{left - 6}" y="{y(cost) + 4:.0f}" text-anchor="end">{cost:g} ms</text>'
        for cost in decades
    ]
    below = [
        f'<text x="{x(i):.0f}" y="{height + 28}" text-anchor="middle">{size:,}</text>' for i, size in enumerate(sizes)
    ]
    lines = [
        f'<polyline fill="none" stroke="{"#b45309" if name == START else "#0b5394"}" stroke-width="1.5" opacity="0.7" '
        f'points="{" ".join(f"{x(i):.0f},{y(cost):.1f}" for i, cost in enumerate(line))}"><title>{name}</title></polyline>'
        for name, line in costs.items()
    ]
    size = f'width="{left + width + 40}" height="{height + 40}"'
    title = "<title>CPU time of each question against the number of tickets</title>"
    body = "\n".join([title, *grid, *below, *lines])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11" role="img">\n{body}\n</svg>\n'


if __name__ == "__main__":
    sizes = SIZES[: int(sys.argv[1])] if len(sys.argv) > 1 else SIZES
    with tempfile.TemporaryDirectory() as place:
        report(sizes, measure(Path(place), sizes))
