"""Every command of the command line as an administrator meets it: flags, exit status, output, fields.

The real command in processes. One installation with a few mails serves all that only reads.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import mailbox
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.dovecot import Dovecot
from tests.installation import ROOT, Installation, Result
from tests.integration.test_daemon import acknowledgements, mail
from tests.smtp import SmtpServer

#: The page of public interfaces, field by field: none may vanish.
INSPECT = [
    "file",
    "sha256",
    "error",
    "subject",
    "from",
    "from_name",
    "message_id",
    "date",
    "language",
    "kind",
    "opens_ticket",
    "acknowledge",
    "reason",
    "category",
    "confidence",
    "unsure",
    "department",
    "department_by",
    "department_confidence",
    "department_unsure",
    "queue",
    "requested_times",
    "ms",
]
TICKET = [
    "number",
    "mailbox",
    "channel",
    "message_id",
    "sha256",
    "from",
    "subject",
    "language",
    "received_at",
    "category",
    "confidence",
    "unsure",
    "department",
    "queue",
    "status",
    "acknowledged_at",
    "ack_message_id",
    "ack_withheld",
    "messages",
    "deliveries",
]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
NOISE = b"\x01\x02\x03 no mail at all"


def documented(heading: str) -> list[str]:
    """The fields that docs/commands.md names in the table under a heading."""
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    section = page.split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return [field for cell in cells for field in re.findall(r"`([a-z0-9_]+)`", cell)]


def inner(heading: str, field: str) -> list[str]:
    """The fields of the objects in a field."""
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    section = page.split(f"### {heading}\n", 1)[1].split("\n#", 1)[0]
    row = next(line for line in section.splitlines() if line.startswith(f"| `{field}` "))
    return re.findall(r'"([a-z]+)"', row)


async def plain(*arguments: str, folder: Path, **environment: str) -> Result:
    """The command without any option of the tests' own, in a folder."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "daemon", *arguments),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return Result(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def worked(dovecot: Dovecot, smtp: SmtpServer, installation: Installation) -> Installation:
    """An installation that has taken in a complaint, praise, a newsletter and noise."""
    dovecot.deliver_all(
        [
            mail(1, "Restmülltonne", "Unsere Restmülltonne wurde wieder nicht geleert. Bitte holen Sie sie ab."),
            mail(2, "Lob", "Vielen Dank an die Bibliothek, die Beratung war wunderbar!"),
            mail(3, "Newsletter", List_Id="<news.example>"),
            NOISE,
        ]
    )
    done = await installation.command("run", "--once")
    assert done.status == 0, done.err
    return installation


async def test_tickets_as_json_as_a_table_and_by_every_filter(worked: Installation) -> None:
    everything = await worked.command("tickets", "--json")
    first, second, unread = everything.objects
    assert (everything.status, everything.err) == (0, "")
    assert list(first) == documented("`tickets --json`")
    assert set(TICKET) <= set(first)
    assert (first["category"], first["queue"], first["status"], first["channel"]) == (
        "complaint",
        "abfall",
        "open",
        "email",
    )
    assert (second["category"], second["from"]) == ("praise", "erika2@citizen.example")
    assert (unread["ack_withheld"], unread["unsure"], unread["queue"]) == ("unreadable", True, "zentrale")
    assert [d["target"] for d in first["deliveries"]] == ["acknowledgement", "mail"]
    assert all(list(d) == inner("`tickets --json`", "deliveries") for d in first["deliveries"])
    moments = [first["received_at"], first["acknowledged_at"], *(d["at"] for d in first["deliveries"])]
    assert all(MOMENT.fullmatch(moment) for moment in moments)

    async def numbers(*filters: str) -> list[str]:
        found = await worked.command("tickets", "--json", *filters)
        assert found.status == 0, found.err
        return [ticket["number"] for ticket in found.objects]

    number = second["number"]
    changed = await worked.command("tickets", "set", number, "--status", "waiting", "--note", "Dank ist ausgerichtet.")
    assert (changed.status, changed.err) == (0, "")
    assert await numbers("--status", "waiting") == [number]
    assert await numbers("--category", "praise", "--status", "open") == []
    assert await numbers("--department", "abfall", "--since", "2026-01-01") == [first["number"]]
    assert await numbers("--since", "2999-01-01T00:00:00+01:00") == []
    table = await worked.command("tickets")
    assert table.status == 0
    assert [line.split()[0] for line in table.out.splitlines()] == [
        "number",
        *(t["number"] for t in everything.objects),
    ]
    shown = await worked.command("tickets", "show", number)
    aside = await worked.command("tickets", "aside", "--json")
    assert [list(o) for o in aside.objects] == [documented("`tickets aside --json`")]
    assert list(aside.objects[0]["reason"]) == inner("`tickets aside --json`", "reason")
    assert "Dank ist ausgerichtet." in shown.out and "open → waiting" in shown.out
    [machine] = (await worked.command("tickets", "show", number, "--json")).objects
    assert list(machine) == [*documented("`tickets --json`"), "reasons", "history"]
    assert [list(line) for line in machine["history"]] == [["at", "actor", "what", "old", "new"]] * len(
        machine["history"]
    )


