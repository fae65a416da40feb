"""The caps: each at its edge; the hourly one delays and never drops."""

from datetime import timedelta

import pytest

from daemon import gate
from daemon.config import Acknowledgement
from daemon.model import Kind, Reason, Verdict

LIMITS = Acknowledgement(per_sender_and_day=5, per_thread_and_day=2, per_hour=5000)
YES = Verdict(Kind.PERSON, True)


def test_nothing_brakes_a_first_acknowledgement() -> None:
    assert gate.brake(YES, gate.History(), LIMITS) is None


@pytest.mark.parametrize(
    ("below", "at", "signal"),
    [
        (gate.History(to_sender=4), gate.History(to_sender=5), "sender_cap"),
        (gate.History(on_thread=1), gate.History(on_thread=2), "thread_cap"),
        (gate.History(hard_bounced=False), gate.History(hard_bounced=True), "earlier_bounce"),
    ],
)
def test_a_cap_withholds_from_its_number_on(below: gate.History, at: gate.History, signal: str) -> None:
    assert gate.brake(YES, below, LIMITS) is None
    found = gate.brake(YES, at, LIMITS)
    assert isinstance(found, Reason)
    assert found.signal == signal


def test_the_hourly_cap_only_delays() -> None:
    assert gate.brake(YES, gate.History(this_hour=4999), LIMITS) is None
    assert gate.brake(YES, gate.History(this_hour=5000), LIMITS) == gate.Delay(timedelta(hours=1))
    assert gate.brake(YES, gate.History(this_hour=9999), LIMITS) == gate.Delay(timedelta(hours=1))
    assert gate.brake(YES, gate.History(this_hour=10_000), LIMITS) == gate.Delay(timedelta(hours=2))


def test_what_the_gate_withheld_stays_withheld() -> None:
    reason = Reason("auto_submitted", "auto-replied", "RFC 3834 §5")
    assert gate.brake(Verdict(Kind.AUTO_REPLY, False, reason), gate.History(this_hour=9999), LIMITS) == reason


def test_the_caps_are_the_configurations() -> None:
    assert isinstance(gate.brake(YES, gate.History(to_sender=1), Acknowledgement(per_sender_and_day=1)), Reason)
    assert gate.brake(YES, gate.History(to_sender=7), Acknowledgement(per_sender_and_day=8)) is None
