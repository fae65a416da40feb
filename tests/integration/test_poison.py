"""A poisonous mail on its whole way through intake: the real store, lane and child; mailbox and time are the test's."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon import config as configuration
from daemon import desk, intake, reader, reconciliation
from daemon.errors import TemplateError
from daemon.lane import Lane
from daemon.model import Category, RawMessage
from daemon.policy import Policy
from daemon.rendering import AckFacts, Renderer
from daemon.seclusion import Seclusion
from daemon.store import Store
from tests.dovecot import Dovecot
from tests.flaky import FixedClassifier, Process, Town
from tests.properties.test_state_machine import mail_of
from tests.values import NOW, StillClock, raw_config


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Set at the end, so that no thread outlives the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
async def process(tmp_path: Path, release: threading.Event, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Process]:
    """A daemon in whose own process, too, mail about poison does not end."""
    real = reader.read

    def poisoned(raw: RawMessage, *rest: Any) -> Any:
        if b"it hangs" in raw.data:
            release.wait()
        return real(raw, *rest)

    monkeypatch.setattr(reader, "read", poisoned)
    monkeypatch.setattr(intake, "SECONDS", 0.5)  # four times of it pass: who hangs here sleeps
    config = configuration.parse(raw_config(), tmp_path)
    town = Town(NOW, asyncio.get_running_loop())  # type: ignore[arg-type]

    first = Store.open(config)
    first.database.migrate()
    first.close()
    made = Process(town, config, Renderer(config), 1)
    made.intake.thinking = Lane("thinking")
    made.intake.seclusion = Seclusion(seconds=1.0, module="tests.poisonous")
    await made.database.run(made.store.workers.enrol, made.leases.names)
    await made.leases.beat()
    yield made
    release.set()
    made.intake.thinking.close()
    made.store.close()


def poison(number: int, word: str) -> Any:
    mail = mail_of(number, f"erika{number}@citizen.example", NOW)
    mail.data += word.encode() + b"\r\n"
    return mail


def rows(process: Process, query: str) -> list[Any]:
    with sqlite3.connect(process.config.base / "anliegen.db") as connection:
        return connection.execute(query).fetchall()


async def test_one_that_hangs_is_kept_and_answered_and_delays_nobody(process: Process) -> None:
    town = process.town
    for mail in (
        mail_of(1, "anna@citizen.example", NOW),
        poison(2, "it hangs"),
        mail_of(3, "otto@citizen.example", NOW),
    ):
        town.arrive(mail)
    assert await process.intake.round()
    assert town.inbox == {}
    [(reason, data)] = rows(process, "SELECT reason, data FROM quarantine")
    assert "more than 1 seconds" in reason and b"it hangs" in data
    tickets = rows(process, "SELECT from_address, category, queue, unsure FROM ticket ORDER BY id")
    assert tickets == [
        ("anna@citizen.example", "complaint", "abfall", 0),
        ("erika2@citizen.example", "other", "zentrale", 1),
        ("otto@citizen.example", "complaint", "abfall", 0),
    ]
    acks = rows(process, "SELECT address, status FROM delivery WHERE target='acknowledgement' ORDER BY id")
    assert acks == [(address, "waiting") for address, *_ in tickets]
    assert rows(process, "SELECT * FROM attempt") == []


async def test_what_was_open_when_a_process_died_is_read_alone_after_the_others(process: Process) -> None:
    town = process.town
    for mail in (poison(1, "it crashes"), mail_of(2, "anna@citizen.example", NOW)):
        town.arrive(mail)
    keys = [raw.key async for batch in process.intake.source.unsettled(process.intake._known) for raw in batch]
    process.store.journal.begin(keys, NOW)  # as a process left it that died in the middle of both
    town.arrive(mail_of(3, "otto@citizen.example", NOW))
    assert await process.intake.round()
    order = rows(process, "SELECT from_address FROM message ORDER BY id")
    assert order == [("otto@citizen.example",), ("erika1@citizen.example",), ("anna@citizen.example",)]
    [(reason,)] = rows(process, "SELECT reason FROM quarantine")
    assert "status -11" in reason


async def test_a_mail_that_keeps_ending_the_process_is_kept_in_the_end(process: Process) -> None:
    town = process.town
    town.arrive(mail_of(1, "anna@citizen.example", NOW))
    keys = [raw.key async for batch in process.intake.source.unsettled(process.intake._known) for raw in batch]
    for _ in range(process.config.limits.attempts):
        process.store.journal.begin(keys, NOW)
    assert await process.intake.round()
    assert rows(process, "SELECT reason FROM quarantine") == [
        (f"The program ended {process.config.limits.attempts} times while it worked on this message.",)
    ]
    assert rows(process, "SELECT address FROM delivery WHERE target='acknowledgement'") == [("anna@citizen.example",)]


async def test_after_an_update_it_is_read_and_its_sender_not_answered_again(process: Process) -> None:
    process.town.arrive(poison(1, "it hangs"))
    assert await process.intake.round()
    [row] = process.store.quarantine.all()
    found = process.store.quarantine.find(row.id or 0)
    assert found is not None
    assert await desk.read_again(process.store, process.intake.policy(), found, NOW) is None
    assert rows(process, "SELECT category, queue FROM ticket") == [("complaint", "abfall")]
    assert rows(process, "SELECT count(*) FROM delivery WHERE target='acknowledgement'") == [(1,)]
    assert process.store.quarantine.all() == []


async def test_a_template_that_fails_on_a_mails_own_facts_says_so_itself_in_quarantine(
    process: Process, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = Renderer.acknowledgement

    def failing(renderer: Renderer, facts: AckFacts) -> bytes:
        if facts.category is Category.COMPLAINT:
            raise TemplateError("ack/de/complaint.j2:2: cannot be rendered with 'Tonne voll'.")
        return real(renderer, facts)

    monkeypatch.setattr(Renderer, "acknowledgement", failing)
    process.town.arrive(mail_of(1, "anna@citizen.example", NOW))
    assert await process.intake.round()
    told = "ack/de/complaint.j2:2: cannot be rendered with 'Tonne voll'."
    assert rows(process, "SELECT reason FROM quarantine") == [(told,)]
    assert rows(process, "SELECT category, queue FROM ticket") == [("other", "zentrale")]
    assert rows(process, "SELECT address FROM delivery WHERE target='acknowledgement'") == [("anna@citizen.example",)]
    assert "Tonne voll" not in caplog.text  # such a sentence may quote the mail


async def test_a_repair_reads_what_is_missing_in_a_child(tmp_path: Path, dovecot: Dovecot, store: Store) -> None:
    mailbox = raw_config()["mailbox"][0] | {"port": dovecot.port, "username": "post", "password": dovecot.password}
    config = configuration.parse(raw_config(mailbox=[mailbox]), tmp_path)
    policy = Policy(config, Renderer(config), FixedClassifier(), b"")  # type: ignore[arg-type]
    with dovecot.client() as client:
        client.create_folder("Bearbeitet")
    for mail in (poison(1, "it crashes"), poison(2, "it hangs"), mail_of(3, "otto@citizen.example", NOW)):
        dovecot.deliver(mail.data, folder="Bearbeitet")
    secluded = Seclusion(seconds=1.0, module="tests.poisonous")
    found = await reconciliation.compare(store, config, config.mailbox[0], policy, StillClock(), secluded)
    assert (found.seen, len(found.missing), len(found.imported)) == (3, 3, 3)
    assert ["status -11" in row.reason or "more than 1 seconds" in row.reason for row in store.quarantine.all()] == [
        True,
        True,
    ]
    again = await reconciliation.compare(store, config, config.mailbox[0], None, StillClock())
    assert (again.seen, again.missing) == (3, ())
