"""`anliegen evaluate --lessons`: models that did not learn them are asked, and the report is of the lessons alone.

A few made-up sentences stand for the shipped corpus; how lessons are kept and cross-validated is the real thing.
"""

from __future__ import annotations

import pytest

from classifiers import Classifier, Report, encoder, evaluation
from classifiers.training import train_on
from daemon import learning
from daemon.cli import evaluating
from daemon.errors import AnliegenError
from daemon.store import Store
from daemon.store.lessons import Taught
from daemon.store.tickets import Changes
from tests.unit.learning.conftest import WORDS, made_up
from tests.unit.store.test_journal import record
from tests.values import NOW

CORPUS = [made_up(kind, number) for kind in WORDS for number in range(25)]
WATER = ("Der Wasserzähler tropft", "Kein Wasserdruck in der Leitung", "Braunes Wasser aus dem Hahn")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "encoder_version", lambda: None)
    model: Classifier = train_on(CORPUS, with_encoder=False)
    monkeypatch.setattr(evaluating, "shipped_examples", lambda: CORPUS)
    monkeypatch.setattr(evaluation, "lexicon", list)
    monkeypatch.setattr(learning, "in_force", lambda *_: model)


def taught(text: str, **labels: str | None) -> Taught:
    none = {"category": None, "topic": None, "department": None}
    return Taught("", text, "de", **{**none, **labels})


def measured(store: Store, make_config: object, **tables: object) -> Report:
    departments = [
        *({"key": key, "name": key} for key in ("zentrale", "wasserwerk", "tiefbau")),
        {"key": "haus", "name": "Haus", "topics": ["abfall", "kultur"]},
    ]
    config = make_config(department=departments, **tables)  # type: ignore[operator]
    return evaluating._measured(store, config)


def test_lessons_are_held_back_and_told_alone(store: Store, make_config: object) -> None:
    """Twenty-two of an own topic: enough only where what is held back counts, too."""
    water = [taught(f"{WATER[n % 3]}, Nummer {n}", department="wasserwerk") for n in range(22)]
    either = [taught(f"Die Tonne wurde wieder nicht geleert {n}", department="haus") for n in (100, 101)]
    store.lessons.teach("wasser.jsonl", [*water, *either], NOW)
    store.journal.record([record(1)], NOW)
    store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "mmuster")
    found = measured(store, make_config)
    assert (len(found.topic.answers), len(found.category.answers)) == (24, 1)
    assert (found.topic.origins, found.category.origins) == (("taught files",), ("corrected tickets",))
    by_class = {each.label: each for each in found.topic.by_class}
    assert by_class["wasserwerk"].recall == 1
    assert by_class["abfall"].count == 2  # the model's choice of the department's topics
    assert all(each.accepted == {"abfall", "kultur"} for each in found.topic.answers if each.truth == "abfall")
    assert found.notes and ("model", "trained anew for each part") in found.about


def test_what_is_sure_the_office_decides(store: Store, make_config: object) -> None:
    store.lessons.teach("a", [taught(f"Hallo {n}", topic="abfall") for n in range(5)], NOW)
    tables = {"classification": {"department_threshold": 0.0}}
    assert measured(store, make_config).topic.coverage == 0
    assert measured(store, make_config, **tables).topic.coverage == 1


def test_where_nothing_was_taught_nothing_is_measured(store: Store, make_config: object) -> None:
    with pytest.raises(AnliegenError, match="Nothing was corrected or taught yet"):
        measured(store, make_config)
