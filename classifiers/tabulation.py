"""The figures of a judged question as tables, whatever they are shown on. Not owned: how that looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.measures import Judgement

#: Shares of right answers among the sure ones for which it is told how many mails could be called sure.
PRECISIONS = (0.90, 0.95, 0.97, 0.99)
#: Shares of all texts, the surest first, for which it is told how many answers are right: the curve in figures.
SHARES = tuple(tenth / 10 for tenth in range(1, 11))

ORIGIN = (
    "who wrote the texts. h and t with a number are files of the shipped corpus, each by another writer (docs/model-card.md"
    " tells what of); what one writer wrote is never learnt from and measured at once"
)
#: What a reader has to know, word by word.
WORDS = (
    ("precision", "of the texts that were given a label, the share that truly has it"),
    ("recall", "of the texts that truly have a label, the share that was given it"),
    ("F1", "the harmonic mean of precision and recall; “macro”: the mean over all classes, small ones count as much"),
    ("acceptable", "the share of answers that a careful clerk would accept; some texts have more than one such label"),
    ("sure", "the share of answers whose confidence reaches the threshold; below it a person is asked"),
    ("calibration error", "how far confidence and the share of right answers lie apart on average"),
    ("origin", ORIGIN),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column names its lines; floats are shares, 0 … 1."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def summary(question: Judgement) -> tuple[tuple[str, float], ...]:
    """The figures over all texts, by their names."""
    return (
        ("macro precision", question.macro_precision),
        ("macro recall", question.macro_recall),
        ("macro F1", question.macro_f1),
        ("acceptable", question.acceptable),
        ("called sure", question.coverage),
        ("acceptable among sure", question.sure_acceptable),
        ("least confidence called sure", question.sure_from),
        ("calibration error", question.calibration_error),
    )


def tables(question: Judgement) -> tuple[Table, ...]:
    """All tables but the confusion."""
    figures = ("macro precision", "macro recall", "macro F1", "acceptable", "sure", "texts")
    return (
        Table("By class", ("class", "precision", "recall", "F1", "texts"), _classes(question)),
        Table("By language", ("language", *figures), _languages(question)),
        Table("By origin", ("origin", *figures), _origins(question)),
        Table(
            "What could be called sure",
            ("right among the sure", "share of texts", "from confidence"),
            tuple((f"{precision:.0%}", *question.sure_at(precision)) for precision in PRECISIONS),
        ),
        Table(
            "Right among the surest",
            ("share of texts", "right among them"),
            tuple((f"{share:.0%}", question.surest(share)) for share in SHARES),
        ),
        Table("Reliability", ("confidence", "truly right", "texts"), _reliability(question)),
    )


def confusion(question: Judgement, *, numbered: bool = False) -> Table:
    """How often each truth was answered with each label; `numbered`: columns by number, to be narrow."""
    labels = question.labels
    names = [f"{number} {label}" if numbered else label for number, label in enumerate(labels, 1)]
    heads = [str(number) for number in range(1, len(labels) + 1)] if numbered else labels
    rows = (tuple(question.confusion[label].values()) for label in labels)
    return Table(
        "Truth (line) answered as (column)",
        ("truth", *heads),
        tuple((name, *row) for name, row in zip(names, rows, strict=True)),
    )


def cell(value: object) -> str:
    """What stands in a cell: shares with three digits."""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _classes(question: Judgement) -> tuple[tuple[object, ...], ...]:
    return tuple((each.label, each.precision, each.recall, each.f1, each.count) for each in question.by_class)


def _languages(question: Judgement) -> tuple[tuple[object, ...], ...]:
    return tuple((name, *_part(question.only(language=name))) for name in question.languages)


def _origins(question: Judgement) -> tuple[tuple[object, ...], ...]:
    return tuple((name, *_part(question.only(origin=name))) for name in sorted(question.origins, key=_in_order))


def _part(part: Judgement) -> Sequence[object]:
    figures = (part.macro_precision, part.macro_recall, part.macro_f1, part.acceptable, part.coverage)
    return *figures, len(part.answers)


def _reliability(question: Judgement) -> tuple[tuple[object, ...], ...]:
    return tuple((f"{said:.3f}", was, count) for said, was, count in question.reliability)


def _in_order(origin: str) -> tuple[str, int]:
    """h2 before h10."""
    name = origin.rstrip("0123456789")
    return name, int(origin[len(name) :] or 0)
