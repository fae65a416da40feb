"""A report over judged answers: as text for a terminal, as one HTML page with curves, as values for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from classifiers import webpage
from classifiers.measures import Judgement
from classifiers.tabulation import PRECISIONS, WORDS, Table, cell, confusion, summary, tables


@dataclass(frozen=True, slots=True)
class Report:
    """What `evaluate` found for both questions."""

    title: str
    category: Judgement
    topic: Judgement
    #: What was measured, when and with which release: names and values, in order.
    about: tuple[tuple[str, str], ...] = ()
    #: What a reader must not overlook, in sentences.
    notes: tuple[str, ...] = ()

    @property
    def questions(self) -> tuple[Judgement, Judgement]:
        """Category, then topic."""
        return self.category, self.topic

    def by(self, origins: Mapping[str, str]) -> Report:
        """The report over the texts of these origins alone, each under the name that its origin has here."""
        return replace(self, category=self.category.by(origins), topic=self.topic.by(origins))

    def text(self) -> str:
        """Tables for a terminal."""
        head = [
            f"{self.title}: {self.texts} text{'s' * (self.texts != 1)}",
            *self.notes,
            *(f"{name}: {value}" for name, value in self.about),
        ]
        words = [f"{word}: {meaning}" for word, meaning in WORDS]
        return "\n\n".join(["\n".join(head), *map(_question_text, self.questions), "\n".join(words)])

    def html(self) -> str:
        """One self-contained page; the curves are drawn in it."""
        about = (("measured", self.title), ("texts", str(self.texts)), *self.about)
        return webpage.page(about, self.notes, self.questions)

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON: shares 0 … 1."""
        said: dict[str, object] = {"title": self.title, "about": dict(self.about), "notes": list(self.notes)}
        return said | {question.name: _question_values(question) for question in self.questions}

    @property
    def texts(self) -> int:
        """How many texts were judged: not all have both labels."""
        return max(len(question.answers) for question in self.questions)


def _question_text(question: Judgement) -> str:
    if not question.answers:
        return f"{question.name.upper()}: no text has one."
    head = f"{question.name.upper()}: " + ", ".join(f"{name} {value:.3f}" for name, value in summary(question))
    return "\n\n".join([head, *map(_table_text, (*tables(question), confusion(question, numbered=True)))])


def _table_text(table: Table) -> str:
    cells = [table.head, *(tuple(map(cell, row)) for row in table.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in cells)
    return "\n".join([table.caption, *lines])


def _question_values(question: Judgement) -> dict[str, object]:
    return {
        **{name.replace(" ", "_"): round(value, 4) for name, value in summary(question)},
        "texts": len(question.answers),
        "by_class": _classes(question),
        "by_language": {name: question.only(language=name).acceptable for name in question.languages},
        "by_origin": {name: question.only(origin=name).acceptable for name in question.origins},
        "languages": {name: _part(question.only(language=name)) for name in question.languages},
        "confusion": question.confusion,
        "sure_at": [
            {"precision": precision, "coverage": share, "threshold": confidence}
            for precision, (share, confidence) in ((each, question.sure_at(each)) for each in PRECISIONS)
        ],
        "curve": question.curve,
        "reliability": question.reliability,
    }


def _part(part: Judgement) -> dict[str, object]:
    named = {name.replace(" ", "_"): round(value, 4) for name, value in summary(part)}
    return {**named, "texts": len(part.answers), "by_class": _classes(part)}


def _classes(question: Judgement) -> dict[str, object]:
    return {
        each.label: {"precision": each.precision, "recall": each.recall, "f1": each.f1, "texts": each.count}
        for each in question.by_class
    }
