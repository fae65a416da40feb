"""What is thought of a message: the gate's verdict, the decision with all its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from daemon.model.message import Address, Message, RawMessage
from daemon.model.words import Category, Kind

#: A runner-up that is less probable is not shown to people.
LIKELY = 0.05


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an acknowledgement was withheld: the signal's name, what was read, and the rule that binds us."""

    signal: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer. `answer_to` is the one address an acknowledgement may go to.

    `authenticated` is true where a server that the configuration names vouches for the From domain (DMARC).
    """

    kind: Kind
    acknowledge: bool
    reason: Reason | None = None
    answer_to: Address | None = None
    signals: tuple[Reason, ...] = ()
    authenticated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A message read and judged by the gate. `trouble` is the sentence why it could not be read."""

    raw: RawMessage
    message: Message
    verdict: Verdict
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule and what became of it. `why` names the predicate that held or failed, in words."""

    rule: str
    hit: bool
    why: str


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner-up: a key and its calibrated probability."""

    key: str
    probability: float


def likely(runners: Iterable[Runner], confidence: float) -> list[Runner]:
    """The runners-up that are worth a look; none beside what a rule or a person decided, or what nobody could read."""
    return [runner for runner in runners if runner.probability >= LIKELY] if 0.0 < confidence < 1.0 else []


def is_overruled(evidence: str, category: str, department: str, department_by: str) -> bool:
    """Whether a line of evidence, "praise: danke", tells what the model thought before a rule or a person said else."""
    key, colon, _ = evidence.partition(": ")
    if not colon or key in set(Category):
        return bool(colon) and key != category
    return key != department and department_by not in ("model", "fallback")


@dataclass(frozen=True, slots=True)
class RequestedTime:
    """A wish for an appointment: the citizen's words, and what they mean where that is certain."""

    text: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a message, with every reason. Stored, and shown as it was stored."""

    language: str
    category: Category
    confidence: float
    unsure: bool
    department: str
    department_by: str
    department_confidence: float
    department_unsure: bool
    queue: str
    acknowledge: bool
    reason: Reason | None
    priority: str = "normal"
    tags: tuple[str, ...] = ()
    rules: tuple[RuleHit, ...] = ()
    evidence: tuple[str, ...] = ()
    category_runners_up: tuple[Runner, ...] = ()
    department_runners_up: tuple[Runner, ...] = ()
    requested_times: tuple[RequestedTime, ...] = ()
    model: str = ""
