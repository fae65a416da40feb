"""What goes wrong outside: each has its clear sentence, the rest goes on, and nothing is lost."""

from __future__ import annotations

import asyncio
import inspect
import random
import signal
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from daemon import config as configuration
from daemon import service
from daemon.app import App
from tests.disks import FULL, READ_ONLY, read_only, room
from tests.dovecot import Dovecot
from tests.installation import Installation, Running, until
from tests.integration.test_daemon import acknowledgements, mail
from tests.smtp import SmtpServer
from tests.values import raw_config

MAILBOX = raw_config()["mailbox"][0]


async def test_mailboxes_that_cannot_be_read_say_why_and_the_others_are_read(
    tmp_path: Path, model: Path, smtp: SmtpServer
) -> None:
    with Dovecot(users=("post", "gut")) as dovecot:
        right = MAILBOX | {"password": dovecot.password}
        without = {key: value for key, value in MAILBOX.items() if key != "password"}
        boxes = [
            right | {"name": "falsch", "username": "post", "password": "wrong"},
            right | {"name": "fort", "username": "post", "port": 1},
            right | {"name": "nirgends", "username": "post", "host": "imap.invalid", "port": 993, "security": "tls"},
            without | {"name": "ohne", "username": "post", "password_env": "ANLIEGEN_TEST_IS_NOT_SET"},
            without | {"name": "leer", "username": "post", "password_file": "no.password"},
            right | {"name": "gut", "username": "gut"},
        ]
        installation = Installation(tmp_path, dovecot.port, smtp.port, model, mailbox=boxes)
        dovecot.deliver(mail(1), user="post")
        dovecot.deliver(mail(2), user="gut")
        async with Running(installation) as running:
            await until(lambda: acknowledgements(smtp))
            for name, words in {
                "falsch": "refuses the login",
                "fort": "cannot be reached",
                "nirgends": "cannot be resolved",
                "ohne": "ANLIEGEN_TEST_IS_NOT_SET is not set",
                "leer": "no.password cannot be read",
            }.items():
                await until(
                    lambda name=name, words=words: any(f'"{name}"' in line and words in line for line in running.log)
                )
        assert [a["To"] for a in acknowledgements(smtp)] == ["erika2@citizen.example"]
        assert dovecot.messages(user="post") == [mail(1)]
        assert not any("Traceback" in line or "geheim" in line for line in running.log)
        checked = await installation.command("check")
        assert (checked.status, checked.out.count("BAD"), "need mending" in checked.err) == (1, 5, True)


BROKEN = [
    ('[[rule]]\nname = "x"\nwhen = { subject = "y" }\nthen = { department = "nix" }\n', 'no department "nix"'),
    ('[[rule]]\nname = "x\n', "line "),
    ("[surprise]\nx = 1\n", "surprise"),
]


async def test_a_broken_configuration_ends_with_2_and_all_problems(installation: Installation) -> None:
    good = installation.path.read_text("utf-8")
    for text, words in BROKEN:
        installation.path.write_text(good + text, "utf-8")
        for command in (["run"], ["check", "--offline"]):
            result = await installation.command(*command)
            assert (result.status, words in result.err, "Traceback" in result.err) == (2, True, False), result
    installation.path.write_text(good + BROKEN[0][0] + BROKEN[2][0], "utf-8")
    assert len((await installation.command("run", "--once")).err.splitlines()) == 2
    assert [path.name for path in installation.folder.iterdir()] == ["config.toml"]


