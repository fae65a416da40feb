"""Walks the rules in order, then lets the model speak where no rule did. Pure: no clock, no I/O.

The first rule that holds decides, unless it says `continue`. Every rule's hit or miss is kept with the
word that held or failed, so that a ticket can show why it lies where it lies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from classifiers import Prediction
from daemon.config import Config, Rule, Then
from daemon.model import Category, Decision, Message, Reason, RuleHit, Runner, Verdict
from daemon.rules import predicates
from daemon.rules.predicates import Matter

#: How many runners-up a ticket shows.
RUNNERS_UP = 3


@dataclass(frozen=True, slots=True)
class _Ruled:
    """What the rules have decided so far; None where none spoke."""

    category: Category | None = None
    department: str | None = None
    department_by: str = ""
    priority: str = "normal"
    acknowledge: bool | None = None
    acknowledge_by: str = ""
    tags: tuple[str, ...] = ()
    hits: tuple[RuleHit, ...] = field(default=())


def decide(
    message: Message,
    verdict: Verdict,
    prediction: Prediction,
    config: Config,
    mailbox: str,
) -> Decision:
    """What becomes of a message that opens a ticket (and, as a best guess, of any other)."""
    topic = max(prediction.topics, key=lambda key: prediction.topics[key], default="")
    guess = Category(max(prediction.categories, key=lambda key: prediction.categories[key]))
    matter = Matter(message, mailbox, prediction.language, guess, topic, prediction.categories[guess])
    ruled = _walk(config.rule, matter)
    departments = by_department(prediction.topics, config)
    reason = verdict.reason
    if reason is None and ruled.acknowledge is False:
        reason = Reason("rule", ruled.acknowledge_by, f"rule:{ruled.acknowledge_by}")
    decision = _ruled(_modelled(prediction, guess, departments, config), ruled)
    return replace(
        decision,
        acknowledge=verdict.acknowledge and reason is None,
        reason=reason,
    )


def by_department(topics: Mapping[str, float], config: Config) -> dict[str, float]:
    """Probabilities of departments, most likely first: what no department covers is the fallback's."""
    owners = {topic: department.key for department in config.department for topic in department.covers}
    shares: dict[str, float] = defaultdict(float)
    for topic, probability in topics.items():
        shares[owners.get(topic, config.fallback.key)] += probability
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def _modelled(prediction: Prediction, guess: Category, departments: Mapping[str, float], config: Config) -> Decision:
    """The decision as the model alone would take it."""
    category_threshold = _or(config.classification.category_threshold, prediction.category_threshold)
    department_threshold = _or(config.classification.department_threshold, prediction.topic_threshold)
    best, *others = departments.items()
    confidence = prediction.categories[guess]
    rest = sorted(((c, p) for c, p in prediction.categories.items() if c != guess), key=lambda item: -item[1])
    return Decision(
        language=prediction.language,
        category=guess,
        confidence=confidence,
        unsure=confidence < category_threshold,
        department=best[0],
        department_by="model" if any(t in prediction.topics for t in _covers(config, best[0])) else "fallback",
        department_confidence=min(best[1], 1.0),
        department_unsure=best[1] < department_threshold,
        queue=config.fallback.key if best[1] < department_threshold else best[0],
        acknowledge=False,
        reason=None,
        evidence=tuple(_owned(line, prediction.topics, config) for line in prediction.evidence),
        category_runners_up=tuple(Runner(key, probability) for key, probability in rest[:RUNNERS_UP]),
        department_runners_up=tuple(Runner(key, probability) for key, probability in others[:RUNNERS_UP]),
        model=prediction.model,
    )


def _owned(line: str, topics: Collection[str], config: Config) -> str:
    """A line of evidence, "gruen: Hecke", with the department in place of the topic: an office need not have its key."""
    topic, colon, words = line.partition(": ")
    return f"{config.owner_of(topic).key}{colon}{words}" if colon and topic in topics else line


def _or(configured: float | None, measured: float) -> float:
    return measured if configured is None else configured


def _covers(config: Config, key: str) -> tuple[str, ...]:
    return config.department_of(key).covers


def _ruled(decision: Decision, ruled: _Ruled) -> Decision:
    """The decision with what rules have taken out of the model's hands: a rule is never a guess."""
    if ruled.category is not None:
        decision = replace(decision, category=ruled.category, confidence=1.0, unsure=False)
    if ruled.department is not None:
        decision = replace(
            decision,
            department=ruled.department,
            department_by=ruled.department_by,
            department_confidence=1.0,
            department_unsure=False,
            queue=ruled.department,
        )
    return replace(decision, priority=ruled.priority, tags=ruled.tags, rules=ruled.hits)


def _walk(rules: list[Rule], matter: Matter) -> _Ruled:
    ruled = _Ruled()
    for rule in rules:
        hit = _ask(rule, matter)
        ruled = replace(ruled, hits=(*ruled.hits, hit))
        if not hit.hit:
            continue
        ruled = _apply(ruled, rule.name, rule.then)
        if ruled.category is not None:
            matter = replace(matter, category=ruled.category, confidence=1.0)
        if not rule.continue_:
            break
    return ruled


def _ask(rule: Rule, matter: Matter) -> RuleHit:
    """All keys of `when` must hold; the first that fails is named."""
    found = []
    for key in type(rule.when).model_fields:
        wanted = getattr(rule.when, key)
        if wanted is None:
            continue
        word = getattr(predicates, key)(matter, wanted)
        if word is None:
            return RuleHit(rule.name, False, f"{key} does not hold")
        found.append(f"{key}: {word}")
    return RuleHit(rule.name, bool(found), "; ".join(found))


def _apply(ruled: _Ruled, name: str, then: Then) -> _Ruled:
    """An earlier rule's word stands; a later one adds what is still open, and its tags."""
    department = ruled.department or then.department
    open_still = ruled.acknowledge is None and then.acknowledge is not None
    return replace(
        ruled,
        category=ruled.category or then.category,
        department=department,
        department_by=ruled.department_by or (f"rule:{name}" if department else ""),
        priority=then.priority if then.priority and ruled.priority == "normal" else ruled.priority,
        acknowledge=then.acknowledge if open_still else ruled.acknowledge,
        acknowledge_by=name if open_still else ruled.acknowledge_by,
        tags=tuple(dict.fromkeys((*ruled.tags, *(then.tag or ())))),
    )
