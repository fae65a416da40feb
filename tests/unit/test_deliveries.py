"""What is planned for a ticket: where bounces go, when it is due, and what is not sent in a circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daemon import deliveries, judge, threads
from daemon.config import Config
from daemon.model import (
    Address,
    DeliveryStatus,
    Issued,
    Kind,
    Past,
    Reading,
    Record,
    Report,
    Role,
    TicketRef,
    TicketStatus,
    Verdict,
)
from daemon.policy import Policy
from daemon.rendering import Renderer
from tests.unit.test_judge import FixedClassifier
from tests.values import NOW, decision, message, raw_message, reason, verdict

KEY = b"k" * 32
NUMBER = "2026-000001"
DEPARTMENT = "abfall@musterlingen.example"


def policy_of(config: Config) -> Policy:
    return Policy(config, Renderer(config), FixedClassifier(), KEY)  # type: ignore[arg-type]


def reading(sender: str = "erika@citizen.example", **changes: Any) -> Reading:
    author = Address("", sender)
    return Reading(raw_message(b"mail"), message(from_=(author,), **changes), verdict(answer_to=author))


def forward(policy: Policy, read: Reading, **changes: Any) -> Any:
    found = deliveries.to_department(policy, NUMBER, read, decision(queue="abfall", **changes), NOW)
    return next(each for each in found if each.target == "mail")


@pytest.mark.parametrize(
    ("smtp", "ack", "department"),
    [
        ({}, "", "buergerpost@musterlingen.example"),
        ({"sign_envelope": True}, "", "buergerpost+TAG@musterlingen.example"),
        ({"envelope_sender": "b@x.example"}, "b@x.example", "b@x.example"),
        ({"envelope_sender": "b@x.example", "sign_envelope": True}, "b+TAG@x.example", "b+TAG@x.example"),
    ],
)
def test_bounces_go_nowhere_or_where_they_find_their_delivery(
    make_config: Callable[..., Config], smtp: dict[str, object], ack: str, department: str
) -> None:
    policy, read = policy_of(make_config(smtp=smtp)), reading()
    planned = deliveries.acknowledgement(policy, NUMBER, read, decision(), None, NOW)
    for each, expected in ((planned, ack), (forward(policy, read), department)):
        tag = each.message_id.strip("<>").partition("@")[0]
        assert each.envelope_from == expected.replace("TAG", tag)


def test_a_department_is_not_sent_its_own_mail(make_config: Callable[..., Config]) -> None:
    policy = policy_of(make_config())
    own = forward(policy, reading(DEPARTMENT.upper()))
    assert (own.status, own.why.partition(":")[0]) == (DeliveryStatus.WITHHELD, "own_mail")
    assert forward(policy, reading()).status is DeliveryStatus.WAITING


def test_a_department_that_writes_too_often_is_not_sent_on(make_config: Callable[..., Config]) -> None:
    table = [
        {"key": "abfall", "name": "Abfall", "deliver": [{"mail": DEPARTMENT}]},
        {"key": "gruen", "name": "Grün", "deliver": [{"mail": "gruen@musterlingen.example"}]},
    ]
    policy, capped = policy_of(make_config(department=table)), reason("sender_cap")
    assert forward(policy, reading("gruen@musterlingen.example"), reason=capped).status is DeliveryStatus.WITHHELD
    assert forward(policy, reading("gruen@musterlingen.example")).status is DeliveryStatus.WAITING
    assert forward(policy, reading(), reason=capped).status is DeliveryStatus.WAITING  # a citizen's mail always is


def judged(policy: Policy, read: Reading, past: Past) -> Record:
    [record] = judge.judge([read], policy, past, iter([NUMBER]), NOW)
    return record


@pytest.mark.parametrize(
    ("in_all", "hours"), [(0, 0), (4999, 0), (5000, 1), (14_999, 2), (15_000, 3), (115_000, 23), (900_000, 23)]
)
def test_the_hourly_cap_takes_later_hours_and_never_the_last(
    make_config: Callable[..., Config], in_all: int, hours: int
) -> None:
    [ack] = judged(policy_of(make_config()), reading(), Past(acks_this_hour=in_all)).deliveries[:1]
    assert ack.status is DeliveryStatus.WAITING
    assert ack.not_before == (NOW + timedelta(hours=hours) if hours else None)
    assert ack.why == (deliveries.HELD if hours else None)


def test_a_late_message_is_not_held_past_its_time(make_config: Callable[..., Config]) -> None:
    read = reading()
    late = replace(read, raw=replace(read.raw, received_at=NOW - timedelta(hours=30)))
    [ack] = judged(policy_of(make_config()), late, Past(acks_this_hour=5000)).deliveries[:1]
    assert ack.not_before == NOW


def known() -> Past:
    message_id = threads.issue_message_id(KEY, NUMBER, "f1-aa", "musterlingen.example")
    ticket = TicketRef(7, NUMBER, "erika@citizen.example", TicketStatus.CLOSED, "abfall")
    return Past(tickets={NUMBER: ticket}, issued={message_id: Issued(3, 7, NUMBER, "mail", DEPARTMENT)})


@pytest.mark.parametrize(
    ("sender", "role"),
    [
        (DEPARTMENT, Role.NOTE),
        ("k.lerk@musterlingen.example", Role.NOTE),
        ("erika@citizen.example", Role.FURTHER),
        ("eve@elsewhere.example", Role.FIRST),
    ],
)
def test_staff_who_answer_us_are_noted_and_nothing_is_sent(
    make_config: Callable[..., Config], sender: str, role: Role
) -> None:
    [message_id] = known().issued
    record = judged(policy_of(make_config()), reading(sender, in_reply_to=(message_id,)), known())
    assert record.role is role
    if role is Role.NOTE:
        assert (record.deliveries, record.joins) == ((), 7)
        assert record.notes[0].startswith("Staff wrote")


def test_a_forged_clerk_is_no_clerk(make_config: Callable[..., Config]) -> None:
    [message_id] = known().issued
    read = reading(DEPARTMENT, in_reply_to=(message_id,))
    forged = replace(read, verdict=replace(read.verdict, acknowledge=False, signals=(reason("dmarc_fail"),)))
    assert judged(policy_of(make_config()), forged, known()).role is Role.FIRST


def test_a_bounce_of_the_administrators_mail_belongs_to_no_ticket(make_config: Callable[..., Config]) -> None:
    message_id = threads.issue_message_id(KEY, "administrator", "20260303090000", "musterlingen.example")
    past = Past(issued={message_id: Issued(5, 0, "", "alarm", "it@musterlingen.example")})
    report = Report("delivery-status", message_id, "5.1.1", "failed", "it@musterlingen.example")
    bounce = replace(reading("mailer-daemon@mx.example", report=report), verdict=Verdict(Kind.BOUNCE, False))
    record = judged(policy_of(make_config()), bounce, past)
    assert (record.role, record.joins, record.number) == (Role.NOTE, None, None)
    assert record.bounce is not None
    assert (record.bounce.delivery_id, record.bounce.status) == (5, "5.1.1")
