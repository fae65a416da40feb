"""The walk over the table: sums, kinds, reasons, and the one address to answer."""

import pytest

from daemon import gate
from daemon.model import Address, Kind
from tests.gate_mails import AROUND, OURS, check, mail


def _answer(*fields: str, sender: str | None = "Anna <anna@post.example>") -> str | None:
    verdict = check(*fields, sender=sender)
    return verdict.answer_to.addr if verdict.answer_to else None


def test_a_citizens_mail_is_answered_at_its_from_address() -> None:
    verdict = check()
    assert verdict == gate.check(mail(), AROUND)
    assert (verdict.kind, verdict.acknowledge, verdict.reason, verdict.signals) == (Kind.PERSON, True, None, ())
    assert verdict.answer_to == Address("Anna Beispiel", "anna@post.example")


def test_weak_signals_count_only_together() -> None:
    one, two = "List-Unsubscribe: <https://p.example/u>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    assert check(one).acknowledge
    assert check(two).acknowledge
    both = check(one, two)
    assert (both.kind, both.acknowledge) == (Kind.LIST, False)
    assert both.reason is not None
    assert both.reason.signal == "list_unsubscribe_post"
    assert {signal.signal for signal in both.signals} == {"list_unsubscribe", "list_unsubscribe_post"}


def test_the_order_of_the_table_gives_kind_and_reason() -> None:
    verdict = check("Precedence: bulk", "List-Id: <a.example>", "Auto-Submitted: auto-replied", "X-Spam-Flag: YES")
    assert (verdict.kind, verdict.reason and verdict.reason.signal) == (Kind.SPAM, "spam_verdict")
    assert [signal.signal for signal in verdict.signals] == [
        "spam_verdict",
        "list_id",
        "auto_submitted",
        "precedence_bulk",
    ]


@pytest.mark.parametrize(
    "field", ["Authentication-Results: mx.musterlingen.example; dmarc=fail", "X-Loop: alias@verein.example"]
)
def test_what_says_nothing_about_who_wrote_leaves_a_persons_ticket(field: str) -> None:
    verdict = check(field)
    assert (verdict.kind, verdict.acknowledge) == (Kind.PERSON, False)
    assert verdict.kind.opens_ticket


def test_not_being_named_in_to_withholds_nothing() -> None:
    assert check("To: undisclosed-recipients:;").acknowledge
    assert check("To: somebody@else.example", "Cc: another@else.example").acknowledge


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), "anna@post.example"),
        (("Reply-To: Berta <berta@post.example>",), "berta@post.example"),
        (("Reply-To: a@post.example, b@post.example",), "anna@post.example"),
        (("Reply-To: a@post.example", "Reply-To: b@post.example"), "anna@post.example"),
        (("Reply-To: a@post.example, A@Post.example",), "A@Post.example"),
        ((f"Reply-To: {OURS}",), "anna@post.example"),
        (("Reply-To: buergerpost+tag@musterlingen.example",), "anna@post.example"),
        (("Reply-To: noreply@post.example",), "anna@post.example"),
        (("Reply-To: verein-request@post.example",), "anna@post.example"),
        (("Reply-To: MAILER-DAEMON@post.example",), "anna@post.example"),
        (("Reply-To: anna@localhost",), "anna@post.example"),
        (("Reply-To:",), "anna@post.example"),
        (("Cc: carla@post.example",), "anna@post.example"),
    ],
)
def test_reply_to_counts_only_where_it_names_one_person(fields: tuple[str, ...], expected: str) -> None:
    assert _answer(*fields) == expected


def test_of_several_from_addresses_the_sender_is_answered_else_the_first() -> None:
    several = "a@post.example, b@post.example"
    assert _answer("Sender: b@post.example", sender=several) == "b@post.example"
    assert _answer(sender=several) == "a@post.example"
    assert _answer("From: c@post.example", sender="d@post.example") == "c@post.example"


@pytest.mark.parametrize(
    "sender",
    [
        None,
        "anna@localhost",
        "anna@post..example",
        "j\u00fcrg@post.example",
        "anna@b\u00fccher.example",
        "Anna <anna beispiel@post.example>",
        f"{'a' * 65}@post.example",
        f"anna@{'a' * 250}.example",
        "anna@post.example.",
        "undisclosed",
    ],
)
def test_without_a_usable_address_a_person_has_to_look(sender: str | None) -> None:
    verdict = check(sender=sender)
    assert (verdict.kind, verdict.acknowledge, verdict.answer_to) == (Kind.PERSON, False, None)
    assert verdict.reason is not None
    assert verdict.reason.signal == "no_usable_address"


