"""Brakes and what they withhold: delayed or withheld with a reason that staff see, and can overrule."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.dovecot import Dovecot
from tests.exchange import acknowledged, mail, sent
from tests.installation import Installation, Running, until
from tests.smtp import SmtpServer

ADMINISTRATOR = "it@musterlingen.example"


def _matter(number: int, **fields: str) -> bytes:
    text = f"Die Laterne vor Haus {number} ist dunkel. Bitte reparieren."
    return mail(f"Person {number} <p{number}@citizen.example>", f"Laterne {number}", text, **fields)


def _hours_pass(installation: Installation, hours: int) -> None:
    """What was planned lies so many hours further back."""
    with sqlite3.connect(installation.folder / "anliegen.db") as database:
        for column in ("created_at", "not_before", "deadline"):
            moved = f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '-{hours} hours')"
            database.execute(f"UPDATE delivery SET {column} = {moved} WHERE {column} IS NOT NULL")
    database.close()


async def test_the_cap_in_all_delays_alarms_and_never_drops(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    installation = Installation.between(
        tmp_path, dovecot, smtp, model, acknowledgement={"per_hour": 2}, administrator={"mail": ADMINISTRATOR}
    )
    dovecot.deliver_all(_matter(n) for n in range(5))
    first = await installation.command("run", "--once")
    assert first.status == 0, first.err  # deferred, as the administrator wants it: no failure
    assert acknowledged(smtp).total() == 2
    waiting = (await installation.command("outbox", "list", "--json")).objects
    assert [w["status"] for w in waiting if w["target"] == "acknowledgement"] == ["waiting"] * 3
    assert all(w["why"].startswith("hour_cap") for w in waiting)
    moments = [datetime.fromisoformat(w["not_before"]) for w in waiting]
    assert moments[0] == moments[1] == moments[2] - timedelta(hours=1)  # two an hour
    assert all(w["not_before"] < w["deadline"] for w in waiting)
    assert (await installation.command("run", "--once")).status == 0
    assert (await installation.command("run", "--once")).status == 0
    alarms = [m for m in sent(smtp) if m["To"] == ADMINISTRATOR]
    assert len(alarms) == 1
    assert "acknowledgement.per_hour" in alarms[0].get_body(("plain",)).get_content()
    assert acknowledged(smtp).total() == 2
    _hours_pass(installation, 1)
    assert (await installation.command("run", "--once")).status == 0
    assert acknowledged(smtp).total() == 4
    _hours_pass(installation, 1)
    assert (await installation.command("run", "--once")).status == 0
    assert acknowledged(smtp) == {f"p{n}@citizen.example": 1 for n in range(5)}


async def test_what_is_withheld_is_seen_told_and_can_be_sent(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    local = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(seconds=75)
    installation = Installation.between(
        tmp_path,
        dovecot,
        smtp,
        model,
        administrator={"mail": ADMINISTRATOR, "daily_at": local.time().replace(second=0, microsecond=0)},
        gate={"authentication_servers": ["mx.musterlingen.example"]},
    )
    hops = "".join(
        f"from h{n}.example by h{n + 1}.example; Tue, 03 Mar 2026 09:00:00 +0100\r\nReceived: " for n in range(99)
    )
    dovecot.deliver_all(
        [
            _matter(1, To="verteiler@verein.example", Cc=""),  # we stand in neither To nor Cc: no reason at all
            _matter(2, Received=f"{hops}from last.example by mx.example; Tue, 03 Mar 2026 09:00:00 +0100"),
            _matter(3, Authentication_Results="mx.musterlingen.example; dmarc=fail header.from=citizen.example"),
            _matter(4, Authentication_Results="mx.forged.example; dmarc=fail header.from=citizen.example"),
            _matter(5, X_Loop="somebody@elsewhere.example"),
            _matter(6, Precedence="bulk", List_Id="<news.example>"),  # a list opens no ticket
        ]
    )
    async with Running(installation) as running:
        await until(lambda: any(m["To"] == ADMINISTRATOR for m in sent(smtp)), patience=120)
        assert await running.stop() == 0
    assert acknowledged(smtp) == {"p1@citizen.example": 1, "p4@citizen.example": 1}
    tickets = {t["from"]: t for t in await installation.tickets()}
    assert {sender: t["ack_withheld"] for sender, t in tickets.items()} == {
        "p1@citizen.example": None,
        "p2@citizen.example": "many_hops",
        "p3@citizen.example": "dmarc_fail",
        "p4@citizen.example": None,
        "p5@citizen.example": "loop_field",
    }
    [daily] = [m for m in sent(smtp) if m["To"] == ADMINISTRATOR]
    text = daily.get_body(("plain",)).get_content()
    for sender, ticket in tickets.items():
        assert (f"{ticket['number']}, eingegangen" in text) == (ticket["ack_withheld"] is not None), sender
    listed = await installation.command("outbox", "list")
    assert all(word in listed.out for word in ("many_hops", "dmarc_fail", "loop_field"))
    assert listed.out.count("withheld") == 3
    number = tickets["p5@citizen.example"]["number"]
    assert (await installation.command("outbox", "retry", "--ticket", number)).status == 0
    assert (await installation.command("run", "--once")).status == 0
    assert acknowledged(smtp)["p5@citizen.example"] == 1
    shown = (await installation.command("tickets", "show", number)).out
    assert "withheld → waiting" in shown
    again = {t["number"]: t for t in await installation.tickets()}
    assert again[number]["ack_withheld"] is None
