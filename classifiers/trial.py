"""May a new model take the place of the old one? Both ways of training are tried on texts that neither saw.

The models themselves cannot be compared: they have learnt every text there is. So a part is held back, of the
shipped corpus (whole writers) and of the lessons (whole senders); a model is trained from the rest with the old
lessons, another with the new ones, too, and both answer the part. A fifth of the corpus and a third of
the lessons are held back, others each time.

The rule (docs/decisions/0160), small numbers in mind: on the shipped part worse is what chance does not explain
(one-sided exact sign test over the texts on which the two differ, 5 %); on the lessons, of which there may be
three, worse is one right answer fewer. Ties are accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from classifiers.classifier import Classifier
from classifiers.corpus import lexicon, shipped_examples
from classifiers.folds import folds
from classifiers.heldback import PARTS, accepted
from classifiers.lessons import Lesson, settled
from classifiers.training import train_on
from classifiers.values import Example, Prediction, Text

#: Of so many senders of lessons one is held back.
SENDERS = 3
#: Texts that are asked together, which bounds what that takes of memory.
AT_ONCE = 64
#: A loss that chance alone brings more often than this is none.
CHANCE = 0.05

Part = Literal["corpus", "lessons"]
Question = Literal["category", "topic"]
Progress = Callable[[str, float], None]
#: Texts with the labels that are right, by part and question; and which of them a model had right.
Asked = Mapping[tuple[Part, Question], Sequence[tuple[Text, set[str]]]]
Answers = Mapping[tuple[Part, Question], Sequence[bool]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How both answered one question on one part: how many of `texts` the old one had right, what was won and lost."""

    part: Part
    question: Question
    texts: int
    old: int
    won: int
    lost: int

    @property
    def new(self) -> int:
        """How many the new one had right."""
        return self.old + self.won - self.lost

    @property
    def chance(self) -> float:
        """How often chance alone would lose so many or more of the texts on which the two differ; 0 … 1."""
        differ = self.won + self.lost
        return float(sum(comb(differ, n) for n in range(self.lost, differ + 1)) / 2**differ)


def is_worse(found: Iterable[Comparison]) -> bool:
    """Whether the new model is refused."""
    compared = list(found)
    lessons = [each for each in compared if each.part == "lessons"]
    if sum(each.new for each in lessons) < sum(each.old for each in lessons):
        return True
    return any(each.lost > each.won and each.chance < CHANCE for each in compared if each.part == "corpus")


def compare(lessons: Sequence[Lesson], current: Classifier | None, progress: Progress) -> list[Comparison]:
    """Try both ways of training. Takes two trainings."""
    shipped, taught = [*shipped_examples(), *lexicon()], settled(lessons, current)
    everything = [*shipped, *taught]
    held = np.concatenate([_held_shipped(shipped, len(lessons)), _held_lessons(lessons)])
    held_shipped = [each for each, out in zip(shipped, held, strict=False) if out]
    held_lessons = [each for each, out in zip(lessons, held[len(shipped) :], strict=True) if out]
    away = {id(each) for each, out in zip(everything, held, strict=True) if out}
    fresh = {id(each) for each, lesson in zip(taught, lessons, strict=True) if lesson.new}
    asked = _asked(held_shipped, held_lessons)
    right = []  # a model is let go once it has answered: two trainings take memory enough
    for number, known in enumerate(([each for each in everything if id(each) not in fresh], everything)):
        progress("trying without the new lessons" if number == 0 else "trying with the new lessons", number / 2)
        rest = [each for each in known if id(each) not in away]
        right.append(_answers(train_on(rest, among=known), asked))  # what is held back counts as an example, too
    return _compared(right[0], right[1])


def _held_shipped(shipped: Sequence[Example], turn: int) -> NDArray[np.bool_]:
    """Another part each time: no single text decides for ever."""
    return np.asarray(folds(shipped, PARTS) == turn % PARTS)


def _held_lessons(lessons: Sequence[Lesson]) -> NDArray[np.bool_]:
    """Every third sender, another third each time."""
    order = {origin: place for place, origin in enumerate(sorted({lesson.origin for lesson in lessons}))}
    return np.array([(order[lesson.origin] + len(lessons)) % SENDERS == 0 for lesson in lessons], dtype=bool)


def judged(old: Classifier, new: Classifier, shipped: Sequence[Example], lessons: Sequence[Lesson]) -> list[Comparison]:
    """Both models' answers to texts that neither was trained on."""
    asked = _asked(shipped, lessons)
    return _compared(_answers(old, asked), _answers(new, asked))


def _asked(shipped: Sequence[Example], lessons: Sequence[Lesson]) -> Asked:
    return {
        ("corpus", "category"): [(each.text, _labels(each, "category")) for each in shipped if each.category],
        ("corpus", "topic"): [(each.text, _labels(each, "topic")) for each in shipped if each.topic],
        ("lessons", "category"): [(each.text, {each.category}) for each in lessons if each.category],
        ("lessons", "topic"): [(each.text, set(each.topics)) for each in lessons if each.topics],
    }


def _compared(old: Answers, new: Answers) -> list[Comparison]:
    return [_comparison(*name, old[name], new[name]) for name in old]


def _labels(example: Example, question: Question) -> set[str]:
    return {label for label in accepted(example, question) if label}


def _answers(model: Classifier, asked: Asked) -> Answers:
    """For each question on each part, which texts the model has right."""
    texts = list(dict.fromkeys(text for each in asked.values() for text, _ in each))
    said: dict[Text, Prediction] = {}
    for begin in range(0, len(texts), AT_ONCE):
        some = texts[begin : begin + AT_ONCE]
        said |= zip(some, model.predict(some), strict=True)
    return {name: [getattr(said[text], name[1]) in labels for text, labels in each] for name, each in asked.items()}


def _comparison(part: Part, question: Question, old: Sequence[bool], new: Sequence[bool]) -> Comparison:
    won = sum(after and not before for before, after in zip(old, new, strict=True))
    lost = sum(before and not after for before, after in zip(old, new, strict=True))
    return Comparison(part, question, len(old), sum(old), won, lost)
