"""Log lines hold no address, subject or body, whatever happens: canaries through every path (invariant 10)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from daemon import config as configuration
from daemon import judge, logs, reader, reports, schedule
from daemon.errors import TemplateError
from daemon.model import Retry
from daemon.rendering import Renderer
from daemon.store import Store
from tests.dovecot import Dovecot
from tests.flaky import FlakyTarget, Mail, Process, Town, VirtualLoop
from tests.installation import Installation
from tests.properties.test_state_machine import CALLS, SMTP_FAULTS
from tests.rendering import forward_facts, renderer
from tests.smtp import SmtpServer
from tests.values import NOW, message, raw_config

CANARIES = ("canaryaddress", "CanaryName", "CanarySubject", "CanaryBody", "canaryfile")


def canary(number: int, body: str = "", **fields: str) -> bytes:
    head = {
        "From": f"CanaryName <canaryaddress{number}@citizen.example>",
        "To": "buergerpost@musterlingen.example",
        "Subject": f"CanarySubject {number}",
        "Message-ID": f"<{number}@citizen.example>",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{lines}\r\nCanaryBody {number} {body}\r\n".encode()


def silent(text: str) -> None:
    found = [line for line in text.splitlines() if any(word.casefold() in line.casefold() for word in CANARIES)]
    assert found == []


class Quoting(FlakyTarget):
    """A server that quotes the recipient in whatever it says."""

    async def deliver(self, delivery: Any, begin: Any) -> Any:
        if self.town.smtp_down == "greeting" or delivery.target == "mail":
            why = f"421 4.7.0 <{delivery.address}> for {delivery.message_id} not now"
            return Retry(why, target_wide=self.town.smtp_down == "greeting")
        return await super().deliver(delivery, begin)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[tuple[VirtualLoop, Process]]:
    department = {"key": "abfall", "name": "Abfall", "deliver": [{"mail": "canaryaddress@musterlingen.example"}]}
    tables = {"department": [department, {"key": "zentrale", "name": "Zentrale"}]}
    config = configuration.parse(raw_config(**tables, administrator={"mail": "canaryaddress@it.example"}), tmp_path)
    fresh = Store.open(config)
    fresh.database.migrate()
    fresh.close()
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    process = Process(Town(NOW, loop), config, Renderer(config), 1)
    yield loop, process
    loop.run_until_complete(process.end())
    loop.close()
    asyncio.set_event_loop(None)


def app_of(process: Process) -> Any:
    return SimpleNamespace(
        store=process.store,
        config=process.config,
        policy=process.intake.policy(),
        clock=process.town,
        database=process.database,
        dispatch=process.dispatch,
    )


def test_intake_and_dispatch_under_every_fault(
    world: tuple[VirtualLoop, Process], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    loop, process = world
    town, number = process.town, 0
    process.dispatch.targets = lambda: {n: Quoting(process) for n in ("acknowledgement", "mail", "alarm")}
    real_read, real_judge = reader.read, judge.judge

    def read(raw: Any, *rest: Any) -> Any:
        if b"eats memory" in raw.data:
            raise MemoryError
        return real_read(raw, *rest)

    def judged(readings: Any, *rest: Any) -> Any:
        if any(b"no verdict" in reading.raw.data and reading.trouble is None for reading in readings):
            raise ValueError(f"cannot judge {readings[0].message.subject}")
        return real_judge(readings, *rest)

    monkeypatch.setattr(reader, "read", read)
    monkeypatch.setattr(judge, "judge", judged)
    kinds: tuple[dict[str, str], ...] = (
        {},
        {"Auto_Submitted": "auto-replied"},
        {"body": "no verdict"},
        {"Content_Type": "multipart/mixed; boundary=canaryfile"},
        {"List_Id": "<canaryaddress.example>"},
    )
    for fault in SMTP_FAULTS:
        for kind in kinds:
            number += 1
            town.arrive(Mail(canary(number, **kind), town.now(), ""))
        town.smtp_down = fault
        loop.run_until_complete(process.live(900))
    for call in CALLS:
        process.store_faults[call] = ["fails", "answer lost"]
        number += 1
        town.arrive(Mail(canary(number), town.now(), ""))
        loop.run_until_complete(process.live(900))
    town.imap_down, town.smtp_down = True, "greeting"
    loop.run_until_complete(process.live(900))
    town.jumped += timedelta(hours=23)
    app = app_of(process)
    loop.run_until_complete(reports.warn(app))
    loop.run_until_complete(reports.daily(app))
    for event in (
        "[recorded]",
        "[quarantine]",
        "[judging_failed]",
        "[retry]",
        "[refused]",
        "[indoubt]",
        "[shut]",
        "[late]",
    ):
        assert event in caplog.text
    silent(caplog.text)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[parameters: ('canaryaddress@citizen.example', 'CanarySubject')]"),
        TemplateError("admin/de/daily.j2:1: 'CanarySubject' has no attribute."),
    ],
)
async def test_a_job_that_fails_over_a_mail_does_not_quote_it(
    error: Exception, world: tuple[VirtualLoop, Process], caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(app: Any) -> None:
        raise error

    async def noted(*_: object) -> None:
        return None

    app = app_of(world[1])
    app.worker, app.database = "w", SimpleNamespace(run=noted)
    await schedule._guarded(schedule.Job("warn", fails, schedule._every(60)), app)
    assert "[job_failed]" in caplog.text
    silent(caplog.text)


def test_a_template_that_trips_over_a_subject_does_not_quote_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "forward" / "de").mkdir(parents=True)
    (tmp_path / "forward" / "de" / "subject.j2").write_text("{{ {}[subject] }}{{ 1 + subject }}", "utf-8")
    facts = forward_facts(message=message(subject="CanarySubject"))
    renderer(tmp_path, templates={"folder": str(tmp_path)}).forward(facts)
    assert "[template_failed]" in caplog.text and "subject.j2:1: UndefinedError" in caplog.text
    silent(caplog.text)


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 <canaryaddress1@citizen.example> unknown",
        "to=canaryaddress@x.example, relay=none",
        "canaryaddress@[127.0.0.1]",
    ],
)
def test_what_a_server_quotes_is_taken_out(said: str, caplog: pytest.LogCaptureFixture) -> None:
    logs.event(logging.getLogger("daemon.test"), logging.ERROR, "shut", said, door="smtp", why=said)
    assert "(address)" in caplog.text
    silent(caplog.text)


async def test_the_real_daemon_between_servers_that_quote(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    smtp.answers["RCPT"] = lambda address: (
        f"550 5.1.1 <{address}> CanarySubject unknown" if "1@" in address else f"451 4.7.1 <{address}> later"
    )
    dovecot.deliver_all(
        [canary(1), canary(2), canary(3, Auto_Submitted="auto-replied"), b"CanaryBody\x00\xff", canary(1)]
    )
    result = await installation.command("run", "--once")
    assert result.status == 0 and "[refused]" in result.err and "[recorded]" in result.err
    silent(result.err)