async def test_an_error_in_the_administrator_s_texts_names_file_and_line(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    text = installation.folder / "texte" / "ack" / "de" / "complaint.j2"
    text.parent.mkdir(parents=True)
    installation.raw["templates"] = {"folder": "texte"}
    installation.write()
    text.write_text("Guten Tag,\n{{ no_such_fact }}\n", "utf-8")
    for command in (["run"], ["check", "--offline"], ["inspect", str(installation.path)]):
        result = await installation.command(*command)
        assert (result.status, "complaint.j2:2" in result.err, "no_such_fact" in result.err) == (2, True, True), result
    text.unlink()
    async with Running(installation) as running:
        text.write_text("Guten Tag,\n{% if %}\n", "utf-8")
        running.process.send_signal(signal.SIGHUP)
        await running.logged("The old configuration stays in force")
        assert any("complaint.j2:2" in line for line in running.log)
        await asyncio.to_thread(dovecot.deliver, mail(1))
        await until(lambda: acknowledgements(smtp))


@pytest.mark.parametrize("means", READ_ONLY)
async def test_a_read_only_database_is_named_and_no_mail_is_touched(
    dovecot: Dovecot, installation: Installation, means: str
) -> None:
    dovecot.deliver(mail(1))
    assert (await installation.command("db", "upgrade")).status == 0
    with read_only(installation.folder, means):
        for command in (["run"], ["run", "--once"], ["tickets", "set", "2026-000001", "--status", "closed"]):
            result = await installation.command(*command)
            assert (result.status, len(result.err.splitlines())) == (1, 1), result
            assert "write access" in result.err
        checked = await installation.command("check")
        assert (checked.status, "cannot write" in checked.out) == (1, True)
    assert dovecot.messages() == [mail(1)]
    assert (await installation.command("run", "--once")).status == 0
    assert dovecot.messages(folder="Bearbeitet") == [mail(1)]


@pytest.mark.parametrize("means", FULL)
async def test_a_full_disk_leaves_mail_in_the_mailbox_until_there_is_room(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path, means: str
) -> None:
    with room(tmp_path / "disk", means) as disk:
        installation = Installation.between(
            tmp_path, dovecot, smtp, model, database={"url": "sqlite:///disk/anliegen.db"}
        )
        async with Running(installation) as running:
            await asyncio.to_thread(dovecot.deliver, mail(1))
            await until(lambda: len(acknowledgements(smtp)) == 1)
            disk.take(running.process.pid)
            mails = [mail(number, text="Zu lang. " * 8000) for number in range(2, 12)]
            await asyncio.to_thread(dovecot.deliver_all, mails)
            await running.logged("Mail stays in the mailbox until then", times=2)
            assert dovecot.messages() == mails
            assert len(acknowledgements(smtp)) == 1
            disk.give(running.process.pid)
            await until(lambda: len(acknowledgements(smtp)) == 11)
            assert await running.stop() == 0
        assert not any("[quarantine]" in line or "Traceback" in line for line in running.log)
        assert dovecot.uids() == []
        assert len(await installation.tickets()) == 11
        assert len({a["To"] for a in acknowledgements(smtp)}) == 11
        assert (await installation.command("reconcile")).status == 0


async def test_a_disk_that_fills_while_mail_is_sent_sends_none_twice(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    with room(tmp_path / "disk", "limit") as disk:
        installation = Installation.between(
            tmp_path, dovecot, smtp, model, database={"url": "sqlite:///disk/anliegen.db"}
        )
        async with Running(installation) as running:
            smtp.answers["END"] = lambda _: disk.take(running.process.pid)  # type: ignore[func-returns-value]
            await asyncio.to_thread(dovecot.deliver, mail(1))
            await running.logged("Mail stays in the mailbox until then", times=2)
            disk.give(running.process.pid)
            smtp.answers.clear()
            await asyncio.to_thread(dovecot.deliver, mail(2))
            await until(lambda: len(acknowledgements(smtp)) == 2)
        assert [t["deliveries"][0]["status"] for t in await installation.tickets()] == ["sent", "sent"]
    assert [a["To"] for a in acknowledgements(smtp)] == ["erika1@citizen.example", "erika2@citizen.example"]


async def test_random_bytes_stop_nobody_and_each_has_its_place(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dice = random.Random(8)
    noise = [bytes(dice.randrange(1, 256) for _ in range(dice.randrange(1, 3000))) for _ in range(20)]
    heads = [b"From: x@citizen.example\r\n" + data for data in noise]
    dovecot.deliver_all([mail(1), *noise, *heads, mail(2)])
    assert (await installation.command("run", "--once")).status == 0
    assert {a["To"] for a in acknowledgements(smtp)} >= {"erika1@citizen.example", "erika2@citizen.example"}
    assert dovecot.uids() == []
    reconciled = await installation.command("reconcile")
    assert (reconciled.status, "42 messages, 42 accounted for" in reconciled.out) == (0, True)


async def test_an_smtp_server_that_stays_down_ends_run_once_with_1_and_everything_kept(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation, capsys: pytest.CaptureFixture[str], caplog: Any
) -> None:
    assert inspect.signature(service.run_once).parameters["patience"].default == timedelta(seconds=60)
    installation.raw["smtp"]["port"] = 1
    installation.write()
    dovecot.deliver_all([mail(1), mail(2)])
    app = App(installation.path, configuration.load(installation.path))
    assert await service.run_once(app, timedelta(seconds=3)) == 1
    assert any("[gave_up]" in line and "the next run sends them" in line for line in caplog.messages)
    assert dovecot.uids() == []
    assert [d["status"] for t in await installation.tickets() for d in t["deliveries"]] == ["waiting", "waiting"]
    installation.raw["smtp"]["port"] = smtp.port
    installation.write()
    assert (await installation.command("run", "--once")).status == 0
    assert len(acknowledgements(smtp)) == 2


async def test_a_mailbox_that_stays_down_ends_run_once_with_1_and_what_is_due_is_sent(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation, caplog: Any
) -> None:
    smtp.answers["RCPT"] = "550 no such user"
    dovecot.deliver(mail(1))
    await installation.command("run", "--once")
    smtp.answers.clear()
    await installation.command("outbox", "retry", "1")
    installation.raw["mailbox"][0]["port"] = 1
    installation.write()
    app = App(installation.path, configuration.load(installation.path))
    assert await service.run_once(app, timedelta(seconds=2)) == 1
    assert any("[gave_up]" in line and "buergerpost" in line for line in caplog.messages)
    assert len(acknowledgements(smtp)) == 1


async def test_after_a_kill_the_next_start_waits_for_nobody(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    async with Running(installation) as running:
        await asyncio.to_thread(dovecot.deliver, mail(1))
        await until(lambda: acknowledgements(smtp))
        await running.stop(signal.SIGKILL)
    dovecot.deliver(mail(2))
    assert (await installation.command("run", "--once")).status == 0
    assert [a["To"] for a in acknowledgements(smtp)] == ["erika1@citizen.example", "erika2@citizen.example"]


async def test_databases_that_are_none_are_damaged_or_too_new_have_their_sentences(
    dovecot: Dovecot, installation: Installation
) -> None:
    dovecot.deliver(mail(1))
    file = installation.folder / "anliegen.db"

    async def refused(words: str, *commands: str) -> None:
        for command in commands:
            result = await installation.command(*command.split())
            assert (result.status, words in result.err) == (1, True), result
            assert len(result.err.splitlines()) == 1

    file.write_bytes(b"no database at all " * 1000)
    await refused("damaged or not a database", "run", "tickets")
    file.unlink()
    assert (await installation.command("db", "upgrade")).status == 0
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    await refused("newer release", "run --once", "db upgrade")
    installation.raw["database"] = {"url": "postgresql://nobody@127.0.0.1:1/anliegen"}
    installation.write()
    await refused("The PostgreSQL database cannot be used", "tickets", "run --once")
    assert dovecot.messages() == [mail(1)]
