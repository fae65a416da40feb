"""`make bench-peers`: the product and what is used for the same work today, in one run; ratios first.

Each gets the same mails from the same Dovecot and answers through the same SMTP sink. As in `make bench`, what a mail
costs is a run over all mails less a run over a few; each takes its turn several times, and the medians stand in the
table, since a machine has better and worse minutes. That each mail became a ticket with an answer is asserted: a
program that drops mails would be fast. Only the product may set one aside, that it takes for a machine's, and the page
tells how many. Writes bench/peers.json and the table of docs/performance.md.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.__main__ import LIBRARIES, WARM_UP, measure, measure_product, sink
from bench.mails import mails
from bench.peers.helpdesk import PYTHON, Helpdesk
from classifiers import storage
from daemon import config as configuration
from daemon import learning
from tests.dovecot import Dovecot
from tests.values import raw_config

ROOT = Path(__file__).resolve().parents[2]
RESULTS, PAGE = ROOT / "bench" / "peers.json", ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- peers -->\n", "<!-- /peers -->\n"
#: Turns of each, one after the other.
TURNS = 3
COLUMNS = {
    "cpu_ms_a_mail": "CPU ms a mail",
    "mails_a_second": "mails a second",
    "cpu_ms_a_mail_with_start": "CPU ms a mail, the start included",
    "mails_a_second_with_start": "mails a second, the start included",
    "peak_mib": "MiB (PSS) at the peak",
}
OURS = "anliegen, classified and routed"
PEERS = {"django-helpdesk, as it comes": False, "django-helpdesk, tuned to WAL": True}

Figures = dict[str, float]


class Sink:
    """The SMTP server that takes everybody's acknowledgements."""

    def __init__(self, pipe: Any) -> None:
        self._pipe, self._counted = pipe, 0
        self.port: int = pipe.recv()

    def new(self) -> int:
        """How many mails came since this was last asked."""
        self._pipe.send("how many")
        before, self._counted = self._counted, self._pipe.recv()
        return self._counted - before


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    pipe, other = multiprocessing.Pipe()
    server = multiprocessing.Process(target=sink, args=(other,), daemon=True)
    server.start()
    try:
        yield Sink(pipe)
    finally:
        server.terminate()


def attached(messages: Sequence[bytes]) -> int:
    return sum(b"Content-Disposition: attachment" in message for message in messages)


def run_helpdesk(dovecot: Dovecot, smtp: Sink, folder: Path, messages: Sequence[bytes], *, tuned: bool) -> Figures:
    folder.mkdir()
    helpdesk = Helpdesk(folder, smtp.port, tuned=tuned)
    helpdesk.prepare(dovecot.port, dovecot.users[0], dovecot.password)
    figures = measure(helpdesk.command("get_email", "--quiet"), helpdesk.environment)
    assert helpdesk.made() == {"tickets": len(messages), "attachments": attached(messages)}
    return figures | {"without_a_ticket": 0}


def run_product(dovecot: Dovecot, smtp: Sink, folder: Path, messages: Sequence[bytes], model: Path) -> Figures:
    folder.mkdir()
    figures = measure_product(dovecot, smtp.port, folder, model, dovecot.users[0])
    database = sqlite3.connect(folder / "anliegen.db")
    ask = "SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM message WHERE role = 'aside')"
    tickets, aside = database.execute(ask).fetchone()
    database.close()
    assert tickets + aside == len(messages)
    return figures | {"without_a_ticket": aside}


