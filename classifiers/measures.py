"""How good answers are: figures over judged answers. numpy only, no drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

#: Bins of equal width for reliability.
BINS = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """One question about one text, answered and judged."""

    truth: str
    #: All labels that a careful clerk would accept, the truth among them.
    accepted: frozenset[str]
    said: str
    confidence: float
    sure: bool
    language: str
    origin: str

    @property
    def right(self) -> bool:
        """Whether a careful clerk would accept it."""
        return self.said in self.accepted


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Precision, recall and F1 of one class, all 0 … 1, and how many texts truly have it."""

    label: str
    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True)
class Judgement:
    """All answers to one question, and the figures over them."""

    name: str
    answers: tuple[Answer, ...]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """All labels that are true or were said, sorted."""
        return tuple(sorted({answer.truth for answer in self.answers} | {answer.said for answer in self.answers}))

    @cached_property
    def by_class(self) -> tuple[ClassFigures, ...]:
        """Figures for each label that truly occurs, against the first label alone (strict)."""
        truths = Counter(answer.truth for answer in self.answers)
        said = Counter(answer.said for answer in self.answers)
        hits = Counter(answer.truth for answer in self.answers if answer.said == answer.truth)
        return tuple(_figures(label, hits[label], said[label], truths[label]) for label in sorted(truths))

    @property
    def macro_f1(self) -> float:
        """The mean F1 over classes, strict."""
        return _mean([figures.f1 for figures in self.by_class])

    @property
    def macro_precision(self) -> float:
        """The mean precision over classes, strict."""
        return _mean([figures.precision for figures in self.by_class])

    @property
    def macro_recall(self) -> float:
        """The mean recall over classes, strict."""
        return _mean([figures.recall for figures in self.by_class])

    @property
    def acceptable(self) -> float:
        """The share of answers that a careful clerk would accept."""
        return _mean([answer.right for answer in self.answers])

    @property
    def coverage(self) -> float:
        """The share of answers that were called sure."""
        return _mean([answer.sure for answer in self.answers])

    @property
    def sure_acceptable(self) -> float:
        """The share of acceptable answers among the sure ones."""
        return _mean([answer.right for answer in self.answers if answer.sure])

    @property
    def sure_from(self) -> float:
        """The least confidence that was called sure; 1 where none was."""
        return min((answer.confidence for answer in self.answers if answer.sure), default=1.0)

    @cached_property
    def confusion(self) -> dict[str, dict[str, int]]:
        """How often each truth was answered with each label."""
        pairs = Counter((answer.truth, answer.said) for answer in self.answers)
        return {truth: {said: pairs[truth, said] for said in self.labels} for truth in self.labels}

    @cached_property
    def reliability(self) -> tuple[tuple[float, float, int], ...]:
        """For each filled bin of confidence: its mean, the share of right answers, the number of answers."""
        confidence = np.array([answer.confidence for answer in self.answers])
        right = np.array([answer.right for answer in self.answers])
        bins = np.clip((confidence * BINS).astype(int), 0, BINS - 1)
        return tuple(
            (float(confidence[bins == n].mean()), float(right[bins == n].mean()), int((bins == n).sum()))
            for n in sorted(set(bins.tolist()))
        )

    @property
    def calibration_error(self) -> float:
        """Expected calibration error: how far confidence and truth lie apart on average."""
        total = sum(count for _, _, count in self.reliability)
        return sum(abs(said - was) * count for said, was, count in self.reliability) / total if total else 0.0

    @cached_property
    def curve(self) -> tuple[tuple[float, float], ...]:
        """Coverage and the share of right answers among the most confident, from few to all."""
        ordered = sorted(self.answers, key=lambda answer: -answer.confidence)
        shares = np.cumsum([answer.right for answer in ordered]) / np.arange(1, len(ordered) + 1)
        steps = np.unique(np.linspace(0, len(ordered) - 1, num=min(101, len(ordered))).astype(int))
        return tuple(((int(step) + 1) / len(ordered), float(shares[step])) for step in steps)

    def sure_at(self, precision: float) -> tuple[float, float]:
        """How many answers could be called sure, the most confident first, so that `precision` of them are right: the
        share of all, and the confidence from which on; (0, 1) where none can."""
        ordered = sorted(self.answers, key=lambda answer: -answer.confidence)
        shares = np.cumsum([answer.right for answer in ordered]) / np.arange(1, len(ordered) + 1)
        good = np.flatnonzero(shares >= precision)
        return ((int(good[-1]) + 1) / len(ordered), ordered[good[-1]].confidence) if len(good) else (0.0, 1.0)

    def surest(self, share: float) -> float:
        """The share of right answers among this share (0 … 1) of all, the most confident first; at least one."""
        ordered = sorted(self.answers, key=lambda answer: -answer.confidence)
        return _mean([answer.right for answer in ordered[: max(1, round(share * len(ordered)))]])

    def called_sure_from(self, threshold: float) -> Judgement:
        """The same answers, called sure from this confidence on."""
        return Judgement(self.name, tuple(replace(each, sure=each.confidence >= threshold) for each in self.answers))

    def by(self, origins: Mapping[str, str]) -> Judgement:
        """The answers to texts of these origins alone, each under the name that its origin has here."""
        found = (replace(a, origin=origins[a.origin]) for a in self.answers if a.origin in origins)
        return Judgement(self.name, tuple(found))

    def only(self, *, language: str | None = None, origin: str | None = None) -> Judgement:
        """The same question over a part of the texts."""
        return Judgement(
            self.name,
            tuple(a for a in self.answers if language in (None, a.language) and origin in (None, a.origin)),
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the texts, the most frequent first."""
        return _by_frequency([answer.language for answer in self.answers])

    @property
    def origins(self) -> tuple[str, ...]:
        """Who wrote the texts, sorted."""
        return tuple(sorted({answer.origin for answer in self.answers}))


def _figures(label: str, hits: int, said: int, truth: int) -> ClassFigures:
    precision, recall = hits / said if said else 0.0, hits / truth if truth else 0.0
    both = precision + recall
    return ClassFigures(label, precision, recall, 2 * precision * recall / both if both else 0.0, truth)


def _mean(values: Sequence[float] | Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _by_frequency(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in Counter(values).most_common())
