"""A mail bomb: all of it is recorded, little of it acknowledged, and nobody else waits for it.

The real intake, dispatch and store in `tests.flaky`'s world. The long form (`make soak`) is one of 10,000 mails.
"""

from __future__ import annotations

import os
from typing import Any

from tests.properties.test_state_machine import mail_of
from tests.unit.test_the_24_hours import DAY, FRIDAY, offices

__all__ = ["offices"]

BOMB = 10_000 if "SOAK" in os.environ else 200
BOMBER = "bomber@citizen.example"


def bomb(office: Any, others: int) -> list[str]:
    """A bomb with ordinary mails before it, in its midst and behind it; who wrote those."""
    places = {round(n * BOMB / (others - 1)) for n in range(others)}
    written = []
    for number in range(BOMB + 1):
        if number in places:
            office.mail()
            written.append(f"erika{office.number}@citizen.example")
        if number < BOMB:
            office.town.arrive(mail_of(10_000 + number, BOMBER, office.town.now()))
    return written


def test_all_is_recorded_little_acknowledged_and_the_others_are_answered_in_the_same_round(offices: Any) -> None:
    office = offices(FRIDAY)
    written = bomb(office, others=5)
    office.hours(0.2)
    assert office.process.store.tickets.counted() == BOMB + 5
    assert office.town.inbox == {}
    to = [taken.address for taken in office.town.taken if taken.target == "acknowledgement"]
    assert to.count(BOMBER) == office.config.acknowledgement.per_sender_and_day
    assert sorted(address for address in to if address != BOMBER) == sorted(written)
    assert all(taken.at - FRIDAY < DAY for taken in office.town.taken)


def test_an_acknowledgement_does_not_wait_behind_the_forwards_of_a_bomb(offices: Any) -> None:
    """All lies in the outbox when the server comes back: what is promised goes out first."""
    office = offices(FRIDAY)
    office.town.smtp_down = "greeting"
    written = bomb(office, others=5)
    office.hours(0.2)
    office.town.heal()
    office.hours(1)
    left = [taken for taken in office.town.taken if taken.target in ("acknowledgement", "mail")]
    assert len(left) == BOMB + 5 + 5 + office.config.acknowledgement.per_sender_and_day
    last = max(place for place, taken in enumerate(left) if taken.target == "acknowledgement")
    assert last < 60, "an acknowledgement stood behind the forwards"
    assert {taken.address for taken in left} >= set(written)
