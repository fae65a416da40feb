"""Coverage and precision by hand, in figures and in the report."""

from __future__ import annotations

import pytest

from classifiers.measures import Answer, Judgement


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


def test_where_none_is_called_sure_that_begins_at_one() -> None:
    assert judged(True, True, True).sure_from == pytest.approx(0.89)
    assert judged(True, True, True).called_sure_from(0.885).sure_from == pytest.approx(0.89)
    assert judged(True, True, True).called_sure_from(0.88).coverage == 1
    assert judged().sure_from == 1


def test_precision_and_recall_are_means_over_classes() -> None:
    found = judged(True, True, False, False, False)  # two of five "a" are called "a", and nothing else is
    assert (found.macro_precision, found.macro_recall) == (1, pytest.approx(0.4))


def test_the_surest_are_counted_first_and_one_at_least() -> None:
    found = judged(True, True, False, False)
    assert [found.surest(share) for share in (0.01, 0.5, 0.75, 1.0)] == [1, 1, pytest.approx(2 / 3), 0.5]


def test_origins_are_chosen_and_named() -> None:
    found = judged(True, False)
    assert found.by({"t": "tickets"}).origins == ("tickets",)
    assert found.by({"u": "tickets"}).answers == ()
