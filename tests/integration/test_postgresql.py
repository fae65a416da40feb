"""The store's own suite once more, on a real PostgreSQL; then the daemon on it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from daemon import config as configuration
from daemon.errors import Overtaken
from daemon.store import Store
from tests.dovecot import Dovecot
from tests.installation import Installation
from tests.integration.test_daemon import acknowledgements, mail
from tests.postgresql import PostgreSQL
from tests.smtp import SmtpServer
from tests.unit.store.test_journal import *  # noqa: F403 the same suite
from tests.unit.store.test_journal import record
from tests.unit.store.test_models import *  # noqa: F403
from tests.unit.store.test_outbox import *  # noqa: F403
from tests.unit.store.test_workers import *  # noqa: F403
from tests.values import NOW, message, raw_config


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def store(postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    opened = Store.open(configuration.parse(raw_config(database={"url": postgresql.database()}), tmp_path))
    opened.database.migrate()
    monkeypatch.setattr(opened.database, "now", lambda _session, ours: ours)  # the suite's time, not the server's
    yield opened
    opened.close()


async def test_the_daemon_runs_on_it(
    dovecot: Dovecot, smtp: SmtpServer, postgresql: PostgreSQL, tmp_path: Path, model: Path
) -> None:
    url = postgresql.database()
    installation = Installation.between(tmp_path, dovecot, smtp, model, database={"url": url})
    dovecot.deliver_all([mail(number, f"Laterne {number}") for number in range(30)])
    assert "db upgrade" in (await installation.command("run", "--once")).err
    assert (await installation.command("db", "upgrade")).status == 0
    assert (await installation.command("run", "--once")).status == 0
    assert len(await installation.tickets()) == 30
    assert len({ack["To"] for ack in acknowledgements(smtp)}) == 30
    assert (await installation.command("reconcile")).status == 0


def test_one_mail_in_two_mailboxes_of_two_workers_is_recorded_once(postgresql: PostgreSQL, tmp_path: Path) -> None:
    config = configuration.parse(raw_config(database={"url": postgresql.database()}), tmp_path)
    workers = [Store.open(config), Store.open(config)]
    workers[0].database.migrate()

    def first(turn: int, worker: int) -> bool:
        uid = 2 * turn + worker + 1
        found = record(uid, f"2026-{uid:06d}", message=message(fingerprint=f"same-{turn}"), deliveries=())
        try:
            workers[worker].journal.record([found], NOW)
        except Overtaken:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        for turn in range(20):
            both = [threads.submit(first, turn, worker) for worker in (0, 1)]
            assert sorted(done.result() for done in both) == [False, True]
    for worker in workers:
        worker.close()
