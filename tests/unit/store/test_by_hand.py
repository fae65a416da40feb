"""What a person decides about single deliveries, and that the ticket remembers who and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from daemon import standing
from daemon.config import Config
from daemon.model import DeliveryStatus, InDoubt, Refused
from daemon.store import Store
from tests.unit.store.test_journal import planned, record
from tests.values import NOW

FORWARD = planned(target="mail", message_id="<forward@x>")


def refused(store: Store, *, kind: str = "mail") -> int:
    """The id of a delivery that the other side refused."""
    store.journal.record([record(1, deliveries=(replace(FORWARD, target=kind),))], NOW)
    store.mailboxes.round_done("buergerpost", NOW)
    [claimed] = store.outbox.claim("w1", NOW, count=1, octets=1000)
    store.outbox.close([(claimed.id, Refused("550 no"))], "w1", NOW)
    return claimed.id


def needs(store: Store, config: Config, after: timedelta = timedelta(0)) -> tuple[str, ...]:
    store.mailboxes.round_done("buergerpost", NOW + after)
    return standing.look(store, config, NOW + after).needs


def test_a_refusal_is_told_until_a_person_has_looked_and_the_ticket_says_who(store: Store, config: Config) -> None:
    delivery = refused(store)
    assert "1 deliveries were refused" in needs(store, config)[0]
    assert store.by_hand.dismiss([delivery], NOW + timedelta(hours=1), "mmuster") == [delivery]
    assert needs(store, config) == ()
    last = store.tickets.history("2026-000001")[-1]
    assert (last.actor, last.what, last.old, last.new) == ("mmuster", "mail", "refused", "dismissed")
    assert last.at == NOW + timedelta(hours=1)


def test_what_no_department_has_stays_told_and_a_citizens_wrong_address_only_for_a_day(
    store: Store, config: Config
) -> None:
    refused(store)
    assert "1 deliveries were refused" in needs(store, config, timedelta(days=30))[0]


def test_a_refused_acknowledgement_is_news_for_a_day(store: Store, config: Config) -> None:
    refused(store, kind="acknowledgement")
    assert "1 deliveries were refused" in needs(store, config, timedelta(hours=23))[0]
    assert needs(store, config, timedelta(hours=25)) == ()


def test_dismissing_twice_is_one_line_and_retry_takes_it_back(store: Store, config: Config) -> None:
    delivery = refused(store)
    for _ in range(2):
        assert store.by_hand.dismiss([delivery], NOW, "mmuster") == [delivery]
    assert [e.new for e in store.tickets.history("2026-000001")].count("dismissed") == 1
    assert store.outbox.retry([delivery], NOW, "mmuster") == [delivery]
    [claimed] = store.outbox.claim("w1", NOW, count=1, octets=1000)
    store.outbox.close([(claimed.id, Refused("550 still no"))], "w1", NOW)
    assert "1 deliveries were refused" in needs(store, config)[0]


def test_what_goes_out_by_itself_cannot_be_dismissed(store: Store) -> None:
    store.journal.record([record(1, deliveries=(planned(), FORWARD))], NOW)
    [first, second] = store.outbox.claim("w1", NOW, count=2, octets=1000)
    assert store.by_hand.dismiss([first.id, second.id, 4711], NOW, "mmuster") == []
    store.outbox.begin([first.id], "w1", NOW)
    store.outbox.close([(first.id, InDoubt("cut"))], "w1", NOW)
    assert store.by_hand.dismiss([first.id], NOW, "mmuster") == []  # sent once more first
    again = NOW + timedelta(minutes=11)
    store.outbox.claim("w1", again, count=2, octets=1000)
    store.outbox.close([(first.id, InDoubt("cut again"))], "w1", again)
    assert store.by_hand.dismiss([first.id], again, "mmuster") == [first.id]


def test_only_what_never_left_is_written_anew(store: Store) -> None:
    withheld = planned(status=DeliveryStatus.WITHHELD)
    store.journal.record([record(1, deliveries=(withheld, FORWARD))], NOW)
    views = store.tickets.outbox(list(DeliveryStatus))
    [unsent] = store.by_hand.unsent([view.id for view in views])
    assert (unsent.number, unsent.message.sha256) == ("2026-000001", record(1).raw.sha256)
    store.by_hand.rewrite(unsent.delivery_id, replace(withheld, data=b"anew"))
    store.outbox.retry([unsent.delivery_id], NOW, "mmuster")
    [claimed] = [c for c in store.outbox.claim("w1", NOW, count=5, octets=1000) if c.id == unsent.delivery_id]
    assert claimed.data == b"anew"
    assert store.by_hand.unsent([unsent.delivery_id]) == []
    store.by_hand.rewrite(unsent.delivery_id, replace(withheld, data=b"other octets"))
    store.outbox.recover(NOW, alone=True)
    again = [c for c in store.outbox.claim("w1", NOW, count=5, octets=1000) if c.id == unsent.delivery_id]
    assert [c.data for c in again] == [b"anew"]