def a_mail(run: Callable[[Dovecot, Path, Sequence[bytes]], Figures], smtp: Sink, place: Path, count: int) -> Figures:
    """What a mail costs, once all is loaded that a mail may need; each run has a mail server of its own.

    Starting varies by more than a few mails cost (decision 0190): a few hundred mails at least.
    """
    found = []
    for number, size in enumerate((WARM_UP, count)):
        messages = list(mails(size))
        with Dovecot(tls=False) as dovecot:
            dovecot.deliver_all(messages)
            found.append(run(dovecot, place.with_name(f"{place.name}-{number}"), messages))
        answers, tickets = smtp.new(), size - found[-1]["without_a_ticket"]
        assert answers == tickets, f"{place.name}: {tickets:.0f} tickets, {answers} acknowledgements"
    start, whole = found
    more = count - WARM_UP
    return {
        "cpu_ms_a_mail": round((whole["cpu_s"] - start["cpu_s"]) * 1000 / more, 2),
        "mails_a_second": round(more / (whole["wall_s"] - start["wall_s"]), 1),
        "cpu_ms_a_mail_with_start": round(whole["cpu_s"] * 1000 / count, 2),
        "mails_a_second_with_start": round(count / whole["wall_s"], 1),
        "start_cpu_s": round(start["cpu_s"], 2),
        "start_wall_s": round(start["wall_s"], 2),
        "peak_mib": round(whole["peak_mib"]),
        "without_a_ticket": whole["without_a_ticket"],
    }


def compare(count: int) -> dict[str, Figures]:
    """Everybody's figures by name, ours first."""
    with tempfile.TemporaryDirectory() as folder, smtp_sink() as smtp:
        place = Path(folder)
        model = place / "state"
        config = configuration.parse(raw_config(worker={"state_folder": str(model)}), place)
        learning.Shelf(config).keep(storage.kind(), learning.classifier(config).save)
        turns = [a_turn(smtp, place / f"turn-{turn}", model, count) for turn in range(TURNS)]
    return {
        name: {figure: round(statistics.median(turn[name][figure] for turn in turns), 2) for figure in turns[0][name]}
        for name in turns[0]
    }


def a_turn(smtp: Sink, place: Path, model: Path, count: int) -> dict[str, Figures]:
    place.mkdir()
    found = {OURS: a_mail(lambda d, p, m: run_product(d, smtp, p, m, model), smtp, place / "anliegen", count)}
    for name, tuned in PEERS.items():
        found[name] = a_mail(
            lambda d, p, m, tuned=tuned: run_helpdesk(d, smtp, p, m, tuned=tuned),  # type: ignore[misc]
            smtp,
            place / f"helpdesk-{tuned}",
            count,
        )
    return found


def report(count: int, found: dict[str, Figures], load: Sequence[float]) -> None:
    """Print, store, and write the page's table."""
    ours = found[OURS]
    ratios = {
        name: {what: round(ours[what] / figures[what], 2) for what in COLUMNS}
        for name, figures in found.items()
        if name != OURS
    }
    figures = {
        "ours_to_theirs": ratios,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load_before_and_after": [round(each, 1) for each in load],
        "versions": Helpdesk(ROOT, 0, tuned=False).versions() | {name: version(name) for name in LIBRARIES},
        "mails": count,
        "octets_a_mail": round(sum(map(len, mails(count))) / count),
        "measured": found,
    }
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    text = page(figures)
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{text}{END}{rest.partition(END)[2]}", "utf-8")
    print(text)


def page(figures: dict[str, Any]) -> str:
    head = " | ".join(COLUMNS.values()) + " |\n| --- |" + " ---: |" * len(COLUMNS)
    ratios = {f"to {name}": ratio for name, ratio in figures["ours_to_theirs"].items()}
    tables = [
        f"| {corner} | {head}\n"
        + "\n".join(f"| {n} | {' | '.join(str(r[c]) for c in COLUMNS)} |" for n, r in rows.items())
        for corner, rows in (("ours : theirs", ratios), ("measured", figures["measured"]))
    ]
    first, last = figures["load_before_and_after"]
    versions = figures["versions"]
    return (
        "\n\n".join(tables)
        + f"\n\n{figures['mails']} mails of {figures['octets_a_mail'] / 1024:.0f} KiB; {figures['machine']}; "
        f"{figures['measured_at'][:10]}; django-helpdesk {versions['django-helpdesk']} on Django {versions['django']}; "
        f"medians of {TURNS} turns; load of the machine {first} before and {last} after. Set aside by the product, without a ticket: "
        f"{figures['measured'][OURS]['without_a_ticket']}.\n"
    )


def main(count: int) -> None:
    if not PYTHON.exists():
        raise SystemExit("The peers are not installed; `make bench-peers` does it.")
    before = os.getloadavg()[0]
    found = compare(count)
    report(count, found, (before, os.getloadavg()[0]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
