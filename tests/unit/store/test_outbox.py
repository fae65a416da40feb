"""The life of a delivery: each committed step, and what a dead worker leaves behind."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from daemon.model import DeliveryStatus, InDoubt, Refused, Retry, Sent
from daemon.store import Store
from tests.unit.store.test_journal import planned, record
from tests.values import NOW

LATER = NOW + timedelta(minutes=11)


@pytest.fixture
def outbox(store: Store):  # type: ignore[no-untyped-def]
    store.journal.record([record(1)], NOW)
    return store.outbox


def state(store: Store) -> tuple[str, str | None]:
    view = store.tickets.outbox(list(DeliveryStatus))[0]
    return view.status, view.why


def broken_off(*_: object) -> None:
    raise RuntimeError


def claim(outbox, now=NOW, worker="w1", count=10):  # type: ignore[no-untyped-def]
    return outbox.claim(worker, now, count=count, octets=1000)


def test_a_delivery_is_claimed_once(outbox) -> None:  # type: ignore[no-untyped-def]
    assert [c.id for c in claim(outbox)] == [1]
    assert claim(outbox, worker="w2") == []


def test_the_straight_way_ends_sent_and_forgets_the_payload(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    claim(outbox)
    assert outbox.begin([1], "w1", NOW) == {1}
    outbox.close([(1, Sent("250 ok"))], "w1", NOW)
    assert state(store) == ("sent", "250 ok")
    assert claim(outbox, LATER) == []


def test_one_begins_while_another_ends_in_one_transaction(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    store.journal.record([record(2, "2026-000002")], NOW)
    claim(outbox)
    outbox.begin([1], "w1", NOW)
    commits: list[object] = []
    event.listen(store.database.engine, "commit", commits.append)
    assert outbox.step([2], [(1, Sent("250 ok"))], "w1", NOW) == {2}
    assert len(commits) == 1
    found = {view.id: view.status for view in store.tickets.outbox(list(DeliveryStatus))}
    assert found == {1: "sent", 2: "sending"}


def test_where_the_beginning_fails_the_end_is_not_written_either(store: Store, outbox, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    store.journal.record([record(2, "2026-000002")], NOW)
    claim(outbox)
    outbox.begin([1], "w1", NOW)
    monkeypatch.setattr(outbox, "_sending", broken_off)
    with pytest.raises(RuntimeError):
        outbox.step([2], [(1, Sent())], "w1", NOW)
    found = {view.id: view.status for view in store.tickets.outbox(list(DeliveryStatus))}
    assert found == {1: "sending", 2: "claimed"}


def test_begin_refuses_a_claim_that_is_lost_or_expired(outbox) -> None:  # type: ignore[no-untyped-def]
    claim(outbox)
    assert outbox.begin([1], "w2", NOW) == set()
    assert outbox.begin([1], "w1", NOW + timedelta(minutes=2)) == set()


def test_a_dead_workers_claim_waits_again(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    claim(outbox)
    assert outbox.recover(NOW, alone=True) == 0
    assert state(store)[0] == "waiting"


def test_others_claims_are_left_alone_until_they_expire(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    claim(outbox)
    outbox.recover(NOW, alone=False)
    assert state(store)[0] == "claimed"
    outbox.recover(LATER, alone=False)
    assert state(store)[0] == "waiting"


def test_a_dead_workers_sending_is_in_doubt_sent_once_more_and_never_a_third_time(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    claim(outbox)
    outbox.begin([1], "w1", NOW)
    assert outbox.recover(NOW, alone=True) == 1
    assert state(store)[0] == "in_doubt"
    assert claim(outbox, NOW + timedelta(minutes=9)) == []
    [again] = claim(outbox, LATER)
    assert again.was_in_doubt
    assert again.message_id == "<ack-1@musterlingen.example>"
    outbox.begin([1], "w1", LATER)
    outbox.close([(1, InDoubt("cut after 354"))], "w1", LATER)
    assert state(store) == ("in_doubt", "cut after 354")
    assert claim(outbox, NOW + timedelta(days=30)) == []


def test_growing_gaps_and_giving_up(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    now, gaps = NOW, []
    for _ in range(9):
        [claimed] = claim(outbox, now)
        outbox.begin([claimed.id], "w1", now)
        outbox.close([(1, Retry("451 later"))], "w1", now)
        due = store.watch.next_due()
        gaps.append((due - now).total_seconds() / 60)
        now = due
    assert gaps == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    now = NOW + timedelta(days=6)
    claim(outbox, now)
    outbox.close([(1, Retry("451 later"))], "w1", now)
    assert state(store) == ("refused", "Given up after 5 days; the last answer was: 451 later")


def test_a_refusal_is_final_and_a_person_can_try_again(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    claim(outbox)
    outbox.close([(1, Refused("550 no such user"))], "w1", NOW)
    assert state(store) == ("refused", "550 no such user")
    assert claim(outbox, LATER) == []
    assert outbox.retry([1], LATER, "staff") == [1]
    assert [c.id for c in claim(outbox, LATER)] == [1]


def test_trouble_of_the_server_pauses_its_door_and_loses_no_attempt(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    other = planned(target="webhook", door="webhook:hook.example", address="https://hook.example", message_id=None)
    store.journal.record([record(2, "2026-000002", deliveries=(planned(message_id="<ack-2@x>"), other))], NOW)
    claimed = claim(outbox)
    assert len(claimed) == 3
    trouble = Retry("535 login failed", target_wide=True)
    outbox.close([(c.id, trouble) for c in claimed if c.target == "acknowledgement"], "w1", NOW)
    assert [(p.door, p.why, p.told) for p in store.watch.pauses()] == [("smtp", "535 login failed", False)]
    assert claim(outbox, NOW) == []
    soon = store.watch.pauses()[0].until
    assert NOW < soon < NOW + timedelta(minutes=1)
    outbox.close([(c.id, Sent()) for c in claimed if c.target == "webhook"], "w1", NOW)
    assert [c.id for c in claim(outbox, soon)] == [1, 2]
    outbox.close([(1, Sent())], "w1", soon)
    assert store.watch.pauses() == []


def test_a_claim_is_bounded_in_count_and_octets_but_never_empty(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    big = tuple(planned(data=b"x" * 800, message_id=f"<big-{n}@x>") for n in range(3))
    store.journal.record([record(2, "2026-000002", deliveries=big)], NOW)
    assert [len(claim(outbox)) for _ in range(3)] == [2, 1, 1]
    assert claim(outbox) == []


def test_late_acknowledgements_are_found_until_they_are_sent(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    assert store.watch.late(NOW + timedelta(hours=23)) == []
    [late] = store.watch.late(NOW + timedelta(hours=25))
    assert (late.number, late.warned) == ("2026-000001", False)
    store.watch.warned([late.delivery_id], NOW)
    assert [found.warned for found in store.watch.late(NOW + timedelta(hours=25))] == [True]
    claim(outbox)
    outbox.close([(1, Sent())], "w1", NOW)
    assert store.watch.late(NOW + timedelta(hours=25)) == []


def test_a_withheld_delivery_is_never_claimed_until_a_person_says_so(store: Store) -> None:
    store.journal.record([record(1, deliveries=(planned(status=DeliveryStatus.WITHHELD),))], NOW)
    assert claim(store.outbox) == []
    assert store.outbox.retry([1], NOW, "staff") == [1]
    assert len(claim(store.outbox)) == 1


def test_an_outcome_of_a_lost_claim_is_ignored_unless_it_says_sent(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    claim(outbox)
    outbox.recover(LATER, alone=False)
    claim(outbox, LATER, worker="w2")
    outbox.close([(1, Refused("no"))], "w1", LATER)
    assert state(store)[0] == "claimed"
    outbox.close([(1, Sent("250"))], "w1", LATER)
    assert state(store)[0] == "sent"


def test_a_clock_that_was_set_back_leaves_nothing_waiting_for_the_far_future(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    wrong = NOW + timedelta(days=400)
    claim(outbox, wrong)
    outbox.close([(1, Retry("451 later"))], "w1", wrong)
    outbox.set_back(NOW)
    assert claim(outbox, NOW) == []
    assert [c.id for c in claim(outbox, LATER)] == [1]


def test_a_paused_door_opens_again_although_the_clock_was_set_back(outbox) -> None:  # type: ignore[no-untyped-def]
    wrong = NOW + timedelta(days=400)
    claim(outbox, wrong)
    outbox.close([(1, Retry("421 busy", target_wide=True))], "w1", wrong)
    outbox.set_back(NOW)
    assert [c.id for c in claim(outbox, LATER)] == [1]


def test_of_large_deliveries_one_is_claimed_and_none_beside_another(store: Store, outbox, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("daemon.store.claims.LARGE", 500)
    sizes = (800, 700, 1, 600)
    mails = tuple(planned(data=b"x" * size, message_id=f"<{size}@x>") for size in sizes)
    store.journal.record([record(2, "2026-000002", deliveries=mails)], NOW)
    first = outbox.claim("w1", NOW, count=10, octets=1000)
    assert [each.size for each in first] == [1, 800, 1]
    assert outbox.claim("w1", NOW, count=10, octets=1000, large=False) == []
    assert [len(each.data) for each in outbox.claim("w1", NOW, count=10, octets=0)] == [700]


def test_large_deliveries_that_come_first_do_not_hide_the_others(store: Store, outbox, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("daemon.store.claims.LARGE", 500)
    mails = tuple(planned(data=b"x" * size, message_id=f"<{n}@x>") for n, size in enumerate([800] * 5 + [3]))
    store.journal.record([record(2, "2026-000002", deliveries=mails)], NOW)
    assert [each.size for each in outbox.claim("w1", NOW, count=3, octets=1000, large=False)] == [1, 3]


def test_octets_are_read_for_what_is_claimed_and_nowhere_else(store: Store, outbox) -> None:  # type: ignore[no-untyped-def]
    store.journal.record([record(2, "2026-000002", deliveries=(planned(data=b"x" * 900, message_id="<b@x>"),))], NOW)
    reads: list[int] = []

    def see(connection, cursor, statement, parameters, *_: object) -> None:  # type: ignore[no-untyped-def]
        if re.search(r"SELECT[^()]*delivery\.data", statement):
            reads.append(len(parameters))

    event.listen(store.database.engine, "before_cursor_execute", see)
    claimed = outbox.claim("w1", NOW, count=10, octets=100)
    outbox.begin([each.id for each in claimed], "w1", NOW)
    outbox.recover(NOW, alone=True)
    again = outbox.claim("w1", LATER, count=10, octets=1000)
    outbox.close([(each.id, Sent()) for each in again], "w1", LATER)
    assert [each.size for each in claimed] == [1]
    assert [each.size for each in again] == [900, 1]
    assert reads == [1, 2]  # of one, then of both, by a statement each
