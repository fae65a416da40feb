"""The report as one HTML page that needs nothing else; fit for screen readers, keyboards and small windows.

Binding: WCAG 2.1 AA. What a drawing shows stands in a table, too (1.1.1); what scrolls takes the focus (2.1.1);
a table's first cell in each line is its head (1.3.1); lines that mean something have a contrast of 3:1 (1.4.11).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from classifiers.measures import Judgement
from classifiers.tabulation import WORDS, Table, cell, confusion, summary, tables

#: Side of a drawing's square, and room for figures and names at its left and below, in pixels.
SIDE, LEFT, BELOW = 260, 60, 44
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Captions of the tables that hold the figures of the drawings.
CURVE, RELIABILITY = "Right among the surest", "Reliability"

_STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}
main{max-width:64rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-top:2px solid #1b1b1b;padding-top:1rem}
table{border-collapse:collapse;margin:1.5rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600}
th,td{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #767676;font-weight:400}
thead th{font-weight:600;vertical-align:bottom}
tr>:first-child{text-align:left}.about td{text-align:left}
.wide{overflow-x:auto}.wide:focus{outline:3px solid #0b5394}
figure{display:inline-block;margin:0 2rem 1rem 0;max-width:100%}svg{max-width:100%;height:auto}
figcaption{max-width:20rem}svg text{font:13px system-ui,sans-serif;fill:#1b1b1b}
dt{font-weight:600}dd{margin:0 0 .5rem 1rem}.note{border-left:4px solid #b45309;padding-left:.8rem}
"""


def page(about: Iterable[tuple[str, str]], notes: Iterable[str], questions: Iterable[Judgement]) -> str:
    """The whole page, escaped."""
    told = "".join(f'<p class="note">{escape(note)}</p>' for note in notes)
    words = "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in WORDS)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Evaluation of the classifier</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>Evaluation of the classifier</h1>{told}{_pairs('What was measured', about, 'about')}"
        f"{''.join(map(_question, questions))}<h2>What the words mean</h2><dl>{words}</dl></main></body></html>\n"
    )


def _question(question: Judgement) -> str:
    name = question.name
    title = f"<h2>{escape(name.capitalize())}</h2>"
    if not question.answers:
        return f"{title}<p>No text has one.</p>"
    drawings = _drawing(
        f"{name}-curve",
        "Right answers among the surest",
        ("share of texts, the surest first", "share of right answers"),
        question.curve,
        f"In figures: table “{CURVE}”.",
    ) + _drawing(
        f"{name}-reliability",
        "Reliability",
        ("confidence", "share of right answers"),
        [(said, was) for said, was, _ in question.reliability],
        f"On the dashed diagonal, confidence is honest. In figures: table “{RELIABILITY}”.",
        diagonal=True,
    )
    figures = _pairs("Over all texts", ((what, cell(value)) for what, value in summary(question)))
    rest = (_table(f"{name}-{number}", each) for number, each in enumerate((*tables(question), confusion(question))))
    return f"{title}{figures}{drawings}{''.join(rest)}"


def _pairs(caption: str, pairs: Iterable[tuple[str, str]], kind: str = "") -> str:
    rows = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>' for name, value in pairs)
    return f'<table class="{kind}"><caption>{escape(caption)}</caption><tbody>{rows}</tbody></table>'


def _table(key: str, table: Table) -> str:
    """A table in a frame of its own, which scrolls where the window is narrow."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="{escape(key)}"><table>'
        f'<caption id="{escape(key)}">{escape(table.caption)}</caption><thead><tr>{top}</tr></thead>'
        f"<tbody>{''.join(map(_row, table.rows))}</tbody></table></div>"
    )


def _row(row: Sequence[object]) -> str:
    first, *rest = (escape(cell(value)) for value in row)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{value}</td>" for value in rest)}</tr>'


def _drawing(
    key: str,
    title: str,
    axes: tuple[str, str],
    points: Sequence[tuple[float, float]],
    below: str,
    *,
    diagonal: bool = False,
) -> str:
    """Points of the unit square, joined by a line."""
    path = " ".join(f"{x * SIDE:.1f},{(1 - y) * SIDE:.1f}" for x, y in points)
    marks = "".join(f'<circle cx="{x * SIDE:.1f}" cy="{(1 - y) * SIDE:.1f}" r="3"/>' for x, y in points)
    honest = f'<path d="M0 {SIDE}L{SIDE} 0" stroke="#595959" stroke-dasharray="5 4"/>' if diagonal else ""
    line = f'<polyline points="{path}" fill="none" stroke="#0b5394" stroke-width="2"/>'
    return (
        f'<figure><svg role="img" aria-labelledby="{key}-title {key}-below" width="{LEFT + SIDE + 16}"'
        f' height="{SIDE + BELOW + 12}" viewBox="{-LEFT} -12 {LEFT + SIDE + 16} {SIDE + BELOW + 12}">'
        f'{_axes(axes)}{honest}{line}<g fill="#0b5394">{marks if diagonal else ""}</g></svg>'
        f'<figcaption><strong id="{key}-title">{escape(title)}.</strong> <span id="{key}-below">{escape(below)}</span>'
        "</figcaption></figure>"
    )


def _axes(names: tuple[str, str]) -> str:
    across, up = map(escape, names)
    grid = "".join(
        f'<path d="M0 {SIDE * (1 - at):.0f}H{SIDE}M{SIDE * at:.0f} 0V{SIDE}" stroke="#ccc"/>'
        f'<text x="-6" y="{SIDE * (1 - at) + 4:.0f}" text-anchor="end">{at:g}</text>'
        f'<text x="{SIDE * at:.0f}" y="{SIDE + 18}" text-anchor="middle">{at:g}</text>'
        for at in TICKS
    )
    return (
        f'{grid}<path d="M0 0V{SIDE}H{SIDE}" fill="none" stroke="#1b1b1b"/>'
        f'<text x="{SIDE / 2:.0f}" y="{SIDE + 38}" text-anchor="middle">{across}</text>'
        f'<text transform="translate(-46 {SIDE / 2:.0f}) rotate(-90)" text-anchor="middle">{up}</text>'
    )
