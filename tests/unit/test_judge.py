"""From a reading and the past to a record: what opens a ticket, what joins one, what is sent and what is withheld."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from classifiers import Prediction, Text
from daemon import judge, threads
from daemon.config import Config
from daemon.model import (
    UNKNOWN_ARRIVAL,
    Address,
    DeliveryStatus,
    Issued,
    Kind,
    Past,
    Reading,
    Record,
    Role,
    Seen,
    TicketRef,
    TicketStatus,
)
from daemon.policy import Policy
from daemon.rendering import Renderer, read
from tests.values import NOW, message, raw_message, verdict

KEY = b"k" * 32
NUMBER = "2026-000001"


class FixedClassifier:
    """Sees a complaint for the road department in everything, as sure as it is told to be."""

    id = "fixed"

    def __init__(self, sure: float = 0.99) -> None:
        self.sure = sure

    def predict(self, texts: Sequence[Text]) -> list[Prediction]:
        return [self._one() for _ in texts]

    def _one(self) -> Prediction:
        rest: Mapping[str, float] = {"complaint": self.sure, "praise": 1 - self.sure}
        topics = {"tiefbau": self.sure, "abfall": 1 - self.sure}
        return Prediction("de", rest, topics, 0.8, 0.8, ("Schlagloch",), "fixed")


@pytest.fixture
def policy(config: Config) -> Policy:
    return Policy(config, Renderer(config), FixedClassifier(), KEY)  # type: ignore[arg-type]


def reading(uid: int = 1, **changes: Any) -> Reading:
    raw = raw_message(b"From: erika@citizen.example\r\n\r\nHallo", uid)
    named = {"fingerprint": f"fp-{uid}", "sha256": raw.sha256, **changes}
    said = named.pop("verdict", verdict())
    return Reading(replace(raw, sha256=f"sha-{uid}"), message(**named), said)


def judged(policy: Policy, *readings: Reading, past: Past | None = None) -> list[Record]:
    numbers = iter(f"2026-{n:06d}" for n in range(1, 100))
    return judge.judge(readings, policy, past or Past(), numbers, NOW)


def ack_of(record: Record) -> Any:
    return next((d for d in record.deliveries if d.target == "acknowledgement"), None)


def test_a_person_gets_a_ticket_and_one_acknowledgement(policy: Policy) -> None:
    [record] = judged(policy, reading())
    assert (record.role, record.number) == (Role.FIRST, NUMBER)
    ack = ack_of(record)
    assert (ack.status, ack.address, ack.envelope_from) == (DeliveryStatus.WAITING, "erika@citizen.example", "")
    assert ack.deadline == NOW + timedelta(hours=24)
    assert threads.is_ours(KEY, ack.message_id)
    assert threads.token(KEY, NUMBER) in read(ack.data).subject


def test_the_department_gets_what_its_deliver_names(policy: Policy) -> None:
    config = policy.config.model_copy(
        update={
            "department": [
                *[d for d in policy.config.department if d.key != "tiefbau"],
                policy.config.department_of("abfall").model_copy(update={"key": "tiefbau", "topics": None}),
            ]
        }
    )
    [record] = judged(replace(policy, config=config, renderer=Renderer(config)), reading())
    forward = next(d for d in record.deliveries if d.target == "mail")
    assert (forward.address, forward.department) == ("abfall@musterlingen.example", "tiefbau")
    assert b"auto-generated" in forward.data


def test_a_guess_is_acknowledged_neutrally_and_goes_to_the_fallback(config: Config) -> None:
    unsure = Policy(config, Renderer(config), FixedClassifier(0.6), KEY)  # type: ignore[arg-type]
    [record] = judged(unsure, reading())
    assert record.decision is not None
    assert (record.decision.unsure, record.decision.queue) == (True, "zentrale")
    assert b"Tiefbauamt" not in ack_of(record).data


def test_what_arrived_before_the_cut_over_is_silent(policy: Policy) -> None:
    old = reading()
    early = replace(old, raw=replace(old.raw, received_at=NOW - timedelta(days=200)))
    [record] = judged(policy, early)
    assert record.deliveries == ()
    assert record.decision is not None
    assert record.decision.reason is not None
    assert record.decision.reason.signal == "before_cut_over"


def test_a_machine_opens_nothing(policy: Policy) -> None:
    [record] = judged(policy, reading(verdict=verdict(kind=Kind.LIST, acknowledge=False)))
    assert (record.role, record.number, record.deliveries) == (Role.ASIDE, None, ())


def test_the_same_mail_twice_in_one_batch_is_one_ticket(policy: Policy) -> None:
    first, second = judged(policy, reading(1), reading(2, fingerprint="fp-1"))
    assert (first.role, second.role, second.deliveries) == (Role.FIRST, Role.DUPLICATE, ())


def test_the_same_mail_as_before_joins_its_ticket(policy: Policy) -> None:
    [record] = judged(policy, reading(), past=Past(seen={"fp-1": Seen(5, 77)}))
    assert (record.role, record.joins, record.deliveries) == (Role.DUPLICATE, 77, ())


def known_ticket(**changes: Any) -> Past:
    ticket = TicketRef(77, NUMBER, "erika@citizen.example", TicketStatus.CLOSED, "abfall")
    message_id = threads.issue_message_id(KEY, NUMBER, "ack", "musterlingen.example")
    issued = {message_id: Issued(3, 77, NUMBER, "acknowledgement", "erika@citizen.example")}
    return Past(tickets={NUMBER: ticket}, issued=issued, **changes)


def reply(**changes: Any) -> Reading:
    message_id = threads.issue_message_id(KEY, NUMBER, "ack", "musterlingen.example")
    return reading(9, in_reply_to=(message_id,), **changes)


def test_a_reply_joins_goes_to_the_tickets_queue_and_gets_no_second_acknowledgement(policy: Policy) -> None:
    [record] = judged(policy, reply(), past=known_ticket())
    assert (record.role, record.joins, record.number) == (Role.FURTHER, 77, None)
    assert [d.target for d in record.deliveries] == ["mail"]
    assert record.deliveries[0].department == "abfall"


def test_a_stranger_with_our_id_gets_a_ticket_of_his_own_with_a_note(policy: Policy) -> None:
    stranger = Address("", "eve@elsewhere.example")
    [record] = judged(policy, reply(from_=(stranger,), verdict=verdict(answer_to=stranger)), past=known_ticket())
    assert (record.role, record.linked, record.joins) == (Role.FIRST, 77, None)
    assert NUMBER in record.notes[0]


@pytest.mark.parametrize(("acks", "receipt"), [({}, True), ({77: 1}, False)])
def test_further_messages_get_a_receipt_where_configured_once_a_day(
    make_config: Any, acks: dict[int, int], receipt: bool
) -> None:
    config = make_config(acknowledgement={"replies": True})
    policy = Policy(config, Renderer(config), FixedClassifier(), KEY)  # type: ignore[arg-type]
    [record] = judged(policy, reply(), past=known_ticket(acks_on=acks))
    assert (ack_of(record) is not None) == receipt


def test_the_cap_of_a_sender_withholds_within_a_batch_too(policy: Policy) -> None:
    records = judged(policy, *[reading(n) for n in range(1, 8)])
    assert [ack_of(r).status for r in records] == [DeliveryStatus.WAITING] * 5 + [DeliveryStatus.WITHHELD] * 2
    assert records[5].decision is not None
    assert records[5].decision.reason is not None
    assert records[5].decision.reason.signal == "sender_cap"


def test_the_cap_in_all_delays_and_never_drops(policy: Policy) -> None:
    [record] = judged(policy, reading(), past=Past(acks_this_hour=5000))
    assert ack_of(record).status is DeliveryStatus.WAITING
    assert ack_of(record).not_before > NOW


def test_an_address_that_bounced_for_good_is_not_written_to_again(policy: Policy) -> None:
    [record] = judged(policy, reading(), past=Past(bounced=frozenset({"erika@citizen.example"})))
    assert ack_of(record).status is DeliveryStatus.WITHHELD


def test_what_cannot_be_read_opens_a_ticket_for_the_fallback_and_is_kept(policy: Policy) -> None:
    [record] = judged(policy, judge.read(raw_message(b"\x00\x01\x02 no header at all"), policy))
    assert record.quarantine is not None
    assert (record.role, record.number) == (Role.FIRST, NUMBER)
    assert record.decision is not None
    assert (record.decision.queue, record.decision.unsure, ack_of(record)) == ("zentrale", True, None)


def test_the_times_that_an_appointment_asks_for_are_read(make_config: Any) -> None:
    rule = {"name": "Termin", "when": {"subject": "termin"}, "then": {"category": "appointment"}}
    config = make_config(rule=[rule])
    policy = Policy(config, Renderer(config), FixedClassifier(), KEY)  # type: ignore[arg-type]
    asked = reading(subject="Termin", own_text="Passt es Ihnen am 12. März um 14 Uhr?")
    [record] = judged(policy, asked)
    assert record.decision is not None
    [wish] = record.decision.requested_times
    assert wish.text == "12. März um 14 Uhr"
    assert wish.start is not None
    assert wish.start.isoformat() == "2026-03-12T14:00:00+01:00"


def test_a_mail_too_short_to_tell_is_answered_in_the_offices_first_language(make_config: Any) -> None:
    config = make_config(organisation={"languages": ["fr", "de"]})
    policy = Policy(config, Renderer(config), FixedClassifier(), KEY)  # type: ignore[arg-type]
    short, german = judged(policy, reading(1, subject="", own_text="?"), reading(2))
    assert "Accusé de réception" in read(ack_of(short).data).subject
    assert "Eingangsbestätigung" in read(ack_of(german).data).subject


def test_reading_is_the_same_whoever_asks(policy: Policy, tmp_path: Path) -> None:
    data = b"From: Erika <erika@citizen.example>\r\nSubject: =?utf-8?q?M=C3=BCll?=\r\n\r\nDie Tonne ist voll.\r\n"
    found = judge.read(raw_message(data), policy)
    assert (found.message.subject, found.verdict.kind, found.verdict.acknowledge, found.trouble) == (
        "Müll",
        Kind.PERSON,
        True,
        None,
    )


def test_a_mail_whose_arrival_nobody_tells_is_handed_on_and_a_person_decides_on_its_acknowledgement(
    policy: Policy,
) -> None:
    plain = reading()
    undated = replace(plain, raw=replace(plain.raw, received_at=UNKNOWN_ARRIVAL))
    [record] = judged(policy, undated)
    assert record.decision is not None
    assert record.decision.reason is not None
    assert record.decision.reason.signal == "arrival_unknown"
    assert ack_of(record).status is DeliveryStatus.WITHHELD
    assert record.raw.received_at == NOW
    assert [d.target for d in record.deliveries] == [d.target for d in judged(policy, plain)[0].deliveries]


@pytest.mark.parametrize(("full_hours", "delayed"), [(0, 0), (1, 1), (22, 22), (23, 23), (40, 23), (4000, 23)])
def test_the_cap_in_all_delays_and_leaves_the_last_hour(policy: Policy, full_hours: int, delayed: int) -> None:
    cap = policy.config.acknowledgement.per_hour
    [record] = judged(policy, reading(), past=Past(acks_this_hour=cap * full_hours))
    ack = ack_of(record)
    assert (ack.not_before or NOW) - NOW == timedelta(hours=delayed)
    assert ack.deadline - NOW == timedelta(hours=24)
