"""Bounces and absence notices come home: to their delivery, in words, without an answer, and without being forged."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

from tests.dovecot import Dovecot
from tests.exchange import OFFICE, acknowledged, delivered, mail, parsed, sent
from tests.installation import Installation, Result
from tests.smtp import SmtpServer

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.provider.example>"
RULE = [{"name": "all", "when": {"subject": "."}, "then": {"department": "abfall"}}]
DEPARTMENT = "abfall@musterlingen.example"


def dsn(original: EmailMessage, status: str, *, whole: bool, action: str = "failed", to: str = OFFICE) -> bytes:
    """A delivery report as RFC 3464 wants it, with the returned header or the whole message (RFC 6522 §3)."""
    returned = original.as_bytes() if whole else original.as_bytes().split(b"\n\n")[0] + b"\n"
    kind = b"message/rfc822" if whole else b"text/rfc822-headers"
    recipient = original["To"]
    head = (
        f"Return-Path: <>\r\nDelivered-To: {to}\r\nFrom: {DAEMON}\r\nTo: {to}\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{status}.{recipient}>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"\r\n\r\n'
        "--=_b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\r\n"
        "--=_b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.provider.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n--=_b\r\nContent-Type: "
    )
    return head.encode() + kind + b"\r\n\r\n" + returned.replace(b"\n", b"\r\n") + b"\r\n--=_b--\r\n"


def exim(original: EmailMessage) -> bytes:
    text = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {original['To']}\n    SMTP error from remote mail server after RCPT TO:\n    550 5.1.1 User unknown\n\n"
        "------ This is a copy of the message's headers. ------\n\n" + original.as_string().split("\n\n")[0]
    )
    return mail(
        DAEMON,
        "Mail delivery failed: returning message to sender",
        text,
        Return_Path="<>",
        X_Failed_Recipients=original["To"],
        Auto_Submitted="auto-replied",
    )


def qmail(original: EmailMessage) -> bytes:
    text = (
        "Hi. This is the qmail-send program at mx.provider.example.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{original['To']}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\n" + original.as_string()
    )
    return mail(DAEMON, "failure notice", text, Return_Path="<>")


def _written(name: str, subject: str = "Tonne") -> bytes:
    return mail(f"{name.title()} Muster <{name}@citizen.example>", subject, "Die Tonne ist noch voll. Bitte leeren.")


def _ack(smtp: SmtpServer, name: str) -> EmailMessage:
    [found] = [m for m in sent(smtp, "auto-replied") if m["To"] == f"{name}@citizen.example"]
    return found


async def _run(installation: Installation) -> Result:
    result = await installation.command("run", "--once")
    assert result.status == 0, result.err
    return result


async def test_bounces_find_their_delivery_and_are_told_in_words(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    installation = Installation.between(tmp_path, dovecot, smtp, model, rule=RULE)
    names = ["anna", "bodo", "cora", "dirk", "emil", "frida", "gerd"]
    dovecot.deliver_all(_written(name) for name in names)
    await _run(installation)
    numbers = {t["from"].partition("@")[0]: t["number"] for t in await installation.tickets()}
    [lost] = [m for m in sent(smtp, "auto-generated") if numbers["frida"] in m["Subject"]]
    made_up = _ack(smtp, "gerd")
    made_up.replace_header("Message-ID", f"<{numbers['gerd']}.ack.aaaaaaaaaaaaaaaaaaaa@musterlingen.example>")
    made_up.replace_header("Subject", f"Re: [#{numbers['gerd']}-AAAAAA]")
    before = len(smtp.messages)
    dovecot.deliver_all(
        [
            dsn(_ack(smtp, "anna"), "5.1.1", whole=False),
            dsn(_ack(smtp, "bodo"), "5.2.2", whole=True),
            exim(_ack(smtp, "cora")),
            qmail(_ack(smtp, "dirk")),
            dsn(_ack(smtp, "emil"), "4.4.7", whole=True, action="delayed"),
            dsn(lost, "5.1.1", whole=False),
            dsn(made_up, "5.1.1", whole=True),
        ]
    )
    await _run(installation)
    assert len(smtp.messages) == before  # nothing is answered
    found = {t["from"].partition("@")[0]: t for t in await installation.tickets()}
    assert len(found) == len(names)  # and nothing opens a ticket
    deliveries = {name: {d["target"]: d for d in ticket["deliveries"]} for name, ticket in found.items()}
    acks = {name: each["acknowledgement"]["status"] for name, each in deliveries.items()}
    refused, fine = dict.fromkeys(["anna", "bodo", "cora", "dirk"], "refused"), dict.fromkeys(names[4:], "sent")
    assert acks == refused | fine
    assert deliveries["anna"]["acknowledgement"]["why"] == "Not deliverable for good: There is no such address (5.1.1)."
    assert "full (5.2.2)" in deliveries["bodo"]["acknowledgement"]["why"]
    assert all("5.1.1" in deliveries[name]["acknowledgement"]["why"] for name in ("cora", "dirk"))
    assert {name: each["mail"]["status"] for name, each in deliveries.items()} == {
        name: "refused" if name == "frida" else "sent" for name in names
    }
    assert {t["messages"] for t in found.values()} == {1}
    assert [found[name]["acknowledged_at"] is None for name in names] == [True] * 4 + [False] * 3
    delayed = (await installation.command("tickets", "show", numbers["emil"])).out
    assert "A delivery report came. acknowledgement: Not deliverable for the time being" in delayed
    assert "delivery report" not in (await installation.command("tickets", "show", numbers["gerd"])).out
    waiting = await installation.command("outbox", "list")
    assert waiting.out.count("no such address (5.1.1)") == 4

    # the forward that came back goes out once more; who cannot be reached for good is not written to again
    again = await installation.command("tickets", "set", numbers["frida"], "--department", "abfall")
    assert again.status == 0, again.err
    dovecot.deliver_all([_written("anna", "Neue Frage"), _written("bodo", "Neue Frage")])
    await _run(installation)
    assert [m["Subject"] for m in sent(smtp, "auto-generated")].count(lost["Subject"]) == 2
    anna, bodo = (await installation.tickets())[-2:]
    assert (anna["ack_withheld"], anna["deliveries"][0]["status"]) == ("earlier_bounce", "withheld")
    assert (bodo["ack_withheld"], bodo["deliveries"][0]["status"]) == (None, "sent")  # a full mailbox empties
    assert acknowledged(smtp)["anna@citizen.example"] == 1


async def test_a_signed_envelope_address_finds_its_delivery_whatever_comes_back(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    installation = Installation.between(
        tmp_path, dovecot, smtp, model, rule=RULE, smtp={"envelope_sender": OFFICE, "sign_envelope": True}
    )
    dovecot.deliver_all([_written("anna"), _written("bodo")])
    await _run(installation)
    envelopes = {(m.recipients[0], parsed(m.data)["Subject"]): m.envelope_from for m in smtp.messages}
    assert len(set(envelopes.values())) == 4
    assert all(re.match(r"buergerpost\+\d{4}-\d{6}\.\S+@musterlingen\.example$", e) for e in envelopes.values())
    [anna] = [e for (to, _), e in envelopes.items() if to == "anna@citizen.example"]
    [bodo] = [e for (to, _), e in envelopes.items() if to == "bodo@citizen.example"]
    bare = {"Return_Path": "<>", "Message_ID": "", "Subject": "failure notice"}
    forged = anna.replace(".ack.", ".f1.")
    dovecot.deliver_all(
        [
            mail(DAEMON, "failure notice", "550 5.1.1 unknown user", **bare, To=OFFICE, Delivered_To=anna),
            mail(DAEMON, "failure notice", "user unknown (5.1.1)", **bare, To=bodo.upper()),
            mail(DAEMON, "failure notice", "550 5.1.1 no such user", **bare, To=forged),
        ]
    )
    await _run(installation)
    tickets = await installation.tickets()
    assert [{d["target"]: d["status"] for d in t["deliveries"]} for t in tickets] == [
        {"acknowledgement": "refused", "mail": "sent"}
    ] * 2
    assert len(smtp.messages) == 4


async def test_absence_notices_receipts_and_our_own_mail_are_noted_and_change_nothing(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    dovecot.deliver_all([_written("anna"), _written("bodo")])
    await _run(installation)
    tickets = await installation.tickets()
    for ticket in tickets:
        await installation.command("tickets", "set", ticket["number"], "--status", "closed")
    before = len(smtp.messages)
    marked, bare = _ack(smtp, "anna"), _ack(smtp, "bodo")
    dovecot.deliver_all(
        [
            mail(
                "anna@citizen.example",
                f"Automatische Antwort: {marked['Subject']}",
                "Ich bin im Urlaub.",
                In_Reply_To=marked["Message-ID"],
                Auto_Submitted="auto-replied",
            ),
            mail(
                "bodo@citizen.example",
                f"Abwesenheitsnotiz: {bare['Subject']}",
                "Vielen Dank für Ihre Nachricht. Ich bin bis 5. April nicht im Büro und habe keinen Zugriff auf "
                "meine E-Mails. In dringenden Fällen wenden Sie sich bitte an meine Vertretung.",
            ),
            mail(
                "anna@citizen.example",
                f"Gelesen: {marked['Subject']}",
                "--b\r\nContent-Type: message/disposition-notification\r\n\r\nReporting-UA: x\r\n"
                f"Original-Message-ID: {marked['Message-ID']}\r\n"
                "Disposition: manual-action/MDN-sent-manually; displayed\r\n--b--",
                Content_Type="multipart/report; report-type=disposition-notification; boundary=b",
            ),
            *(delivered(message) for message in smtp.messages),  # a forwarding rule that leads back to us
        ]
    )
    await _run(installation)
    after = await installation.tickets()
    assert [(t["status"], t["messages"]) for t in after] == [("closed", 1)] * 2
    for ticket in after:
        shown = (await installation.command("tickets", "show", ticket["number"])).out
        assert "An automatic reply or absence notice came." in shown
        assert shown.count("Our own message came back.") == 2
        assert ("A read receipt came." in shown) == (ticket["from"] == "anna@citizen.example")
    assert len(smtp.messages) == before
    assert (await installation.command("reconcile")).status == 0
