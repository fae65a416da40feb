"""What the store keeps of mail that came back, and what follows from it for the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.model import BounceNews, Planned, Record, Role, Sent
from daemon.store import Question, Store
from daemon.store.tickets import Filters
from tests.unit.test_reports import ticket
from tests.values import NOW, message, raw_message, verdict

CITIZEN = "citizen1@citizen.example"


def bounced(store: Store, status: str, uid: int = 50, delivery: int = 1, joins: int | None = 1) -> None:
    news = BounceNews(delivery, status, f"In words ({status}).")
    record = Record(
        raw_message(b"b", uid), Role.NOTE, message(fingerprint=f"fp-{uid}"), verdict(), joins=joins, bounce=news
    )
    store.journal.record([record], NOW + timedelta(minutes=uid))


@pytest.fixture
def sent(store: Store) -> Store:
    """One ticket whose acknowledgement the server has accepted."""
    store.journal.record([ticket(1)], NOW)
    [claimed] = store.outbox.claim("w", NOW, count=1, octets=10**9)
    store.outbox.begin([claimed.id], "w", NOW)
    store.outbox.close([(claimed.id, Sent())], "w", NOW)
    return store


def acknowledgement(store: Store):  # type: ignore[no-untyped-def]
    [view] = store.tickets.all(Filters())
    return view.acknowledgement


def is_bounced(store: Store, days: int = 1) -> bool:
    past = store.journal.past(Question([], [], [], [CITIZEN]), NOW + timedelta(days=days))
    return CITIZEN in past.bounced


@pytest.mark.parametrize(
    ("status", "becomes", "address_is_bad"),
    [
        ("5.1.1", "refused", True),
        ("5.1.10", "refused", True),
        ("5.2.1", "refused", True),
        ("5.2.2", "refused", False),
        ("5.7.1", "refused", False),
        ("5.1.8", "refused", False),  # our own address is meant
        ("4.4.7", "sent", False),
    ],
)
def test_a_bounce_is_refused_mail_and_tells_of_the_address(
    sent: Store, status: str, becomes: str, address_is_bad: bool
) -> None:
    bounced(sent, status)
    found = acknowledgement(sent)
    assert (found.status, found.bounce_status) == (becomes, status)
    assert (found.why == f"In words ({status}).") == (becomes == "refused")
    assert is_bounced(sent) == address_is_bad


def test_it_is_forgotten_after_sixty_days(sent: Store) -> None:
    bounced(sent, "5.1.1")
    assert (is_bounced(sent, 59), is_bounced(sent, 61)) == (True, False)


def test_a_warning_that_comes_after_the_failure_changes_nothing(sent: Store) -> None:
    bounced(sent, "5.1.1", 50)
    bounced(sent, "4.4.7", 51)
    assert (acknowledgement(sent).status, acknowledgement(sent).bounce_status) == ("refused", "5.1.1")
    assert is_bounced(sent)


def test_what_came_back_still_counts_for_the_caps(sent: Store) -> None:
    bounced(sent, "5.1.1")
    past = sent.journal.past(Question([], [], ["2026-000001"], [CITIZEN]), NOW + timedelta(minutes=59))
    assert (past.acks_to, past.acks_on, past.acks_this_hour) == ({CITIZEN: 1}, {1: 1}, 1)


def test_notes_of_machines_are_no_messages_of_the_citizen(sent: Store) -> None:
    bounced(sent, "4.4.7")
    [view] = sent.tickets.all(Filters())
    assert view.messages == 1


def test_mail_to_the_administrator_comes_back_without_a_ticket(store: Store) -> None:
    alarm = Planned("alarm", "smtp", "it@musterlingen.example", ticket(1).deliveries[0].status, b"x", "<alarm@x>")
    store.outbox.add(alarm, NOW)
    past = store.journal.past(Question([], ["<alarm@x>"], [], []), NOW)
    issued = past.issued["<alarm@x>"]
    assert (issued.ticket_id, issued.number, issued.target) == (0, "", "alarm")
    bounced(store, "5.1.1", delivery=issued.delivery_id, joins=None)
    [found] = store.tickets.outbox(["refused"])  # type: ignore[list-item]
    assert (found.target, found.why) == ("alarm", "In words (5.1.1).")


def test_held_ones_wait_for_their_hour_and_count_for_the_next(store: Store) -> None:
    later = NOW + timedelta(hours=2)
    store.journal.record([ticket(1), replace(ticket(2, not_before=later))], NOW)
    count = [
        store.journal.past(Question([], [], [], []), NOW + timedelta(minutes=minutes)).acks_this_hour
        for minutes in (0, 59, 61, 179, 181)
    ]
    assert count == [2, 2, 1, 1, 0]
