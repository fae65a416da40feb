"""`make bench-workers`: what four workers do beside one, where servers answer slowly.

A real Dovecot and an SMTP sink, each behind a wire on which every answer takes 50 ms; PostgreSQL without. The
mails lie in twenty mailboxes; measured is the time from their arrival to the last acknowledgement at the sink,
with all workers at rest before, each with one SMTP connection, so that waiting and not this machine's two
cores is what there is to share.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from daemon import config as configuration
from daemon import learning
from tests.dovecot import Dovecot
from tests.installation import until
from tests.integration.test_daemon import mail
from tests.postgresql import PostgreSQL
from tests.smtp import SmtpServer
from tests.values import raw_config
from tests.workers import centre

RESULTS = Path(__file__).resolve().parent / "workers.json"
USERS = [f"post-{number:02}" for number in range(20)]
DELAY = 0.05
WORKERS = (1, 4)
PATIENCE = 3600.0


def figures(mails: int, seconds: float, begun: resource.struct_rusage) -> dict[str, float]:
    """What one run came to; the workers have ended, so that their processor time is known."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    return {
        "wall_s": round(seconds, 1),
        "mails_a_second": round(mails / seconds, 2),
        "cpu_s_with_start": round(cpu, 1),
    }


async def measure(workers: int, mails: int, folder: Path, model: Path, postgresql: PostgreSQL) -> dict[str, float]:
    """One run with so many workers."""
    begun = resource.getrusage(resource.RUSAGE_CHILDREN)
    tables: dict[str, Any] = {
        "smtp": {"connections": 1},
        "worker": {"lease_seconds": 30},
        "department": [{"key": "zentrale", "name": "Zentrale Dienste"}],  # ticket and acknowledgement, no forwards
    }
    share = len(USERS) // workers
    async with SmtpServer() as smtp:
        with Dovecot(users=USERS) as dovecot:
            async with centre(folder, model, postgresql, dovecot, smtp, workers, delay=DELAY, **tables) as town:
                for worker in town.workers:
                    await worker.start()
                    await worker.started()
                await until(lambda: town.held() == [share] * workers, PATIENCE)
                await town.settles("SELECT count(*) FROM mailbox WHERE last_round_at IS NOT NULL", len(USERS), PATIENCE)
                arrived = time.perf_counter()
                for place, user in enumerate(USERS):
                    numbers = range(place + 1, mails + 1, len(USERS))
                    letters = [mail(number, f"Laterne {number}", f"Laterne {number} ist dunkel.") for number in numbers]
                    await asyncio.to_thread(dovecot.deliver_all, letters, user)
                await until(lambda: len(smtp.messages) >= mails, PATIENCE)
                seconds = time.perf_counter() - arrived
                await town.settles("SELECT count(*) FROM delivery WHERE status = 'sent'", mails, PATIENCE)
            assert len(smtp.messages) == mails
    return figures(mails, seconds, begun)


async def run(mails: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder, PostgreSQL() as postgresql:
        place = Path(folder)
        config = configuration.parse(raw_config(worker={"state_folder": str(place / "state")}), place)
        learning.classifier(config).save(place / "state" / "model")
        found = {}
        for workers in WORKERS:
            (place / str(workers)).mkdir()
            found[str(workers)] = await measure(workers, mails, place / str(workers), place / "state", postgresql)
    return found


def main(mails: int) -> None:
    found = asyncio.run(run(mails))
    ratio = found[str(WORKERS[-1])]["mails_a_second"] / found[str(WORKERS[0])]["mails_a_second"]
    figures = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "versions": {name: version(name) for name in ("psycopg", "sqlalchemy", "imapclient", "aiosmtplib")},
        "mails": mails,
        "mailboxes": len(USERS),
        "answer_ms": int(DELAY * 1000),
        "smtp_connections_a_worker": 1,
        "four_to_one": round(ratio, 2),
        "workers": found,
    }
    RESULTS.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(f"{WORKERS[-1]} workers do {ratio:.2f} times what {WORKERS[0]} does, where each answer takes 50 ms.\n")
    for workers, each in found.items():
        print(f"{workers} workers: {each['mails_a_second']:7.2f} mails a second, {each['wall_s']:.0f} s")
    print(f"\n{mails} mails in {len(USERS)} mailboxes; {figures['machine']}; stored in bench/{RESULTS.name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
