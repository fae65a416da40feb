"""Coverage and precision by hand, in figures and in the report."""

from __future__ import annotations

import pytest

from classifiers.measures import Answer, Judgement
from classifiers.report import Report


def judged(*right: bool) -> Judgement:
    """The most confident first."""
    answers = [
        Answer("a", frozenset({"a"}), "a" if each else "b", 0.9 - number / 100, number < 2, "de", "t")
        for number, each in enumerate(right)
    ]
    return Judgement("category", tuple(answers))


@pytest.mark.parametrize(
    ("precision", "coverage", "threshold"),
    [(1.0, 0.25, 0.89), (0.75, 0.5, 0.87), (0.7, 0.5, 0.87), (0.5, 1.0, 0.83), (0.1, 1.0, 0.83), (0.76, 0.25, 0.89)],
)
def test_how_many_could_be_called_sure(precision: float, coverage: float, threshold: float) -> None:
    found = judged(True, True, False, True, False, False, True, False)
    assert found.sure_at(precision) == (coverage, pytest.approx(threshold))


def test_where_the_surest_is_wrong_none_is_sure_enough() -> None:
    assert judged(False, True).sure_at(0.97) == (0.0, 1.0)


def test_the_page_has_the_curve_and_what_it_means() -> None:
    question = judged(True, True, True, False)
    page = Report("a <title>", question, question).html()
    assert "Coverage and precision" in page and "polyline" in page and "what could be called sure" in page
    assert "<td>97%</td><td>0.750</td><td>0.880</td>" in page
    assert "a &lt;title&gt;" in page
