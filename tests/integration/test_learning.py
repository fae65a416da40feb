"""The running daemon learns: staff correct, a training is run, and the next mail is decided by the new model.

With a corpus that is learnt in seconds (`tests.small_corpus`); everything else is the real program.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.installation import PATIENCE, Installation, Running, until
from tests.integration.test_daemon import acknowledgements, mail
from tests.smtp import SmtpServer
from tests.values import raw_config

#: A matter that the corpus does not know, in the words of citizens.
WATER = [
    "Der Wasserzähler im Keller tropft.",
    "Unser Wasserzähler zeigt seit Wochen nichts an.",
    "Der Wasserdruck in der Leitung ist viel zu niedrig.",
    "Wann wird der Wasserzähler abgelesen?",
    "Aus dem Hahn kommt braunes Trinkwasser.",
]
DOUBT = "Das Trinkwasser schmeckt nach Chlor, und der Wasserzähler läuft rückwärts."


@pytest.fixture
def learning(tmp_path: Path, dovecot: Dovecot, smtp: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))  # where another test's model may lie, ready for use
    departments = [*raw_config()["department"], {"key": "wasserwerk", "name": "Wasserwerk"}]
    found = Installation.between(tmp_path, dovecot, smtp, tmp_path / "state", department=departments)
    found.module = "tests.small_corpus"
    lessons = [
        {"subject": f"Wasser {n}", "text": text, "department": "wasserwerk", "category": "complaint", "language": "de"}
        for n in range(5)
        for text in WATER
    ]
    (tmp_path / "wasserwerk.jsonl").write_text("\n".join(map(json.dumps, lessons)), "utf-8")
    return found


def ticket(installation: Installation, subject: str) -> tuple[str, str]:
    """Number and department, as the database has them."""
    with closing(sqlite3.connect(installation.folder / "anliegen.db")) as database:
        [found] = database.execute("SELECT number, department FROM ticket WHERE subject = ?", (subject,))
        return found[0], found[1]


async def test_a_signal_ends_the_first_training(learning: Installation) -> None:
    process = await learning.start("run")
    assert process.stderr is not None
    begun = b""
    while b"It is trained from the shipped corpus" not in begun:
        begun = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        assert begun, "it ended before it trained"
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    assert b"[started]" not in await process.stderr.read()
    assert not (learning.folder / "state").exists()


async def test_the_daemon_takes_the_new_model_and_gives_it_back(
    dovecot: Dovecot, smtp: SmtpServer, learning: Installation, tmp_path: Path
) -> None:
    async with Running(learning) as daemon:
        dovecot.deliver(mail(1, "Wasser 1", DOUBT))
        await until(lambda: len(acknowledgements(smtp)) == 1)
        number, department = ticket(learning, "Wasser 1")
        assert department != "wasserwerk"

        corrected = await learning.command("tickets", "set", number, "--department", "wasserwerk")
        assert corrected.status == 0, corrected.err
        taught = await learning.command("model", "teach", str(tmp_path / "wasserwerk.jsonl"))
        assert (taught.status, taught.out.split(" ")[0]) == (0, "25"), taught.err
        trained = await learning.command("train")
        assert trained.status == 0, trained.err

        await daemon.logged("Another model decides from now on.")
        dovecot.deliver(mail(2, "Wasser 2", DOUBT))
        await until(lambda: len(acknowledgements(smtp)) == 2)
        assert ticket(learning, "Wasser 2")[1] == "wasserwerk"

        newest, shipped = (await learning.command("model", "--json")).objects
        assert (newest["status"], newest["corrections"], shipped["status"]) == ("in_force", 26, "kept")
        assert newest["name"] in trained.out
        asked = {(each["part"], each["question"]): each for each in newest["figures"]}
        assert asked["lessons", "topic"]["texts"] > 0 and asked["corpus", "category"]["texts"] > 50
        assert (shipped["name"], shipped["can_be_taken_back"]) == ("shipped", True)

        back = await learning.command("model", "rollback")
        assert back.status == 0, back.err
        await daemon.logged("Another model decides from now on.", times=2)
        dovecot.deliver(mail(3, "Wasser 3", DOUBT))
        await until(lambda: len(acknowledgements(smtp)) == 3)
        assert ticket(learning, "Wasser 3")[1] != "wasserwerk"
        assert await daemon.stop() == 0
    shown = await learning.command("model")
    assert "no night replaces it" in shown.out and "Lessons of wasserwerk.jsonl: 25." in shown.out
