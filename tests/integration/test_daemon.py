"""The main job, end to end: the real command between a real Dovecot and a real SMTP server."""

from __future__ import annotations

import asyncio
import email
import email.policy
import signal
import socket
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tests.dovecot import Dovecot
from tests.installation import Installation, Running, until
from tests.smtp import SmtpServer


def mail(
    number: int, subject: str = "Schlagloch", text: str = "In der Gartenstraße ist ein Schlagloch.", **headers: str
) -> bytes:
    lines = {
        "From": f"Erika Muster <erika{number}@citizen.example>",
        "To": "buergerpost@musterlingen.example",
        "Subject": subject,
        "Date": "Tue, 03 Mar 2026 09:59:00 +0100",
        "Message-ID": f"<mail-{number}@citizen.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}\r\n{text}\r\n".encode()


def acknowledgements(smtp: SmtpServer) -> list[Any]:
    found = [email.message_from_bytes(m.data, policy=email.policy.default) for m in smtp.messages]
    return [m for m in found if m["Auto-Submitted"] == "auto-replied"]


async def test_one_mail_becomes_ticket_acknowledgement_and_forward(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(
        mail(1, "Restmülltonne", "Unsere Restmülltonne wurde wieder nicht geleert. Bitte holen Sie sie ab.")
    )
    result = await installation.command("run", "--once")
    assert result.status == 0, result.err
    [ticket] = await installation.tickets()
    assert (ticket["category"], ticket["queue"], ticket["status"]) == ("complaint", "abfall", "open")
    assert {d["target"]: d["status"] for d in ticket["deliveries"]} == {"acknowledgement": "sent", "mail": "sent"}
    assert ticket["acknowledged_at"] is not None
    [ack] = acknowledgements(smtp)
    assert ack["To"] == "erika1@citizen.example"
    assert ack["In-Reply-To"] == "<mail-1@citizen.example>"
    assert ack["Message-ID"] == ticket["ack_message_id"]
    assert ack["X-Auto-Response-Suppress"] == "All"
    assert ticket["number"] in ack["Subject"]
    [forward] = [m for m in smtp.messages if m.recipients == ("abfall@musterlingen.example",)]
    assert b"original.eml" in forward.data or b"message/rfc822" in forward.data
    assert b"Auto-Submitted: auto-generated" in forward.data
    assert {m.envelope_from for m in smtp.messages} == {"", "buergerpost@musterlingen.example"}
    assert dovecot.uids() == []
    assert len(dovecot.uids(folder="Bearbeitet")) == 1


async def test_a_thousand_mails_once_each_and_a_second_run_adds_none(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    await asyncio.to_thread(
        dovecot.deliver_all, [mail(n, f"Laterne {n}", f"Laterne Nummer {n} ist dunkel.") for n in range(1000)]
    )
    assert (await installation.command("run", "--once", patience=400)).status == 0
    tickets = await installation.tickets()
    assert Counter(t["message_id"] for t in tickets) == Counter(f"<mail-{n}@citizen.example>" for n in range(1000))
    assert Counter(a["To"] for a in acknowledgements(smtp)) == Counter(f"erika{n}@citizen.example" for n in range(1000))
    assert len({a["Message-ID"] for a in acknowledgements(smtp)}) == 1000
    before = len(smtp.messages)
    assert (await installation.command("run", "--once")).status == 0
    assert len(await installation.tickets()) == 1000
    assert len(smtp.messages) == before
    reconciled = await installation.command("reconcile")
    assert reconciled.status == 0, reconciled.out


async def test_the_running_daemon_answers_within_seconds_and_ends_with_0(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    async with Running(installation) as running:
        await running.logged("[started]")
        await asyncio.to_thread(dovecot.deliver, mail(1))
        await until(lambda: acknowledgements(smtp))
        await asyncio.to_thread(dovecot.deliver, mail(2))
        await until(lambda: len(acknowledgements(smtp)) == 2)
        assert await running.stop() == 0
    assert len(await installation.tickets()) == 2


async def test_a_restart_of_the_mail_server_in_the_middle_loses_and_doubles_nothing(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    async with Running(installation):
        for number in range(60):
            if number in (20, 40):
                await asyncio.to_thread(dovecot.restart, hard=True)
            await asyncio.to_thread(dovecot.deliver, mail(number, f"Laterne {number}"))
        await until(lambda: len(acknowledgements(smtp)) == 60)
    assert len({a["To"] for a in acknowledgements(smtp)}) == 60
    assert len(await installation.tickets()) == 60


async def test_machines_are_not_answered(dovecot: Dovecot, smtp: SmtpServer, installation: Installation) -> None:
    dovecot.deliver_all(
        [
            mail(1, "Automatische Antwort: Urlaub", Auto_Submitted="auto-replied"),
            mail(2, "Newsletter", List_Id="<news.example>", Precedence="bulk"),
            mail(
                3,
                "Undelivered",
                Return_Path="<>",
                Content_Type="multipart/report; report-type=delivery-status; boundary=b",
            ),
            mail(4),
        ]
    )
    assert (await installation.command("run", "--once")).status == 0
    assert [a["To"] for a in acknowledgements(smtp)] == ["erika4@citizen.example"]
    assert [t["from"] for t in await installation.tickets()] == ["erika4@citizen.example"]
    assert dovecot.uids() == []
    assert (await installation.command("reconcile")).status == 0


async def test_what_arrived_before_the_cut_over_is_recorded_in_silence(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(mail(1), received=datetime(2025, 12, 31, 23, 59, tzinfo=UTC))
    dovecot.deliver(mail(2), received=datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    assert (await installation.command("run", "--once")).status == 0
    old, new = await installation.tickets()
    assert (old["ack_withheld"], old["acknowledged_at"]) == ("before_cut_over", None)
    assert new["acknowledged_at"] is not None
    assert [a["To"] for a in acknowledgements(smtp)] == ["erika2@citizen.example"]


async def test_a_reply_joins_its_ticket_and_gets_no_second_acknowledgement(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(mail(1))
    await installation.command("run", "--once")
    [ack] = acknowledgements(smtp)
    number = (await installation.tickets())[0]["number"]
    await installation.command("tickets", "set", number, "--status", "closed")
    reply = mail(
        1,
        f"Re: {ack['Subject']}",
        "Noch etwas: es ist größer geworden.",
        In_Reply_To=ack["Message-ID"],
        Message_ID="<r@citizen.example>",
    )
    stranger = mail(9, f"Re: {ack['Subject']}", "Ich will mitlesen.", Message_ID="<s@citizen.example>")
    dovecot.deliver_all([reply, stranger])
    await installation.command("run", "--once")
    first, second = await installation.tickets()
    assert (first["messages"], first["status"]) == (2, "open")
    assert second["from"] == "erika9@citizen.example"
    assert Counter(a["To"] for a in acknowledgements(smtp)) == {
        "erika1@citizen.example": 1,
        "erika9@citizen.example": 1,
    }


async def test_the_same_mail_twice_is_one_ticket(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(mail(1))
    dovecot.deliver(mail(1, Delivered_To="alias@musterlingen.example"))
    await installation.command("run", "--once")
    dovecot.deliver(mail(1))
    await installation.command("run", "--once")
    assert len(await installation.tickets()) == 1
    assert len(acknowledgements(smtp)) == 1
    assert (await installation.command("reconcile")).status == 0


async def test_random_bytes_are_kept_shown_and_stop_nobody(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    noise = bytes((n * 7919 + 13) % 255 + 1 for n in range(3000)).replace(b"\n", b"x").replace(b"\r", b"y")
    dovecot.deliver_all([mail(1), noise, mail(2)])
    result = await installation.command("run", "--once")
    assert result.status == 0
    assert len(acknowledgements(smtp)) == 2
    quarantined = await installation.command("quarantine", "list", "--json")
    assert [q["status"] for q in quarantined.objects] == ["waiting"]
    assert [t["queue"] for t in await installation.tickets()][1] == "zentrale"
    shown = await installation.command("quarantine", "retry", "--all")
    assert (shown.status, "no header" in shown.out) == (1, True)
    assert (await installation.command("quarantine", "dismiss", "1")).status == 0
    assert (await installation.command("reconcile")).status == 0


async def test_a_server_that_refuses_the_sender_address_pauses_and_loses_nothing(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    smtp.answers["MAIL"] = "550 no empty sender here"
    dovecot.deliver_all([mail(1), mail(2)])
    async with Running(installation) as running:
        await running.logged("door=paused")
        smtp.answers.clear()
        await until(lambda: len(acknowledgements(smtp)) == 2)
    assert all(t["acknowledged_at"] for t in await installation.tickets())


async def test_a_refused_recipient_is_refused_and_the_others_go_on(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    smtp.answers["RCPT"] = lambda address: "550 5.1.1 no such user" if "erika1@" in address else None
    dovecot.deliver_all([mail(1), mail(2)])
    assert (await installation.command("run", "--once")).status == 0
    refused, sent = [
        next(d for d in t["deliveries"] if d["target"] == "acknowledgement") for t in await installation.tickets()
    ]
    assert (refused["status"], sent["status"]) == ("refused", "sent")
    listed = await installation.command("outbox", "list", "--json")
    assert "no such user" in listed.objects[0]["why"]


async def test_sighup_with_a_broken_file_changes_nothing_and_with_a_good_one_it_does(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    async with Running(installation) as running:
        good = installation.path.read_text("utf-8")
        installation.path.write_text(
            good + '[[rule]]\nname = "x"\nwhen = { subject = "(" }\nthen = { department = "nix" }\n', "utf-8"
        )
        running.process.send_signal(signal.SIGHUP)
        await running.logged("The old configuration stays in force")
        await asyncio.to_thread(dovecot.deliver, mail(1))
        await until(lambda: len(acknowledgements(smtp)) == 1)
        rule = '[[rule]]\nname = "Laterne"\nwhen = { subject = "laterne" }\nthen = { department = "bauamt" }\n'
        installation.path.write_text(good + rule, "utf-8")
        running.process.send_signal(signal.SIGHUP)
        await running.logged("are in force")
        await asyncio.to_thread(dovecot.deliver, mail(2, "Laterne"))
        await until(lambda: len(acknowledgements(smtp)) == 2)
    assert [t["queue"] for t in await installation.tickets()] == ["tiefbau", "bauamt"]


async def test_sigterm_ends_with_0_while_the_smtp_server_hangs(dovecot: Dovecot, installation: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never says a word
        installation.raw["smtp"]["port"] = silent.getsockname()[1]
        installation.write()
        dovecot.deliver(mail(1))
        async with Running(installation) as running:
            await running.logged("[recorded]")
            started = asyncio.get_running_loop().time()
            assert await running.stop() == 0
            assert asyncio.get_running_loop().time() - started < 10
    [ticket] = await installation.tickets()
    assert [d["status"] for d in ticket["deliveries"] if d["target"] == "acknowledgement"] == ["waiting"]


async def test_a_mailbox_with_umlauts_and_a_folder_target(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Any, model: Any
) -> None:
    departments = [
        {"key": "tiefbau", "name": "Tiefbau", "deliver": [{"folder": "Ämter/Tiefbau"}]},
        {"key": "zentrale", "name": "Z"},
    ]
    installation = Installation.between(
        tmp_path, dovecot, smtp, model, mailbox={"processed_folder": "Erledigt/Bürgerbüro"}, department=departments
    )
    dovecot.deliver(mail(1))
    assert (await installation.command("run", "--once")).status == 0
    [ticket] = await installation.tickets()
    assert [d["status"] for d in ticket["deliveries"]] == ["sent", "sent"]
    assert dovecot.messages(folder="Ämter/Tiefbau") == [mail(1)]
    assert dovecot.messages(folder="Erledigt/Bürgerbüro") == [mail(1)]


async def test_bad_doors_have_their_sentences(dovecot: Dovecot, smtp: SmtpServer, installation: Installation) -> None:
    good = await installation.command("check")
    assert (good.status, "logged in" in good.out) == (0, True), good.out + good.err
    installation.raw["mailbox"][0]["password"] = "wrong"
    installation.raw["smtp"]["port"] = 1
    installation.write()
    bad = await installation.command("check")
    assert bad.status == 1
    assert bad.out.count("BAD") == 2
    assert "Traceback" not in bad.err


async def test_reconcile_finds_and_imports_what_is_missing(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(mail(1))
    await installation.command("run", "--once")
    dovecot.deliver(mail(2), folder="Bearbeitet")
    found = await installation.command("reconcile")
    assert (found.status, "1 missing" in found.out) == (1, True)
    repaired = await installation.command("reconcile", "--repair")
    assert repaired.status == 0, repaired.err
    assert (await installation.command("reconcile")).status == 0
    imported = (await installation.tickets())[1]
    assert imported["ack_withheld"] == "imported"
    await installation.command("run", "--once")
    assert len(acknowledgements(smtp)) == 1
    assert (await installation.command("outbox", "retry", "--ticket", imported["number"])).status == 0
    await installation.command("run", "--once")
    assert len(acknowledgements(smtp)) == 2


async def test_a_corrected_department_gets_the_mail(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(mail(1))
    await installation.command("run", "--once")
    [ticket] = await installation.tickets()
    assert ticket["queue"] == "tiefbau"
    assert (
        await installation.command("tickets", "set", ticket["number"], "--department", "abfall", "--category", "praise")
    ).status == 0
    await installation.command("run", "--once")
    [ticket] = await installation.tickets()
    assert (ticket["queue"], ticket["category"], ticket["unsure"]) == ("abfall", "praise", False)
    assert [m.recipients for m in smtp.messages if b"auto-generated" in m.data] == [("abfall@musterlingen.example",)]
    assert len(acknowledgements(smtp)) == 1


async def test_a_second_daemon_on_the_same_database_ends_with_1(installation: Installation) -> None:
    async with Running(installation):
        second = await installation.command("run")
    assert second.status == 1
    assert "Another" in second.err


async def test_what_was_set_aside_can_be_made_a_ticket(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver(mail(1, "Schlagloch", List_Id="<strassen.example>", Precedence="bulk"))
    await installation.command("run", "--once")
    assert await installation.tickets() == []
    [aside] = (await installation.command("tickets", "aside", "--json")).objects
    assert (aside["kind"], aside["from"]) == ("list", "erika1@citizen.example")
    adopted = await installation.command("tickets", "adopt", str(aside["id"]))
    assert adopted.status == 0, adopted.err
    [ticket] = await installation.tickets()
    assert (ticket["category"], ticket["queue"], ticket["ack_withheld"]) == ("complaint", "tiefbau", "set_aside")
    await installation.command("run", "--once")
    assert acknowledgements(smtp) == []
    await installation.command("outbox", "retry", "--ticket", ticket["number"])
    await installation.command("run", "--once")
    assert [a["To"] for a in acknowledgements(smtp)] == ["erika1@citizen.example"]
    assert (await installation.command("tickets", "adopt", str(aside["id"]))).status == 1
