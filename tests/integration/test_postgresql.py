"""The store's own suite once more, on a real PostgreSQL; then the daemon on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from daemon import config as configuration
from daemon.errors import Overtaken, StoreError
from daemon.store import Store, database
from daemon.tables import MessageRow
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
    opened = Store.open(configuration.parse(raw_config(database={"url": postgresql.migrated()}), tmp_path))
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
    workers = stores(postgresql.migrated(), tmp_path, 2)

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


def stores(url: str, folder: Path, count: int) -> list[Store]:
    """Workers on one database."""
    config = configuration.parse(raw_config(database={"url": url}), folder)
    return [Store.open(config) for _ in range(count)]


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What they return, each called in a thread of its own."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return [done.result() for done in [threads.submit(call) for call in calls]]


def test_the_schema_is_made_once_where_several_want_to(postgresql: PostgreSQL, tmp_path: Path) -> None:
    workers = stores(postgresql.database(), tmp_path, 4)
    assert len(set(at_once([worker.database.migrate for worker in workers]))) == 1
    assert len(set(at_once([worker.secret for worker in workers]))) == 1
    for worker in workers:
        worker.close()


def test_what_several_workers_make_at_the_same_moment_is_made_once(postgresql: PostgreSQL, tmp_path: Path) -> None:
    workers = stores(postgresql.migrated(), tmp_path, 4)
    for year in range(2026, 2030):
        given = at_once([partial(worker.journal.numbers, year, 5) for worker in workers])
        assert len({number for numbers in given for number in numbers}) == 20
        name = f"job-{year}"
        at_once([partial(worker.jobs.take, name, "nobody", NOW, lambda _: False) for worker in workers])
        took = [partial(worker.jobs.take, name, f"w{n}", NOW, lambda _: True) for n, worker in enumerate(workers)]
        assert sorted(at_once(took)) == [False, False, False, True]
    names = [f"post-{number}" for number in range(40)]
    at_once([partial(worker.workers.enrol, names) for worker in workers])
    beats = [partial(worker.workers.beat, f"w{n}", names, NOW, shares=True) for n, worker in enumerate(workers)]
    held = [name for beat in at_once(beats) for name in beat.held]
    assert len(held) == len(set(held)), "two workers hold one mailbox"
    for worker in workers:
        worker.close()


def test_a_worker_that_stops_in_the_middle_of_a_transaction_keeps_nobody_waiting(
    postgresql: PostgreSQL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, other = stores(postgresql.migrated(), tmp_path, 2)
    monkeypatch.setitem(database._SESSION, "idle_in_transaction_session_timeout", 1)

    def stop_while_recording() -> None:
        with stopped.database.transaction() as session:
            stopped.database.one_at_a_time(session)
            other.journal.record([record(1)], NOW)
            session.exec(select(MessageRow.id))

    with pytest.raises(StoreError):
        stop_while_recording()
    assert stopped.journal.known([record(1).raw.key]), "it goes on with a new connection"
    for worker in (stopped, other):
        worker.close()


def test_time_is_the_database_s_whatever_the_hosts_clocks_show(postgresql: PostgreSQL, tmp_path: Path) -> None:
    [store] = stores(postgresql.migrated(), tmp_path, 1)
    store.workers.enrol(["buergerpost"])
    assert store.workers.beat("w1", ["buergerpost"], NOW, shares=True).held == {"buergerpost"}
    ahead = store.workers.beat("w2", ["buergerpost"], NOW + timedelta(days=36500), shares=True)
    assert ahead.held == frozenset(), "it takes no mailbox from its holder"
    assert abs(ahead.at - datetime.now(UTC)) < timedelta(minutes=1)
    store.close()
