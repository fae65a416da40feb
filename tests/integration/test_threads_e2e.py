"""Every reply finds its ticket, and nothing else joins one; one mail is one ticket however often it comes."""

from __future__ import annotations

import re
import shutil
import sqlite3
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.dovecot import Dovecot
from tests.exchange import acknowledged, mail, sent
from tests.installation import Installation
from tests.smtp import SmtpServer
from tests.values import raw_config

MATTER = "In der Gartenstraße ist seit gestern ein tiefes Schlagloch. Bitte ausbessern."


def _first(name: str) -> bytes:
    return mail(
        f"{name.title()} <{name}@citizen.example>", "Schlagloch", MATTER, Message_ID=f"<{name}@citizen.example>"
    )


def _reply(name: str, text: str, subject: str = "Re: Schlagloch", **fields: str) -> bytes:
    return mail(f"{name.title()} <{name}@citizen.example>", subject, text, **fields)


async def _run(installation: Installation) -> None:
    result = await installation.command("run", "--once")
    assert result.status == 0, result.err


def _ack(smtp: SmtpServer, name: str) -> EmailMessage:
    return next(m for m in sent(smtp, "auto-replied") if m["To"] == f"{name}@citizen.example")


def _token(ack: EmailMessage) -> str:
    found = re.search(r"\[#([^\]]+)\]", ack["Subject"])
    assert found is not None
    return found[1]


def _texts(installation: Installation, number: str) -> list[str]:
    """What is kept of each message of a ticket."""
    query = "SELECT m.text FROM message m JOIN ticket t ON t.id = m.ticket_id WHERE t.number = ? ORDER BY m.id"
    with sqlite3.connect(installation.folder / "anliegen.db") as database:
        found = [row[0] for row in database.execute(query, (number,))]
    database.close()
    return found


def _uidvalidity(dovecot: Dovecot) -> object:
    with dovecot.client() as client:
        return client.select_folder("INBOX")[b"UIDVALIDITY"]


