"""The words of this package: what goes in, what comes out, and the labels. No logic, no third party."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The five kinds of concern, in the order of every table.
CATEGORIES = ("complaint", "suggestion", "praise", "appointment", "other")
#: The category of what is none of the others.
OTHER = "other"

#: The topics of the shipped corpus; departments map to them (classifiers/corpus/LABELS.md).
TOPICS = (
    "buergerbuero",
    "bauamt",
    "tiefbau",
    "ordnungsamt",
    "abfall",
    "gruen",
    "soziales",
    "jugend",
    "steuern",
    "standesamt",
    "migration",
    "kultur",
    "zentrale",
)


class ModelError(Exception):
    """A model file is refused. The text is a sentence that says why; the caller trains a new one."""


@dataclass(frozen=True, slots=True)
class Text:
    """The sender's own words; quotes and signature are best removed by the caller."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labels. `origin` names who wrote it: validation never splits an origin."""

    text: Text
    category: str
    topic: str
    also_category: tuple[str, ...] = ()
    also_topic: tuple[str, ...] = ()
    language: str | None = None
    origin: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the classifier makes of one text."""

    #: ISO 639-1; Swiss German counts as `de`.
    language: str
    #: Calibrated probabilities that sum to 1.
    categories: Mapping[str, float]
    topics: Mapping[str, float]
    #: Below it the category is a guess.
    category_threshold: float
    #: Below it the department is a guess; the caller sums its topics first.
    topic_threshold: float
    #: The sender's own words and sentences that weighed most, for people.
    evidence: tuple[str, ...]
    #: Which model said so.
    model: str

    @property
    def category(self) -> str:
        """The most probable category."""
        return max(self.categories, key=lambda key: self.categories[key])

    @property
    def topic(self) -> str:
        """The most probable topic."""
        return max(self.topics, key=lambda key: self.topics[key])

    @property
    def category_unsure(self) -> bool:
        """Whether the category is a guess."""
        return self.categories[self.category] < self.category_threshold

    @property
    def topic_unsure(self) -> bool:
        """Whether the topic alone is a guess (a department may sum several)."""
        return self.topics[self.topic] < self.topic_threshold
