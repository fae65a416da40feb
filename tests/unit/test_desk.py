"""What a person at a desk lets go out: a withheld acknowledgement is of the day on which it is released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from daemon import desk, judge
from daemon.config import Config
from daemon.model import Address, DeliveryStatus, Past, Reason, Role
from daemon.policy import Policy
from daemon.reconciliation import silenced
from daemon.rendering import Renderer, read
from daemon.store import Store
from daemon.store.tickets import Changes
from tests.unit.test_judge import FixedClassifier, reading
from tests.values import NOW, verdict

WITHHELD = Reason("dmarc_fail", "fail", "RFC 7489 §6.3")


@pytest.fixture
def policy(store: Store, make_config: Callable[..., Config]) -> Policy:
    promising = [
        {"key": "tiefbau", "name": "Tiefbauamt", "answer_days": 10, "deliver": [{"mail": "tief@musterlingen.example"}]},
        {"key": "abfall", "name": "Abfallwirtschaft", "answer_days": 2},
        {"key": "zentrale", "name": "Zentrale Dienste"},
    ]
    config = make_config(department=promising)
    return Policy(config, Renderer(config), FixedClassifier(), store.secret())  # type: ignore[arg-type]


def withheld(store: Store, policy: Policy, **changes: Any) -> int:
    """A ticket whose acknowledgement is withheld; the delivery's id."""
    said = verdict(acknowledge=False, reason=WITHHELD)
    [record] = judge.judge([reading(verdict=said, **changes)], policy, Past(), iter(["2026-000001"]), NOW)
    store.journal.record([record], NOW)
    return acknowledgement(store).id


def acknowledgement(store: Store) -> Any:
    view = store.tickets.find("2026-000001")
    assert view is not None
    return view.acknowledgement


def sent(store: Store, at: Any) -> Any:
    """The mail that leaves, as a reader sees it, and the delivery."""
    [claimed] = [c for c in store.outbox.claim("w", at, count=9, octets=10**9) if c.target == "acknowledgement"]
    return read(claimed.data), claimed


@pytest.mark.parametrize(("days", "names_a_day"), [(1, True), (40, False)])
def test_it_bears_the_date_of_its_release_and_names_no_day_that_has_passed(
    store: Store, policy: Policy, days: int, names_a_day: bool
) -> None:
    delivery, later = withheld(store, policy), NOW + timedelta(days=days)
    before = acknowledgement(store)
    assert desk.release(store, policy, [delivery], later, "mmuster") == [delivery]
    mail, claimed = sent(store, later)
    assert parsedate_to_datetime(dict(mail.headers)["Date"]) == later
    assert ("17. März" in mail.text) is names_a_day
    assert (claimed.message_id, claimed.address) == (before.message_id, before.address)
    last = store.tickets.history("2026-000001")[-1]
    assert (last.actor, last.old, last.new) == ("mmuster", "withheld", "waiting")


def test_it_speaks_of_the_department_that_staff_named_since(store: Store, policy: Policy) -> None:
    delivery = withheld(store, policy)
    store.tickets.change("2026-000001", Changes(department="abfall"), "abfall", [], NOW, "mmuster")
    desk.release(store, policy, [delivery], NOW + timedelta(hours=1), "mmuster")
    mail, _ = sent(store, NOW + timedelta(hours=1))
    assert "Abfallwirtschaft" in mail.text
    assert "Tiefbauamt" not in mail.text


def test_it_goes_where_the_gate_wanted_it_to_go_and_answers_that_mail(store: Store, policy: Policy) -> None:
    said = replace(verdict(acknowledge=False, reason=WITHHELD), answer_to=Address("", "antwort@anderswo.example"))
    [record] = judge.judge([reading(verdict=said)], policy, Past(), iter(["2026-000001"]), NOW)
    store.journal.record([record], NOW)
    desk.release(store, policy, [acknowledgement(store).id], NOW, "mmuster")
    mail, claimed = sent(store, NOW)
    assert claimed.address == "antwort@anderswo.example"
    assert dict(mail.headers)["To"] == "antwort@anderswo.example"
    assert dict(mail.headers)["In-Reply-To"] == "<1@citizen.example>"


def test_octets_that_may_have_left_stay_as_they_are(store: Store, policy: Policy) -> None:
    [record] = judge.judge([reading()], policy, Past(), iter(["2026-000001"]), NOW)
    store.journal.record([record], NOW)
    _, first = sent(store, NOW)
    store.outbox.begin([first.id], "w", NOW)
    store.outbox.recover(NOW, alone=True)
    desk.release(store, policy, [first.id], NOW + timedelta(days=2), "mmuster")
    _, again = sent(store, NOW + timedelta(days=2))
    assert (again.data, again.message_id) == (first.data, first.message_id)


@pytest.mark.parametrize(("settled", "targets"), [(True, []), (False, ["mail"])])
def test_what_a_repair_imports_goes_out_only_where_it_was_never_handed_on(
    store: Store, policy: Policy, settled: bool, targets: list[str]
) -> None:
    [record] = judge.judge([reading()], policy, Past(), iter(["2026-000001"]), NOW)
    assert {d.target for d in record.deliveries} == {"acknowledgement", "mail"}
    store.journal.record([silenced(record, settled=settled)], NOW)
    claimed = store.outbox.claim("w", NOW + timedelta(days=30), count=9, octets=10**9)
    assert [c.target for c in claimed] == targets
    assert store.figures.counts(NOW).imported == (1 if settled else 0)
    assert any("Imported by" in (e.new or "") for e in store.tickets.history("2026-000001"))
    waiting = [view.id for view in store.tickets.outbox([DeliveryStatus.WITHHELD])]
    assert desk.release(store, policy, waiting, NOW, "mmuster") == waiting
    assert store.figures.counts(NOW).imported == 0


def test_a_further_message_that_a_repair_imports_is_not_handed_on_again_either(store: Store, policy: Policy) -> None:
    [first] = judge.judge([reading()], policy, Past(), iter(["2026-000001"]), NOW)
    further = replace(silenced(first, settled=True), role=Role.FURTHER, number=None, joins=1)
    assert {d.status for d in further.deliveries} == {DeliveryStatus.WITHHELD}
