"""Hostile mail, end to end: no header, no template, no log line and no terminal is broken by it."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

from tests.dovecot import Dovecot
from tests.exchange import OFFICE, mail, parsed, sent
from tests.installation import ROOT, Installation
from tests.smtp import SmtpServer

#: Words that stand in the mails and may stand in no log line.
CANARIES = ("kanarienvogel", "zaunkoenig", "goldammer")
#: What may take over a terminal or turn a line round: controls, bidi, zero-width, line separators.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
RULE = [{"name": "all", "when": {"subject": "."}, "then": {"department": "abfall"}}]


def _word(text: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def _mail(who: str, subject: str, text: str = "Die Tonne kanarienvogel ist voll.", **fields: str) -> bytes:
    return mail(f"{who} <{fields.pop('address', who)}@zaunkoenig.example>", subject, text, **fields)


def _hostile() -> dict[str, bytes]:
    """Name of the sender -> mail. Each subject holds a canary, too."""
    thousand = ",\r\n ".join(f"person{n}@elsewhere.example" for n in range(1000))
    return {
        "crlf": _mail("crlf", _word("goldammer\r\nBcc: victim@elsewhere.example\r\n\r\nInjected")),
        "crlfname": mail(
            f"{_word('A goldammer' + chr(13) + chr(10) + 'Bcc: victim@elsewhere.example')} <crlfname@zaunkoenig.example>",
            "goldammer",
            "Tonne voll.",
        ),
        "bidi": _mail(
            "bidi", _word("goldammer \u202egnp.exe\u2066 \u200b\u200f\u061c\ufeff \x9b31m \x1b]0;owned\x07 Ende")
        ),
        "long": _mail("long", "goldammer " + "x" * 3000, "kanarienvogel " + "y" * 5000, X_Long="z" * 4000),
        "many": _mail("many", "goldammer", To=f"{OFFICE},\r\n {thousand}", Cc=thousand.replace("person", "other")),
        "imitator": mail(f'"{OFFICE}" <imitator@zaunkoenig.example>', "goldammer", "kanarienvogel Tonne voll."),
        "quoted": mail('"Stadt <amt@musterlingen.example>" <quoted@zaunkoenig.example>', "goldammer", "Tonne voll."),
        "several": mail(
            "several@zaunkoenig.example", "goldammer", "kanarienvogel", Sender="several@zaunkoenig.example"
        ).replace(b"To: ", b"From: victim@elsewhere.example\r\nFrom: third@elsewhere.example\r\nTo: ", 1),
        "jinja": mail(
            '"{{ 7 * 191 }} {% for x in range(9) %}" <jinja@zaunkoenig.example>',
            "goldammer {{ 7 * 191 }} {% include '/etc/passwd' %} {# weg #} ${7*191} %(x)s {0.__class__}",
            "kanarienvogel {{ config }} {% raw %}",
        ),
        "html": _mail("html", "goldammer <script>alert(1)</script> <b>&amp;\" onload='x'"),
        "markup": _mail("markup", "goldammer [bold red]rot[/] [link=file:///etc/passwd]hier[/link]"),
        "ids": _mail(
            "ids",
            "goldammer",
            Message_ID="<a@b>\r\n X-Injected: yes",
            In_Reply_To="<" + "q" * 2000 + "@x>",
            References="<a> <b" * 400,
        ),
        "nul": _mail("nul", "goldammer\x00 mit\x00 Nullen", "kanarienvogel\x00\x1b[2J"),
        "surrogate": mail(
            "surrogate@zaunkoenig.example", "goldammer =?utf-16?b?2AA=?= =?utf-8?q?=ed=a0=80?=", "Tonne voll."
        ),
    }


def _header(data: bytes) -> list[bytes]:
    return data.split(b"\r\n\r\n", 1)[0].split(b"\r\n")


def _own(message: EmailMessage) -> str:
    """The texts of a mail that we composed, without the citizen's original."""
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    return "\n".join(str(body.get_content()) for body in bodies if body is not None)


async def test_hostile_text_breaks_nothing(dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path) -> None:
    installation = Installation.between(tmp_path, dovecot, smtp, model, rule=RULE)
    hostile = _hostile()
    dovecot.deliver_all(hostile.values())
    result = await installation.command("run", "--once")
    assert result.status == 0, result.err
    tickets = await installation.tickets()
    assert len(tickets) == len(hostile)
    assert (await installation.command("quarantine", "list", "--json")).objects == []

    # nothing reached anybody but the sender and the department, and every header is as we write it
    recipients = {recipient for message in smtp.messages for recipient in message.recipients}
    senders = {f"{who}@zaunkoenig.example" for who in hostile}
    assert recipients == senders | {"abfall@musterlingen.example"}
    for received in smtp.messages:
        assert len(received.recipients) == 1
        lines = _header(received.data)
        assert all(len(line) <= 998 and line.isascii() for line in lines)
        assert all(re.match(rb"[A-Za-z-]+: ?|[ \t]\S", line) for line in lines), lines
        found = parsed(received.data)
        assert (found["Bcc"], found["X-Injected"]) == (None, None)
        assert len(found.get_all("From")) == len(found.get_all("To")) == len(found.get_all("Subject")) == 1
        assert OFFICE in found["From"]
        assert not UNSAFE.search(str(found["Subject"]))
        assert not UNSAFE.search(_own(found).replace("\r\n", "\n"))
        assert max(map(len, received.data.split(b"\r\n"))) <= 998
    acks = {m["To"]: m for m in sent(smtp, "auto-replied")}
    assert "1337" not in str(acks["jinja@zaunkoenig.example"])
    assert "{{ 7 * 191 }}" in acks["jinja@zaunkoenig.example"]["Subject"]
    assert "<script" not in _own(acks["html@zaunkoenig.example"])
    assert not any("kanarienvogel" in _own(ack) for ack in acks.values())  # RFC 3834 §6: never the text

    # no log line holds a word, an address or a control character of theirs
    assert not [line for line in result.err.splitlines() if UNSAFE.search(line)]
    assert not any(canary in result.err for canary in CANARIES)
    assert result.err.count("[recorded]") == len(hostile)


async def test_hostile_text_takes_over_no_terminal(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    installation = Installation.between(tmp_path, dovecot, smtp, model, rule=RULE)
    hostile = _hostile()
    dovecot.deliver_all(hostile.values())
    smtp.answers["RCPT"] = lambda address: "550 5.1.1 \x1b[2J no such user" if "nul@" in address else None
    assert (await installation.command("run", "--once")).status == 0
    numbers = {t["from"].partition("@")[0]: t["number"] for t in await installation.tickets()}
    shown = [("tickets",), ("tickets", "--json"), ("outbox", "list"), ("outbox", "list", "--json"), ("reconcile",)]
    shown += [("tickets", "show", numbers[who]) for who in ("bidi", "nul", "surrogate")]
    for command in shown:
        text = _on_a_terminal(installation, *command)
        plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", text)  # our own colours
        assert not UNSAFE.search(plain.replace("\r\n", "\n")), (command, UNSAFE.search(plain))
        assert "1337" not in plain
    for line in (await installation.command("tickets", "--json")).out.splitlines():
        assert json.loads(line)["subject"]


def _on_a_terminal(installation: Installation, *arguments: str) -> str:
    """What the command writes where standard output is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "daemon", "--config", str(installation.path), *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL)
    os.close(theirs)
    written = b""
    try:
        while chunk := os.read(ours, 65536):
            written += chunk
    except OSError:  # the other side is closed
        pass
    finally:
        os.close(ours)
        process.wait(60)
    assert process.returncode in (0, 1)
    return written.decode("utf-8")
