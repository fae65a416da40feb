"""Rules first, then the model: who decides what, and that every hit and miss is kept."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from classifiers import Prediction
from daemon.config import Config, When
from daemon.model import Category, Decision, Kind
from daemon.rules import decide, predicates
from daemon.rules.engine import by_department
from tests.values import message, reason, verdict


def prediction(**changes: Any) -> Prediction:
    values: dict[str, Any] = {
        "language": "de",
        "categories": {"complaint": 0.9, "suggestion": 0.05, "praise": 0.03, "appointment": 0.01, "other": 0.01},
        "topics": {"tiefbau": 0.8, "abfall": 0.15, "kultur": 0.05},
        "category_threshold": 0.7,
        "topic_threshold": 0.6,
        "evidence": ("Schlagloch",),
        "model": "m1",
    }
    return Prediction(**{**values, **changes})


def decided(
    make_config: Any, rules: list[dict[str, Any]], predicted: Prediction | None = None, **mail: Any
) -> Decision:
    config: Config = make_config(rule=rules)
    return decide(message(**mail), verdict(), predicted or prediction(), config, "buergerpost")


def rule(name: str, when: dict[str, Any], then: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "when": when, "then": then, **more}


def test_without_rules_the_model_decides(make_config: Any) -> None:
    found = decided(make_config, [])
    assert (found.category, found.unsure, found.confidence) == (Category.COMPLAINT, False, 0.9)
    assert (found.department, found.department_by, found.queue) == ("tiefbau", "model", "tiefbau")
    assert [runner.key for runner in found.department_runners_up] == ["abfall", "zentrale"]
    assert found.acknowledge


def test_a_guess_goes_to_the_fallback_and_names_its_best_guess(make_config: Any) -> None:
    weak = prediction(
        categories={"complaint": 0.5, "praise": 0.5}, topics={"tiefbau": 0.5, "abfall": 0.4, "bauamt": 0.1}
    )
    found = decided(make_config, [], weak)
    assert (found.unsure, found.department, found.department_unsure, found.queue) == (True, "tiefbau", True, "zentrale")


def test_what_no_department_covers_belongs_to_the_fallback(make_config: Any) -> None:
    shares = by_department({"kultur": 0.7, "tiefbau": 0.3}, make_config())
    assert shares == {"zentrale": 0.7, "tiefbau": 0.3}
    found = decided(make_config, [], prediction(topics={"kultur": 0.7, "tiefbau": 0.3}))
    assert (found.department, found.department_by, found.department_unsure) == ("zentrale", "fallback", False)


def test_evidence_names_the_department_that_owns_the_topic(make_config: Any) -> None:
    departments = [
        {"key": "bau", "name": "Bau", "topics": ["tiefbau", "bauamt"]},
        {"key": "abfall", "name": "A", "topics": ["gruen"]},
        {"key": "zentrale", "name": "Z"},
    ]
    said = ("complaint: “ein Loch: tief”", "bauamt: Loch", "abfall: Tonne", "gruen: Hecke", "ein Satz: ohne Thema")
    predicted = prediction(topics={"bauamt": 0.8, "abfall": 0.1, "gruen": 0.1}, evidence=said)
    found = decide(message(), verdict(), predicted, make_config(department=departments), "buergerpost")
    assert found.evidence == (said[0], "bau: Loch", "zentrale: Tonne", "abfall: Hecke", said[4])


def test_several_topics_of_one_department_add_up(make_config: Any) -> None:
    config = make_config(
        department=[{"key": "bau", "name": "Bau", "topics": ["tiefbau", "bauamt"]}, {"key": "zentrale", "name": "Z"}]
    )
    assert by_department({"tiefbau": 0.4, "bauamt": 0.4, "abfall": 0.2}, config) == {"bau": 0.8, "zentrale": 0.2}


def test_a_rule_is_never_a_guess(make_config: Any) -> None:
    rules = [rule("Bau", {"subject": "bauberatung"}, {"category": "appointment", "department": "bauamt"})]
    found = decided(make_config, rules, subject="Frage zur BAUBERATUNG")
    assert (found.category, found.confidence, found.unsure) == (Category.APPOINTMENT, 1.0, False)
    assert (found.department, found.department_by, found.queue) == ("bauamt", "rule:Bau", "bauamt")
    assert [(hit.rule, hit.hit, hit.why) for hit in found.rules] == [("Bau", True, "subject: BAUBERATUNG")]


def test_the_first_match_wins_and_later_rules_are_not_asked(make_config: Any) -> None:
    rules = [
        rule("eins", {"subject": "x"}, {"department": "abfall"}),
        rule("zwei", {"subject": "Schlagloch"}, {"department": "bauamt"}),
        rule("drei", {"subject": "Schlagloch"}, {"department": "abfall"}),
    ]
    found = decided(make_config, rules)
    assert found.department == "bauamt"
    assert [(hit.rule, hit.hit) for hit in found.rules] == [("eins", False), ("zwei", True)]


def test_continue_lets_later_rules_add_what_is_open(make_config: Any) -> None:
    rules = [
        rule("eilig", {"body": "sofort"}, {"priority": "high", "tag": "eilig"}, **{"continue": True}),
        rule(
            "eins",
            {"subject": "Schlagloch"},
            {"department": "bauamt", "tag": ["strasse", "eilig"]},
            **{"continue": True},
        ),
        rule("zwei", {"category": "complaint"}, {"department": "abfall", "category": "other"}),
    ]
    found = decided(make_config, rules, own_text="Bitte sofort!")
    assert (found.department, found.department_by) == ("bauamt", "rule:eins")
    assert (found.category, found.priority, found.tags) == (Category.OTHER, "high", ("eilig", "strasse"))


def test_all_keys_of_when_must_hold_and_the_first_that_fails_is_named(make_config: Any) -> None:
    rules = [rule("r", {"sender_domain": "citizen", "subject": "nix", "body": "."}, {"department": "bauamt"})]
    found = decided(make_config, rules)
    assert [(hit.hit, hit.why) for hit in found.rules] == [(False, "subject does not hold")]


def test_a_rule_can_withhold_but_never_force_an_acknowledgement(make_config: Any) -> None:
    found = decided(make_config, [rule("still", {"subject": "."}, {"acknowledge": False})])
    assert found.reason is not None
    assert (found.acknowledge, found.reason.signal, found.reason.rule) == (False, "rule", "rule:still")
    loud = make_config(rule=[rule("laut", {"subject": "."}, {"acknowledge": True})])
    machine = verdict(kind=Kind.AUTO_REPLY, acknowledge=False, reason=reason())
    assert not decide(message(), machine, prediction(), loud, "buergerpost").acknowledge


@pytest.mark.parametrize(
    ("when", "mail"),
    [
        ({"sender": "erika"}, {}),
        ({"sender": "^Erika Muster$"}, {}),
        ({"sender_domain": r"^citizen\.example$"}, {}),
        ({"recipient": "buergerpost@"}, {}),
        ({"recipient": "alias@"}, {"headers": (("delivered-to", "Alias@musterlingen.example"),)}),
        ({"subject": ["nix", "schlag"]}, {}),
        ({"body": "gartenstra(ß|ss)e"}, {}),
        ({"header": {"x-form": "bau"}}, {"headers": (("X-Form", "Bauantrag"),)}),
        ({"language": ["fr", "DE"]}, {}),
        ({"category": "complaint"}, {}),
        ({"topic": "tiefbau"}, {}),
        ({"mailbox": "buergerpost"}, {}),
        ({"confidence_below": 0.95}, {}),
        ({"confidence_above": 0.9}, {}),
    ],
)
def test_each_predicate_holds(make_config: Any, when: dict[str, Any], mail: dict[str, Any]) -> None:
    assert decided(make_config, [rule("r", when, {"department": "bauamt"})], **mail).department == "bauamt"


@pytest.mark.parametrize(
    "when",
    [
        {"sender": "hans"},
        {"sender_domain": "musterlingen"},
        {"recipient": "alias@"},
        {"subject": "^loch"},
        {"body": "müll"},
        {"header": {"X-Form": "."}},
        {"header": {"From": "erika", "X-Form": "."}},
        {"attachment": "pdf"},
        {"language": "fr"},
        {"category": ["praise", "other"]},
        {"topic": "abfall"},
        {"confidence_below": 0.9},
        {"confidence_above": 0.91},
    ],
)
def test_each_predicate_fails(make_config: Any, when: dict[str, Any]) -> None:
    assert decided(make_config, [rule("r", when, {"department": "bauamt"})]).department == "tiefbau"


def test_every_key_of_when_is_a_documented_predicate() -> None:
    functions = {
        name: function
        for name, function in inspect.getmembers(predicates, inspect.isfunction)
        if function.__module__ == predicates.__name__ and not name.startswith("_")
    }
    assert set(functions) == set(When.model_fields)
    assert all(inspect.getdoc(function) for function in functions.values())


def test_a_hostile_text_holds_no_pattern_up(make_config: Any) -> None:
    """Catastrophic for a backtracking engine; RE2 is linear. The test would not end otherwise."""
    rules = [rule("r", {"body": "(a+)+$"}, {"department": "bauamt"})]
    assert decided(make_config, rules, own_text="a" * 49_000 + "!").department == "tiefbau"
