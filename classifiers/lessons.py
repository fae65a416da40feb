"""What an office teaches: texts whose labels staff gave, before training decides what they are examples of.

A department may answer for several topics: then the right topic is one of them, and which one the model itself
says best (`settled`). Not owned: where lessons come from and are kept (the daemon).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.classifier import Classifier
from classifiers.training import CORRECTION_WEIGHT
from classifiers.values import Example, Prediction, Text


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text with what is known of it: "" and () where nothing is."""

    text: Text
    category: str = ""
    #: The right topic is one of these.
    topics: tuple[str, ...] = ()
    language: str | None = None
    #: Who wrote it, as a name that stays the same: one writer's texts are never on both sides of a test.
    origin: str = "office"
    #: Not known to the model that is in force.
    new: bool = True

    @property
    def open(self) -> bool:
        """Whether its topic is still to be chosen."""
        return len(self.topics) > 1


def settled(lessons: Sequence[Lesson], model: Classifier | None) -> list[Example]:
    """Each lesson as an example that outweighs shipped ones, in order; one of several topics is chosen by the model.

    Without a model, and where the model knows none of the topics, such a lesson teaches its category alone.
    """
    open_ = [lesson for lesson in lessons if lesson.open]
    found = iter(model.predict([lesson.text for lesson in open_]) if model else [None] * len(open_))
    return [_example(lesson, _topic(lesson, next(found) if lesson.open else None)) for lesson in lessons]


def _topic(lesson: Lesson, prediction: Prediction | None) -> str:
    if not lesson.open:
        return lesson.topics[0] if lesson.topics else ""
    known = (
        {topic: prediction.topics[topic] for topic in lesson.topics if topic in prediction.topics} if prediction else {}
    )
    return max(known, key=lambda topic: known[topic], default="")


def _example(lesson: Lesson, topic: str) -> Example:
    return Example(
        text=lesson.text,
        category=lesson.category,
        topic=topic,
        language=lesson.language,
        origin=lesson.origin,
        weight=CORRECTION_WEIGHT,
    )