async def test_replies_join_by_what_we_issued_and_by_nothing_else(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    installation = Installation.between(tmp_path, dovecot, smtp, model)
    names = ["anna", "bodo", "cora", "dirk", "emil"]
    dovecot.deliver_all(_first(name) for name in names)
    await _run(installation)
    before = {t["from"].partition("@")[0]: t for t in await installation.tickets()}
    assert (await installation.command("tickets", "set", before["anna"]["number"], "--status", "closed")).status == 0
    acks = {name: _ack(smtp, name) for name in names}
    quoted = "\r\n".join(f"> {line}" for line in (MATTER, "Mit freundlichen Grüßen"))
    foreign = "<someone.else@citizen.example>"
    dovecot.deliver_all(
        [
            _reply(
                "anna",
                f"Es ist noch größer.\r\n\r\nAm 3. März 2026 schrieb die Stadt:\r\n{quoted}",
                In_Reply_To=acks["anna"]["Message-ID"],
            ),
            _reply(
                "bodo", "Nachtrag von Bodo.", References=f"{foreign} {acks['bodo']['Message-ID']}", In_Reply_To=foreign
            ),
            _reply("cora", "Nachtrag von Cora.", f"AW: {acks['cora']['Subject']}"),
            _reply(
                "dirk",
                "Nachtrag von Dirk.",
                "Noch etwas",
                To=f"buergerpost+{_token(acks['dirk']).lower()}@musterlingen.example",
            ),
            # a stranger who knows id and token gets a ticket of her own, and staff see where it may belong
            _reply(
                "eve", "Ich will mitlesen.", f"Re: {acks['emil']['Subject']}", In_Reply_To=acks["emil"]["Message-ID"]
            ),
            # none of these was issued by us, or not so
            _reply("emil", "Nummer ohne Prüfzeichen.", f"[#{before['emil']['number']}]"),
            _reply("emil", "Geratenes Prüfzeichen.", f"[#{before['emil']['number']}-AAAAAA]"),
            _reply("emil", "Leere Verweise.", In_Reply_To="<>", References="<> <>"),
            _reply("emil", "Eigener Verweis.", In_Reply_To="<emil@citizen.example>"),
        ]
    )
    await _run(installation)
    tickets = await installation.tickets()
    joined = {t["from"].partition("@")[0]: t for t in tickets[:5]}
    assert {name: t["messages"] for name, t in joined.items()} == dict.fromkeys(names[:4], 2) | {"emil": 1}
    assert joined["anna"]["status"] == "open"  # reopened
    assert _texts(installation, joined["anna"]["number"]) == [MATTER, "Es ist noch größer."]
    fresh: list[Any] = [t["from"] for t in tickets[5:]]
    assert fresh == ["eve@citizen.example"] + ["emil@citizen.example"] * 4
    eve = (await installation.command("tickets", "show", tickets[5]["number"])).out
    assert f"May belong to {before['emil']['number']}" in eve and "another sender" in eve
    emil = (await installation.command("tickets", "show", before["emil"]["number"])).out
    assert f"Ticket {tickets[5]['number']} may belong here." in emil
    assert "may belong here" not in (await installation.command("tickets", "show", tickets[6]["number"])).out
    expected = dict.fromkeys([f"{name}@citizen.example" for name in [*names[:4], "eve"]], 1)
    assert acknowledged(smtp) == expected | {"emil@citizen.example": 5}
    assert (await installation.command("reconcile")).status == 0


async def test_a_configured_receipt_for_further_messages_comes_once_a_day(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    installation = Installation.between(tmp_path, dovecot, smtp, model, acknowledgement={"replies": True})
    dovecot.deliver(_first("anna"))
    await _run(installation)
    ack = _ack(smtp, "anna")
    dovecot.deliver(_reply("anna", "Am selben Tag.", In_Reply_To=ack["Message-ID"]))
    await _run(installation)
    assert acknowledged(smtp).total() == 1
    with sqlite3.connect(installation.folder / "anliegen.db") as database:
        database.execute("UPDATE delivery SET created_at = '2026-01-02 10:00:00.000000'")
    database.close()
    dovecot.deliver_all(
        [
            _reply("anna", "Am nächsten Tag.", In_Reply_To=ack["Message-ID"]),
            _reply("anna", "Und gleich noch einmal.", In_Reply_To=ack["Message-ID"]),
        ]
    )
    await _run(installation)
    first, receipt = sent(smtp, "auto-replied")
    [ticket] = await installation.tickets()
    assert ticket["messages"] == 4
    assert receipt["Message-ID"] != first["Message-ID"]
    assert _token(receipt) == _token(first)
    assert [d["status"] for d in ticket["deliveries"]] == ["sent", "sent"]


async def test_one_mail_is_one_ticket_however_often_it_comes(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    installation = Installation.between(tmp_path, dovecot, smtp, model)
    same = {"Message_ID": "<same@citizen.example>"}
    dovecot.deliver_all(
        [
            _first("anna"),
            b"Delivered-To: alias@musterlingen.example\r\nReceived: from a by b; now\r\n" + _first("anna"),
            # one person, one subject, two matters
            _reply("bodo", "Die Ampel am Markt ist aus.", "Frage"),
            _reply("bodo", "Wann hat das Bürgerbüro offen?", "Frage"),
            # a broken client gives two mails one Message-ID
            _reply("cora", "Die Ampel am Bahnhof ist aus.", "Ampel", **same),
            _reply("cora", "Die Bank im Park ist kaputt.", "Bank", **same),
        ]
    )
    await _run(installation)
    assert len(await installation.tickets()) == 5
    dovecot.deliver(_first("anna"))  # delivered again, days later
    await _run(installation)
    kept = dovecot.messages(folder="Bearbeitet")
    before = _uidvalidity(dovecot)
    dovecot.stop()  # the mailbox is rebuilt: everything lies in INBOX again, under a new UIDVALIDITY
    for place in (dovecot.base / "mail" / "post").iterdir():
        shutil.rmtree(place)
    dovecot.start()
    assert _uidvalidity(dovecot) != before
    dovecot.deliver_all(kept)
    await _run(installation)
    tickets = await installation.tickets()
    assert [t["from"].partition("@")[0] for t in tickets] == ["anna", "bodo", "bodo", "cora", "cora"]
    assert {t["messages"] for t in tickets} == {1}
    assert acknowledged(smtp) == {"anna@citizen.example": 1, "bodo@citizen.example": 2, "cora@citizen.example": 2}
    assert dovecot.uids() == []
    assert (await installation.command("reconcile")).status == 0


async def test_one_mail_in_two_mailboxes_is_one_ticket(smtp: SmtpServer, tmp_path: Path, model: Path) -> None:
    with Dovecot(users=("post", "info")) as dovecot:
        table = raw_config()["mailbox"][0] | {"password": dovecot.password}
        mailboxes = [table | {"name": user, "username": user} for user in dovecot.users]
        installation = Installation(tmp_path, dovecot.port, smtp.port, model, mailbox=mailboxes)
        names = [f"person{n}" for n in range(30)]
        for user in dovecot.users:
            dovecot.deliver_all((_first(name) for name in names), user)
        await _run(installation)
        assert sorted(t["from"] for t in await installation.tickets()) == sorted(f"{n}@citizen.example" for n in names)
        assert acknowledged(smtp) == {f"{name}@citizen.example": 1 for name in names}
        assert [dovecot.uids(user) for user in dovecot.users] == [[], []]
        assert (await installation.command("reconcile")).status == 0
