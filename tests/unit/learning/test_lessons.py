"""What staff corrected becomes a lesson in the model's own words: topics, not departments."""

from __future__ import annotations

from typing import Any

from classifiers import Text
from classifiers.lessons import Lesson
from daemon.learning import lessons
from daemon.store import Store
from daemon.store.lessons import Marks, Taught
from daemon.store.tickets import Changes
from tests.unit.store.test_journal import record
from tests.values import NOW, message

DEPARTMENTS = [
    {"key": "fb7", "name": "Fachbereich 7", "topics": ["abfall"]},
    {"key": "wasserwerk", "name": "Wasserwerk"},
    {"key": "rathaus", "name": "Rathaus", "topics": ["buergerbuero", "steuern"]},
]


def learnt(store: Store, config: Any, **marks: Any) -> list[Lesson]:
    return lessons(store.lessons.corrected(), store.lessons.given(), config, **marks)


def test_a_correction_teaches_the_topics_of_its_department(store: Store, make_config: Any) -> None:
    numbers = [f"2026-00000{n}" for n in range(1, 6)]
    store.journal.record([record(n, number) for n, number in enumerate(numbers, 1)], NOW)
    for number, department in zip(numbers, ("fb7", "wasserwerk", "rathaus", "aufgeloest"), strict=False):
        store.tickets.change(number, Changes(department=department, category="praise"), None, [], NOW, "erika")
    store.tickets.change(numbers[4], Changes(department="fb7"), None, [], NOW, "anliegen")  # the daemon's own
    found = learnt(store, make_config(department=DEPARTMENTS))
    assert [(each.topics, each.category) for each in found] == [
        (("abfall",), "praise"),
        (("wasserwerk",), "praise"),
        (("buergerbuero", "steuern"), "praise"),
        ((), "praise"),  # whose topics nobody knows any more
    ]


def test_only_what_a_person_set_is_taught(store: Store, make_config: Any) -> None:
    numbers = ["2026-000001", "2026-000002", "2026-000003"]
    store.journal.record([record(n, number) for n, number in enumerate(numbers, 1)], NOW)
    store.tickets.change(numbers[0], Changes(category="praise"), None, [], NOW, "erika")
    store.tickets.change(numbers[1], Changes(department="fb7"), None, [], NOW, "erika")
    store.tickets.change(numbers[2], Changes(status="closed", note="done"), None, [], NOW, "erika")
    found = learnt(store, make_config(department=DEPARTMENTS))
    assert [(each.category, each.topics) for each in found] == [("praise", ()), ("", ("abfall",))]


def test_what_was_quoted_and_signed_teaches_nothing(store: Store, make_config: Any) -> None:
    text = "Das war großartig.\n\n> Ihre Rechnung ist überfällig.\n> Mahnung folgt."
    store.journal.record([record(1, "2026-000001", message=message(text=text, subject="Danke"))], NOW)
    store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "erika")
    [found] = learnt(store, make_config(department=DEPARTMENTS))
    assert found.text == Text("Danke", "Das war großartig.")


def test_lessons_behind_the_marks_are_new(store: Store, make_config: Any) -> None:
    store.journal.record([record(n, f"2026-00000{n}") for n in (1, 2)], NOW)
    store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "erika")
    store.lessons.teach("a.jsonl", [Taught("", "Der Zähler tropft.", "de", None, None, "wasserwerk")], NOW)
    known = store.lessons.marks()
    store.tickets.change("2026-000002", Changes(category="other"), None, [], NOW, "erika")
    store.lessons.teach("b.jsonl", [Taught("", "Kein Wasser.", "de", None, "abfall", None)], NOW)
    config = make_config(department=DEPARTMENTS)
    found = learnt(store, config, known=known)
    assert [(each.category, each.topics, each.new) for each in found] == [
        ("praise", (), False),
        ("other", (), True),
        ("", ("wasserwerk",), False),
        ("", ("abfall",), True),
    ]
    assert known == Marks(events_until=known.events_until, lessons_until=1, lessons=1)
    store.tickets.change("2026-000001", Changes(category="complaint"), None, [], NOW, "erika")
    assert [each.new for each in learnt(store, config, known=known)] == [True, True, False, True]


def test_of_many_the_last_are_learnt_from(store: Store) -> None:
    numbers = [f"2026-00000{n}" for n in range(1, 5)]
    store.journal.record([record(n, number) for n, number in enumerate(numbers, 1)], NOW)
    for number in (numbers[2], numbers[0], numbers[3], numbers[1], numbers[2]):
        store.tickets.change(number, Changes(category="praise"), None, [], NOW, "erika")
    assert [each.ticket.number for each in store.lessons.corrected(most=2)] == [numbers[1], numbers[2]]
    store.lessons.teach("a.jsonl", [Taught("", str(n), None, "other", None, None) for n in range(5)], NOW)
    assert [each.text for each in store.lessons.given(most=2)] == ["3", "4"]
    assert [each.text for each in store.lessons.given(until=3, most=2)] == ["1", "2"]


def test_one_sender_is_one_origin(store: Store, make_config: Any) -> None:
    store.journal.record([record(n, f"2026-00000{n}") for n in (1, 2)], NOW)
    for number in ("2026-000001", "2026-000002"):
        store.tickets.change(number, Changes(category="praise"), None, [], NOW, "erika")
    origins = {each.origin for each in learnt(store, make_config(department=DEPARTMENTS))}
    assert len(origins) == 1
    assert "@" not in origins.pop()
