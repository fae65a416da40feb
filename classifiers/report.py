"""A report over judged answers: as text for a terminal, as one HTML page with curves, as values for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from classifiers.measures import Judgement

#: Size of a drawing in pixels.
SIDE = 260
#: Shares of right answers among the sure ones for which it is told how many mails could be called sure.
PRECISIONS = (0.90, 0.95, 0.97, 0.99)

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ccc}th:first-child,td:first-child{text-align:left}
figure{display:inline-block;margin:0 2rem 1rem 0}figcaption{max-width:16rem}caption{text-align:left;font-weight:600}
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What `evaluate` found for both questions."""

    title: str
    category: Judgement
    topic: Judgement

    @property
    def questions(self) -> tuple[Judgement, Judgement]:
        """Category, then topic."""
        return self.category, self.topic

    def text(self) -> str:
        """Tables for a terminal."""
        return "\n\n".join([f"{self.title}: {len(self.category.answers)} texts", *map(_question_text, self.questions)])

    def html(self) -> str:
        """One self-contained page; the curves are drawn in it."""
        body = "".join(map(_question_html, self.questions))
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title><style>{_STYLE}</style>'
            f"<h1>Evaluation</h1><p>{escape(self.title)}: {len(self.category.answers)} texts</p>{body}</html>"
        )

    def as_dict(self) -> dict[str, object]:
        """Plain values for JSON: shares 0 … 1."""
        return {"title": self.title} | {question.name: _question_values(question) for question in self.questions}


def _summary(question: Judgement) -> list[tuple[str, float]]:
    return [
        ("macro F1", question.macro_f1),
        ("acceptable", question.acceptable),
        ("called sure", question.coverage),
        ("acceptable among sure", question.sure_acceptable),
        ("calibration error", question.calibration_error),
    ]


def _class_rows(question: Judgement) -> list[Sequence[object]]:
    return [(each.label, each.precision, each.recall, each.f1, each.count) for each in question.by_class]


def _part_rows(question: Judgement) -> list[Sequence[object]]:
    parts = [(name, question.only(language=name)) for name in question.languages]
    parts += [(name, question.only(origin=name)) for name in question.origins]
    return [(name, part.macro_f1, part.acceptable, part.coverage, len(part.answers)) for name, part in parts]


def _confusion_rows(question: Judgement) -> list[Sequence[object]]:
    return [(truth, *said.values()) for truth, said in question.confusion.items()]


def _tables(question: Judgement) -> list[tuple[str, Sequence[str], list[Sequence[object]]]]:
    return [
        (
            "what could be called sure",
            ("right among sure", "share of mails", "from confidence"),
            _precision_rows(question),
        ),
        ("by class", ("class", "precision", "recall", "F1", "texts"), _class_rows(question)),
        ("by language and origin", ("part", "macro F1", "acceptable", "sure", "texts"), _part_rows(question)),
        ("truth (line) answered as (column)", ("", *question.labels), _confusion_rows(question)),
    ]


def _precision_rows(question: Judgement) -> list[Sequence[object]]:
    return [(f"{precision:.0%}", *question.sure_at(precision)) for precision in PRECISIONS]


def _cell(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _question_text(question: Judgement) -> str:
    head = f"{question.name.upper()}: " + ", ".join(f"{name} {value:.3f}" for name, value in _summary(question))
    return "\n\n".join([head, *(_table_text(*table) for table in _tables(question))])


def _table_text(caption: str, head: Sequence[str], rows: list[Sequence[object]]) -> str:
    cells = [[name[:12] for name in head], *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    return "\n".join([caption, *lines])


def _question_html(question: Judgement) -> str:
    summary = "".join(f"<tr><td>{name}</td><td>{value:.3f}</td></tr>" for name, value in _summary(question))
    reliability = [(said, was) for said, was, _ in question.reliability]
    drawings = _drawing("Coverage and precision", "share of mails, the surest first", question.curve, diagonal=False)
    drawings += _drawing("Reliability", "confidence; the diagonal is honest", reliability, diagonal=True)
    tables = "".join(_table_html(*table) for table in _tables(question))
    return f"<h2>{question.name.capitalize()}</h2><table>{summary}</table>{drawings}{tables}"


def _table_html(caption: str, head: Sequence[str], rows: list[Sequence[object]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{top}</tr>{lines}</table>"


def _drawing(title: str, below: str, points: Sequence[tuple[float, float]], *, diagonal: bool) -> str:
    path = " ".join(f"{x * SIDE:.1f},{(1 - y) * SIDE:.1f}" for x, y in points)
    grid = "".join(
        f'<line x1="0" x2="{SIDE}" y1="{SIDE * (1 - y):.0f}" y2="{SIDE * (1 - y):.0f}" stroke="#ccc"/>'
        f'<text x="{SIDE + 4}" y="{SIDE * (1 - y) + 4:.0f}" font-size="11">{y:.2g}</text>'
        for y in (0, 0.5, 0.75, 0.9, 0.97)
    )
    honest = f'<line x1="0" y1="{SIDE}" x2="{SIDE}" y2="0" stroke="#999" stroke-dasharray="4"/>' if diagonal else ""
    return (
        f'<figure><svg role="img" aria-label="{escape(title)}" width="{SIDE + 40}" height="{SIDE + 10}" '
        f'viewBox="0 -5 {SIDE + 40} {SIDE + 10}">{grid}{honest}'
        f'<polyline points="{path}" fill="none" stroke="#0b5394" stroke-width="2"/></svg>'
        f"<figcaption>{escape(title)}: {escape(below)}</figcaption></figure>"
    )


def _question_values(question: Judgement) -> dict[str, object]:
    return {
        **{name.replace(" ", "_"): round(value, 4) for name, value in _summary(question)},
        "texts": len(question.answers),
        "by_class": {
            each.label: {"precision": each.precision, "recall": each.recall, "f1": each.f1, "texts": each.count}
            for each in question.by_class
        },
        "by_language": {name: question.only(language=name).acceptable for name in question.languages},
        "by_origin": {name: question.only(origin=name).acceptable for name in question.origins},
        "confusion": question.confusion,
        "sure_at": [
            {"precision": precision, "coverage": share, "threshold": confidence}
            for precision, (share, confidence) in ((each, question.sure_at(each)) for each in PRECISIONS)
        ],
        "curve": question.curve,
        "reliability": question.reliability,
    }
