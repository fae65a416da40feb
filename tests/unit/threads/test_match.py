"""A reply joins its ticket only by what we issued, and only if its sender fits."""

import pytest

from daemon import gate, threads
from daemon.model import Issued, Kind, Message, Past, TicketRef, TicketStatus, Verdict
from tests.gate_mails import AROUND, KEY, mail

NUMBER, STRANGER = "2026-000123", "2026-000999"
ACK = threads.issue_message_id(KEY, NUMBER, "ack", "musterlingen.example")
FORWARD = threads.issue_message_id(KEY, NUMBER, "forward-1-abc-abfall", "musterlingen.example")
TOKEN = threads.token(KEY, NUMBER)
TICKET = TicketRef(7, NUMBER, "Anna@post.example", TicketStatus.CLOSED)
PAST = Past(
    issued={
        ACK: Issued(1, 7, NUMBER, "acknowledgement", "anna@post.example"),
        FORWARD: Issued(2, 7, NUMBER, "mail", "abfall@amt.example"),
    },
    tickets={NUMBER: TICKET},
)
TRUSTED = "Authentication-Results: mx.musterlingen.example; dmarc="


def _match(message: Message) -> threads.Joined | threads.Linked | threads.New:
    return threads.match(message, gate.check(message, AROUND), PAST, KEY)


@pytest.mark.parametrize(
    ("field", "by"),
    [
        (f"In-Reply-To: {ACK}", "the Message-ID of our mail"),
        (f"in-reply-to:\r\n {ACK.upper()}", "the Message-ID of our mail"),
        (f"References: <a@b.example> {ACK} <c@d.example>", "the Message-ID of our mail"),
        (f"Subject: AW: {TOKEN.lower()} Ihre Nachricht", "the token in the subject"),
        (f"To: buergerpost+{TOKEN.strip('[#]')}@musterlingen.example", "the token in the address"),
        (f"Delivered-To: buergerpost+{TOKEN.strip('[#]').lower()}@musterlingen.example", "the token in the address"),
    ],
)
def test_the_citizens_reply_joins(field: str, by: str) -> None:
    assert _match(mail(field)) == threads.Joined(TICKET, by)


def test_whoever_we_wrote_to_may_answer() -> None:
    assert isinstance(_match(mail(f"In-Reply-To: {FORWARD}", sender="abfall@amt.example")), threads.Joined)
    assert isinstance(_match(mail(f"In-Reply-To: {ACK}", sender="abfall@amt.example")), threads.Linked)


@pytest.mark.parametrize(
    "field",
    [
        "In-Reply-To: <>",
        "References: <> <>",
        "In-Reply-To: <foreign@post.example>",
        "Subject: [#1001] Laterne",
        f"Subject: [#{NUMBER}] Laterne",
        f"Subject: Re: [#{NUMBER}-AAAAAA]",
        f"In-Reply-To: <{NUMBER}.ack.aaaaaaaaaaaaaaaaaaaa@musterlingen.example>",
        "Thread-Index: AQHXabc",
        f"X-Note: {ACK}",
    ],
)
def test_what_we_did_not_issue_joins_nothing(field: str) -> None:
    assert _match(mail(field)) == threads.New()


def test_an_id_in_the_text_counts_for_mail_systems_only() -> None:
    body = f"550 unknown\r\n\r\nMessage-Id: {ACK}\r\n"
    assert threads.ids(mail(body=body), KEY) == ()
    for field, sender in (("Return-Path: < >", "x@post.example"), ("X-A: b", "PostMaster@post.example")):
        assert threads.ids(mail(field, body=body, sender=sender), KEY) == (ACK,)


def test_an_id_of_ours_in_the_text_joins_nothing() -> None:
    assert _match(mail(body=f"Was bedeutet {ACK} und {TOKEN}?\r\n")) == threads.New()


@pytest.mark.parametrize("field", [f"In-Reply-To: {ACK}", f"Subject: Re: {TOKEN}"])
def test_another_sender_is_linked_only(field: str) -> None:
    found = _match(mail(field, sender="mallory@evil.example"))
    assert isinstance(found, threads.Linked)
    assert found.ticket == TICKET
    assert found.why.endswith("it comes from another sender")


def test_another_address_of_an_authenticated_house_joins_but_not_of_a_public_provider() -> None:
    known = f"In-Reply-To: {FORWARD}"
    assert isinstance(_match(mail(known, f"{TRUSTED}pass", sender="hans@amt.example")), threads.Joined)
    assert isinstance(_match(mail(known, sender="hans@amt.example")), threads.Linked)
    assert isinstance(
        _match(mail(known, "Authentication-Results: evil.example; dmarc=pass", sender="hans@amt.example")),
        threads.Linked,
    )
    past = Past(tickets={NUMBER: TicketRef(7, NUMBER, "anna@gmx.de", TicketStatus.OPEN)})
    message = mail(f"Subject: {TOKEN}", f"{TRUSTED}pass", sender="mallory@gmx.de")
    assert isinstance(threads.match(message, gate.check(message, AROUND), past, KEY), threads.Linked)


def test_a_forged_sender_is_linked_only() -> None:
    found = _match(mail(f"In-Reply-To: {ACK}", f"{TRUSTED}fail"))
    assert isinstance(found, threads.Linked)
    assert "forged" in found.why


def test_a_ticket_that_is_gone_joins_nothing() -> None:
    gone = threads.issue_message_id(KEY, STRANGER, "ack", "musterlingen.example")
    assert _match(mail(f"In-Reply-To: {gone}")) == threads.New()


def test_of_several_the_nearest_that_fits_is_joined() -> None:
    other = TicketRef(8, STRANGER, "berta@post.example", TicketStatus.OPEN)
    past = Past(tickets={NUMBER: TICKET, STRANGER: other})
    message = mail(f"In-Reply-To: {threads.issue_message_id(KEY, STRANGER, 'ack', 'm.example')}", f"Subject: {TOKEN}")
    verdict = gate.check(message, AROUND)
    assert threads.match(message, verdict, past, KEY) == threads.Joined(TICKET, "the token in the subject")
    assert threads.numbers(message, KEY) == {NUMBER, STRANGER}


def test_without_a_sender_nothing_is_joined() -> None:
    assert isinstance(_match(mail(f"In-Reply-To: {ACK}", sender=None)), threads.Linked)


def test_a_machines_word_is_about_the_delivery_it_names() -> None:
    notice = mail(f"In-Reply-To: {ACK}", "Auto-Submitted: auto-replied", sender="vertretung@elsewhere.example")
    assert threads.about(notice, PAST, KEY) == PAST.issued[ACK]
    titled = mail(f"Subject: Automatische Antwort: {TOKEN}", sender="x@elsewhere.example")
    assert threads.about(titled, PAST, KEY) == TICKET
    assert threads.about(mail("Auto-Submitted: auto-replied"), PAST, KEY) is None


@pytest.mark.parametrize("kind", [Kind.AUTO_REPLY, Kind.BOUNCE, Kind.RECEIPT, Kind.ABUSE_REPORT, Kind.OWN])
def test_a_note_is_one_sentence_and_repeats_nothing(kind: Kind) -> None:
    message = mail("Subject: Zebra\u202e", body="Zebra")
    for language in ("de", "en"):
        note = threads.note(message, Verdict(kind, False), language)
        assert note.endswith(".")
        assert "Zebra" not in note