async def test_tickets_set_corrects_and_refuses_what_does_not_exist(worked: Installation, smtp: SmtpServer) -> None:
    number = (await worked.tickets())[1]["number"]
    wrong = await worked.command("tickets", "set", number, "--department", "nix", "--note", " ")
    assert (wrong.status, len(wrong.err.splitlines())) == (2, 2)
    assert "abfall, bauamt, tiefbau, zentrale" in wrong.err
    assert (await worked.command("tickets", "set", "1999-000001", "--status", "closed")).status == 1
    assert (await worked.command("tickets", "set", number)).status == 2
    before = len(smtp.messages)
    for options in (["--category", "complaint", "--department", "abfall"], ["--status", "closed"]):
        assert (await worked.command("tickets", "set", number, *options)).status == 0
    await worked.command("run", "--once")
    ticket = (await worked.tickets())[1]
    assert (ticket["category"], ticket["department"], ticket["queue"]) == ("complaint", "abfall", "abfall")
    assert (ticket["unsure"], ticket["confidence"], ticket["status"]) == (False, 1.0, "closed")
    assert [m.recipients for m in smtp.messages[before:]] == [("abfall@musterlingen.example",)]


async def test_quarantine_lists_shows_retries_and_dismisses(
    worked: Installation, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    [waiting] = (await worked.command("quarantine", "list", "--json")).objects
    assert list(waiting) == documented("`quarantine list --json`")
    assert (waiting["status"], waiting["sha256"]) == ("waiting", hashlib.sha256(NOISE).hexdigest())
    listed = await worked.command("quarantine", "list")
    assert (listed.status, waiting["reason"] in listed.out) == (0, True)
    number = str(waiting["id"])
    assert (await worked.command("quarantine", "show", number)).out.encode() == NOISE
    again = await worked.command("quarantine", "retry", number)
    assert (again.status, waiting["reason"] in again.out, "stay in quarantine" in again.err) == (1, True, True)
    done = await worked.command("quarantine", "dismiss", number, "77")
    assert (done.status, f"{number}: dismissed." in done.out, "77: is not in quarantine" in done.err) == (1, True, True)
    assert (await worked.command("quarantine", "list")).out.strip() == "Quarantine is empty."
    assert [q["status"] for q in (await worked.command("quarantine", "list", "--all", "--json")).objects] == [
        "dismissed"
    ]
    for wrong in (["show", "77"], ["retry", "77"]):
        assert (await worked.command("quarantine", *wrong)).status == 1
    assert (await worked.command("quarantine", "retry")).status == 2


async def test_what_is_read_at_last_becomes_what_it_is(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(NOISE)
    await installation.command("run", "--once")
    [ticket] = await installation.tickets()
    assert (ticket["category"], ticket["ack_withheld"], acknowledgements(smtp)) == ("other", "unreadable", [])
    with closing(sqlite3.connect(installation.folder / "anliegen.db")) as database:
        readable = mail(1, "Lob", "Danke für die wunderbare Bibliothek!")  # as to a later release, which reads more
        database.execute("UPDATE quarantine SET data = ?", (readable,))
        database.commit()
    again = await installation.command("quarantine", "retry", "--all")
    assert (again.status, "its ticket is up to date" in again.out) == (0, True), again
    assert (await installation.command("quarantine", "retry", "1")).status == 1  # once is enough
    await installation.command("run", "--once")
    [read] = await installation.tickets()
    assert (read["number"], read["category"], read["ack_withheld"]) == (ticket["number"], "praise", None)
    assert [a["To"] for a in acknowledgements(smtp)] == ["erika1@citizen.example"]
    assert (await installation.command("reconcile")).status == 0


async def test_outbox_lists_what_waits_and_lets_it_go(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    smtp.answers["RCPT"] = "550 5.1.1 no such user"
    dovecot.deliver(mail(1))
    assert (await installation.command("run", "--once")).status == 0
    listed = await installation.command("outbox", "list", "--json")
    [refused] = listed.objects
    assert list(refused) == documented("`outbox list --json`")
    assert (refused["status"], refused["target"], "no such user" in refused["why"]) == (
        "refused",
        "acknowledgement",
        True,
    )
    assert MOMENT.fullmatch(refused["at"])
    assert "no such user" in (await installation.command("outbox", "list")).out
    assert (await installation.command("outbox", "list", "--status", "sent", "--json")).objects == []
    assert (await installation.command("status")).status == 1
    looked = await installation.command("outbox", "dismiss", "99", str(refused["id"]))
    assert (looked.status, f"{refused['id']}: dismissed." in looked.out, "99: cannot" in looked.err) == (1, True, True)
    assert (await installation.command("status")).status == 0
    assert (
        await installation.command("outbox", "list")
    ).out.strip() == "Nothing waits; 1 dismissed (--status refused)."
    assert "refused, dismissed" in (await installation.command("outbox", "list", "--status", "refused")).out
    assert "refused → dismissed" in (await installation.command("tickets", "show", refused["ticket"])).out
    assert (await installation.command("outbox", "retry")).status == 2
    unknown = await installation.command("outbox", "retry", "99", str(refused["id"]))
    assert (unknown.status, f"{refused['id']}: goes out" in unknown.out, "99: cannot" in unknown.err) == (1, True, True)
    smtp.answers.clear()
    assert (await installation.command("run", "--once")).status == 0
    assert len(acknowledgements(smtp)) == 1
    assert (await installation.command("outbox", "list")).out.strip() == "Everything is sent."
    assert (await installation.command("outbox", "retry", "--ticket", refused["ticket"])).status == 1


async def test_reconcile_names_what_is_missing_on_stderr_too(worked: Installation, dovecot: Dovecot) -> None:
    assert (await worked.command("reconcile")).status == 0
    dovecot.deliver(mail(9), folder="Bearbeitet")
    found = await worked.command("reconcile")
    assert (found.status, "Bearbeitet: UID" in found.out, "reconcile --repair" in found.err) == (1, True, True)
    worked.raw["mailbox"] = [worked.raw["mailbox"][0] | {"name": "zu", "port": 1}, *worked.raw["mailbox"]]
    worked.write()
    beside = await worked.command("reconcile", "--repair")
    assert (beside.status, "cannot be reached" in beside.err, "imported as" in beside.out) == (1, True, True)


async def test_inspect_reads_files_folders_mbox_and_standard_input(
    tmp_path: Path, installation: Installation, smtp: SmtpServer
) -> None:
    mails = tmp_path / "mails" / "deep"
    mails.mkdir(parents=True)
    (mails / "one.eml").write_bytes(mail(1))
    (mails / "two.eml").write_bytes(mail(2, "Urlaub", Auto_Submitted="auto-replied"))
    (mails.parent / "noise").write_bytes(NOISE)
    box = mailbox.mbox(tmp_path / "box")
    for number in (3, 4):
        box.add(mail(number))
    box.close()
    paths = [str(mails.parent), str(tmp_path / "box"), str(tmp_path / "none.eml")]
    found = await installation.command("inspect", "--json", "--ack", *paths)
    assert (found.status, "1 of the files" in found.err) == (1, True)
    assert [Path(o["file"]).name for o in found.objects] == [
        "one.eml",
        "two.eml",
        "noise",
        "box#1",
        "box#2",
        "none.eml",
    ]
    fields = documented("`inspect --json`")
    assert all(list(o) == fields for o in found.objects)
    assert set(INSPECT) <= set(fields)
    one, two, noise, *_, missing = found.objects
    assert one["sha256"] == hashlib.sha256(mail(1)).hexdigest()
    assert (one["kind"], one["category"], one["queue"], one["acknowledge"]) == ("person", "complaint", "tiefbau", True)
    letter = one["acknowledgement"]
    assert list(letter) == inner("`inspect --json`", "acknowledgement")
    assert (letter["to"], letter["headers"]["Auto-Submitted"]) == ("erika1@citizen.example", "auto-replied")
    assert (two["kind"], two["acknowledge"], two["acknowledgement"]) == ("auto_reply", False, None)
    assert list(two["reason"]) == inner("`inspect --json`", "reason") and two["reason"]["rule"].startswith("RFC 3834")
    assert (noise["kind"], noise["opens_ticket"], bool(noise["error"])) == ("unreadable", True, True)
    assert (missing["sha256"], missing["kind"]) == (None, None)
    assert smtp.connections == 0
    assert {path.name for path in tmp_path.iterdir()} == {"mails", "box", "config.toml"}


async def test_inspect_tells_people_and_reads_standard_input(installation: Installation) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "daemon", "inspect", "--config", str(installation.path), "--ack", "-"],
        input=mail(1),
        capture_output=True,
        check=False,
        cwd=ROOT,
    )
    told = process.stdout.decode()
    assert process.returncode == 0, process.stderr
    assert "── -" in told and "category    complaint" in told and "To: erika1@citizen.example" in told


async def test_commands_that_read_or_correct_never_make_a_database(installation: Installation) -> None:
    commands = [
        ["tickets", "--json"],
        ["tickets", "set", "2026-000001", "--status", "closed"],
        ["quarantine", "list"],
        ["outbox", "retry", "1"],
        ["reconcile", "--repair"],
    ]
    for command in commands:
        result = await installation.command(*command)
        assert (result.status, result.out, len(result.err.splitlines())) == (1, "", 1), (command, result)
        assert "`anliegen run` makes it" in result.err
    checked = await installation.command("check")
    assert (checked.status, "will make" in checked.out) == (0, True)
    assert [path.name for path in installation.folder.iterdir()] == ["config.toml"]
    upgraded = await installation.command("db", "upgrade")
    assert (upgraded.status, "schema is at version" in upgraded.out) == (0, True)
    assert {path.stat().st_mode & 0o777 for path in installation.folder.glob("anliegen.db*")} == {0o600}
    assert (await installation.command("tickets", "--json")).status == 0


async def test_the_configuration_is_found_where_it_is_said_to_be(tmp_path: Path, installation: Installation) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    said = str(installation.path)
    assert (await plain("check", "--offline", "--config", said, folder=elsewhere)).status == 0
    assert (await plain("check", f"--config={said}", "--offline", folder=elsewhere)).status == 0
    assert (await plain("check", "--offline", folder=elsewhere, ANLIEGEN_CONFIG=said)).status == 0
    assert (await plain("check", "--offline", folder=tmp_path)).status == 0
    over = await plain("check", "--offline", "--config", "none.toml", folder=tmp_path, ANLIEGEN_CONFIG=said)
    assert (over.status, over.err.startswith("none.toml: cannot be read")) == (2, True)


async def test_a_command_that_is_stopped_or_cannot_write_says_so_without_a_traceback(
    installation: Installation,
) -> None:
    box = installation.folder / "box"
    box.write_bytes((b"From a@b Mon Jan  1 10:00:00 2026\n" + mail(1).replace(b"\r\n", b"\n") + b"\n") * 2000)
    process = await installation.start("inspect", "--json", str(box))
    assert process.stdout is not None and process.stderr is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert (process.returncode, err.decode()) == (130, "Stopped. What was recorded stays recorded.\n")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "daemon", "--config", str(installation.path), "inspect", "--json", "-"],
            input=mail(1),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            cwd=ROOT,
        )
    assert (done.returncode, done.stderr.decode().splitlines()[1:]) == (1, []), done
    assert "No space left" in done.stderr.decode()


