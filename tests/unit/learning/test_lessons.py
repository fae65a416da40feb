"""What staff corrected becomes an example in the model's own words: topics, not departments."""

from __future__ import annotations

from typing import Any

from daemon import learning
from daemon.store import Store
from daemon.store.tickets import Changes
from tests.unit.store.test_journal import record
from tests.values import NOW


def test_a_correction_teaches_the_topic_of_its_department(store: Store, make_config: Any) -> None:
    config = make_config(
        department=[
            {"key": "fb7", "name": "Fachbereich 7", "topics": ["abfall"]},
            {"key": "wasserwerk", "name": "Wasserwerk"},
            {"key": "rathaus", "name": "Rathaus", "topics": ["buergerbuero", "steuern"]},
        ]
    )
    numbers = [f"2026-00000{n}" for n in range(1, 6)]
    store.journal.record([record(n, number) for n, number in enumerate(numbers, 1)], NOW)
    for number, department in zip(numbers, ("fb7", "wasserwerk", "rathaus", "aufgeloest"), strict=False):
        store.tickets.change(number, Changes(department=department, category="praise"), None, [], NOW, "erika")
    store.tickets.change(numbers[4], Changes(department="fb7"), None, [], NOW, "anliegen")  # the daemon's own
    found = list(learning.corrections(store, config))
    assert [(each.topic, each.category, each.origin) for each in found] == [
        ("abfall", "praise", "office"),
        ("wasserwerk", "praise", "office"),
    ]