def test_a_web_forms_mail_is_the_persons_in_reply_to() -> None:
    verdict = check("Reply-To: Anna <anna@post.example>", sender="Kontaktformular <noreply@forms.example>")
    assert (verdict.kind, verdict.acknowledge) == (Kind.PERSON, True)
    assert verdict.answer_to == Address("Anna", "anna@post.example")


@pytest.mark.parametrize("field", ["Auto-Submitted: auto-generated", "Precedence: bulk", "X-Spam-Flag: YES"])
def test_a_web_form_with_another_automatic_sign_is_not_answered(field: str) -> None:
    assert not check(field, "Reply-To: anna@post.example", sender="noreply@forms.example").acknowledge


def test_a_configured_form_may_mark_its_mail_as_automatic() -> None:
    marks = ("Auto-Submitted: auto-generated", "Precedence: bulk", "Return-Path: <>", "X-Auto-Response-Suppress: All")
    verdict = check(*marks, "Reply-To: anna@post.example", sender="formular@portal.example")
    assert (verdict.kind, verdict.acknowledge) == (Kind.PERSON, True)
    assert not check(*marks, sender="formular@portal.example").acknowledge
    assert not check("X-Spam-Flag: YES", "Reply-To: anna@post.example", sender="formular@portal.example").acknowledge


def test_an_own_address_may_be_a_configured_form() -> None:
    around = gate.Surroundings(own_addresses=frozenset({OURS}), forms=frozenset({OURS}))
    message = mail("Reply-To: anna@post.example", sender=OURS)
    assert gate.check(message, around).acknowledge
    unconfigured = gate.check(message, AROUND)
    assert (unconfigured.kind, unconfigured.acknowledge) == (Kind.PERSON, False)
    assert gate.check(mail(sender=OURS), around).kind is Kind.OWN


def test_only_a_trusted_server_vouches_for_a_sender() -> None:
    assert check("Authentication-Results: mx.musterlingen.example; dmarc=pass").authenticated
    assert not check("Authentication-Results: mx.evil.example; dmarc=pass").authenticated
    assert not check().authenticated
    below = (
        "Authentication-Results: mx.musterlingen.example; spf=pass",
        "Authentication-Results: mx.musterlingen.example; dmarc=pass",
    )
    assert not check(*below).authenticated


def test_an_invitation_opens_a_ticket_and_is_answered() -> None:
    verdict = check("Content-Type: text/calendar; method=REQUEST", body="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    assert (verdict.kind, verdict.acknowledge) == (Kind.CALENDAR, True)


def test_an_invitation_by_a_calendars_program_opens_a_ticket_all_the_same() -> None:
    invitation = ("Content-Type: text/calendar; method=REQUEST", "Auto-Submitted: auto-generated")
    verdict = check(*invitation, body="BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    assert (verdict.kind, verdict.acknowledge) == (Kind.CALENDAR, False)


def test_an_unreadable_message_is_for_a_person() -> None:
    verdict = gate.unreadable("no header")
    assert (verdict.kind, verdict.acknowledge, verdict.answer_to) == (Kind.UNREADABLE, False, None)
    assert verdict.reason is not None
    assert verdict.reason.value == "no header"


def test_hostile_fields_break_nothing_and_do_not_hide_a_signal() -> None:
    assert not check("Auto-Submitted: \u202eauto-replied\u202c").acknowledge
    assert not check("Auto-Submitted: (((((( auto-replied", "Precedence: \u200bbulk").acknowledge
    assert check("Auto-Submitted: (((((( auto-replied").acknowledge  # an open comment holds no keyword
    verdict = check(f"Subject: {'{{ 7*7 }} ' * 200}", "To: " + ", ".join(f"r{n}@post.example" for n in range(1000)))
    assert verdict.acknowledge
    long = check("X-Loop: " + "x" * 5000)
    assert all(len(signal.value) <= 160 and signal.value.isprintable() for signal in long.signals)