WRONG = [
    ([], "Usage"),
    (["nonsense"], "nonsense"),
    (["run", "--twice"], "--twice"),
    (["inspect"], "PATH"),
    (["tickets", "--category", "x"], "complaint"),
    (["tickets", "--since", "gestern", "--department", "nix"], '"gestern"'),
    (["tickets", "--since", "gestern", "--department", "nix"], '"nix"'),
    (["quarantine", "show", "x"], "ID"),
    (["evaluate", "--html", "/nowhere/at/all.html"], "/nowhere/at/all.html"),
    (["model", "teach", "missing.jsonl"], "missing.jsonl: cannot be read"),
    (["model", "rollback", "x"], "number"),
    (["--config"], "--config"),
]


async def test_wrong_usage_ends_with_2_and_says_what_is_wrong(installation: Installation) -> None:
    for arguments, words in WRONG:
        result = await plain(*arguments, folder=installation.folder)
        assert (result.status, words in result.out + result.err) == (2, True), (arguments, result)
        assert "Traceback" not in result.err


def leaves(command: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Every command with its path of words."""
    inner = getattr(command, "commands", {})
    own = [(path, command)] if path and (not inner or command.invoke_without_command) else []
    return own + [leaf for name, child in inner.items() for leaf in leaves(child, (*path, name))]


def test_every_command_and_option_is_on_its_page_and_explains_itself() -> None:
    from typer.main import get_command

    from daemon.cli import application

    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for path, command in leaves(get_command(application())):
        words = " ".join(path)
        assert command.help, words
        assert f"`anliegen {words}" in page, words
        for parameter in command.params:
            for option in (name for name in parameter.opts if name.startswith("--") and name != "--help"):
                assert option in page, (words, option)
                assert parameter.help, (words, option)


async def test_train_says_where_the_model_is_and_check_what_it_counted(
    installation: Installation, tmp_path: Path
) -> None:
    installation.module = "tests.small_corpus"
    installation.raw["worker"]["state_folder"] = str(tmp_path / "state")  # others would take its model for theirs
    installation.write()
    trained = await installation.command("train")
    assert trained.status == 0, trained.err
    assert str(tmp_path / "state" / "model") in trained.out
    offline = await installation.command("check", "--offline")
    assert offline.out.strip().endswith("1 mailbox, 4 departments, 0 rules; every template renders.")


async def test_check_says_what_it_found_and_what_needs_mending(installation: Installation, smtp: SmtpServer) -> None:
    good = await installation.command("check")
    assert (good.status, good.err) == (0, "")
    assert 'The folder "INBOX" can be read' in good.out and "envelope sender <> is accepted" in good.out
    smtp.answers["MAIL"] = lambda address: None if address else "550 no empty sender"
    bad = await installation.command("check")
    assert (bad.status, "1 of " in bad.err, "envelope_sender" in bad.out) == (1, True, True)


def test_moments_are_in_utc() -> None:
    from daemon.records import stamp

    assert stamp(datetime(2026, 3, 3, 9, 0, 0, 999, tzinfo=UTC)) == "2026-03-03T09:00:00Z"


def test_the_version_is_the_distribution_s() -> None:
    done = subprocess.run([sys.executable, "-m", "daemon", "--version"], capture_output=True, check=True, cwd=ROOT)
    assert json.dumps(done.stdout.decode().split()) == json.dumps(["anliegen", __import__("daemon").__version__])
