"""Learning by likeness: what is answered for a part held back is what a fit without that part says."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_info, threadpool_limits

from classifiers import ridge
from classifiers.likeness import COMMON, Likeness
from classifiers.linear import beside, one_thread
from classifiers.meanings import Meanings, coded, nearness
from classifiers.ridge import STIFFNESS, solve

COUNT, CLASSES = 700, ("a", "b", "c")  # more than a block of the table
RANDOM = np.random.default_rng(7)
ROWS = RANDOM.random((COUNT, 20)).astype(np.float32)
ROWS /= np.linalg.norm(ROWS, axis=1, keepdims=True)
LABELS = np.array(CLASSES)[RANDOM.integers(0, 3, COUNT)]
PART = RANDOM.integers(-1, 4, COUNT)
WEIGHTS = RANDOM.choice([1.0, 3.0], COUNT)


def by_hand(meanings: Meanings | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = (ROWS @ ROWS.T).astype(float) + COMMON
    if meanings is not None:
        vectors = meanings.vectors(slice(None))
        table += 0.5 * nearness(vectors, vectors)
    _, places, counts = np.unique(LABELS, return_inverse=True, return_counts=True)
    truth = np.where(np.eye(3)[places] > 0, 1.0, -1.0)
    slack = STIFFNESS / (WEIGHTS * np.sqrt(COUNT / 3 / counts[places]))
    return table, truth, slack


def test_a_part_is_answered_as_if_it_had_never_been_there() -> None:
    meanings = coded(ROWS)
    likeness = Likeness(csr_matrix(ROWS))
    for added in (None, meanings):
        if added is not None:
            likeness.add(added, 0.5)
        solved = solve(likeness, LABELS, WEIGHTS, PART)
        table, truth, slack = by_hand(added)
        np.testing.assert_allclose(solved.duals, np.linalg.solve(table + np.diag(slack), truth), atol=2e-3)
        held, rest = PART == 2, PART != 2
        duals = np.linalg.solve((table + np.diag(slack))[np.ix_(rest, rest)], truth[rest])
        np.testing.assert_allclose(solved.held[held], table[np.ix_(held, rest)] @ duals, atol=2e-3)
        assert not solved.held[PART == -1].any()


def test_where_the_sketch_sees_little_the_answer_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    likeness = Likeness(csr_matrix(np.vstack([ROWS, ROWS])))  # every text twice: no table has more that is the same
    labels, weights, part = np.tile(LABELS, 2), np.tile(WEIGHTS, 2), np.tile(PART, 2)
    whole = solve(likeness, labels, weights, part)
    monkeypatch.setattr(ridge, "SKETCHED", 5)
    narrow = solve(likeness, labels, weights, part)
    np.testing.assert_allclose(narrow.duals, whole.duals, atol=2e-3)
    np.testing.assert_allclose(narrow.held, whole.held, atol=4e-3)


def test_the_same_texts_make_the_same_model() -> None:
    once, again = (solve(Likeness(csr_matrix(ROWS)), LABELS, WEIGHTS, PART) for _ in range(2))
    np.testing.assert_array_equal(once.duals, again.duals)


def test_parts_without_texts_and_without_others() -> None:
    solved = solve(Likeness(csr_matrix(ROWS)), LABELS, WEIGHTS, np.ones_like(PART))
    assert not solved.held.any(), "nothing is known without any text"
    assert np.isfinite(solved.duals).all()


def test_half_a_table_is_the_whole() -> None:
    likeness, table = Likeness(csr_matrix(ROWS)), ROWS @ ROWS.T + COMMON
    places = np.array([0, 3, 511, 512, 699])
    np.testing.assert_allclose(likeness.columns(places), table[:, places], rtol=1e-5)
    np.testing.assert_allclose(likeness.times(ROWS), table @ ROWS, rtol=1e-4)


def test_views_beside_each_other_are_added() -> None:
    both = beside([(csr_matrix(ROWS), 0.25), (csr_matrix(ROWS[:, :3]), 2.0)]).toarray()
    np.testing.assert_allclose(both @ both.T, 0.25 * ROWS @ ROWS.T + 2 * ROWS[:, :3] @ ROWS[:, :3].T, atol=1e-5)


def test_half_a_table_takes_half_the_memory() -> None:
    count = 4096
    some = csr_matrix(np.ones((count, 1), dtype=np.float32))
    tracemalloc.start()
    likeness = Likeness(some)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(likeness) == count
    assert kept < 0.6 * count * count * 4


def test_products_take_one_thread_meanwhile() -> None:
    def threads() -> set[int]:
        return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}

    with threadpool_limits(limits=2, user_api="blas"):
        with one_thread():
            assert threads() == {1}
        assert threads() == {2}


@pytest.mark.parametrize("share", [-9.0, -0.6])
def test_what_is_no_likeness_has_no_solution(share: float) -> None:
    likeness = Likeness(csr_matrix(ROWS * 0.1))
    likeness.add(coded(ROWS), share)
    with pytest.raises(ValueError, match="no solution"):
        solve(likeness, LABELS, WEIGHTS, PART)


def test_meanings_in_octets_are_near_what_they_were() -> None:
    meanings = coded(ROWS)
    assert meanings.codes.dtype == np.int8
    np.testing.assert_allclose(meanings.vectors(slice(None)), ROWS, atol=0.005)
    duals = RANDOM.random((COUNT, 3)).astype(np.float16)
    wanted = nearness(ROWS[:4], meanings.vectors(slice(None))) @ duals.astype(np.float32)
    np.testing.assert_allclose(meanings.times(ROWS[:4], duals), wanted, rtol=1e-4)
    many = meanings.times(ROWS, duals)
    np.testing.assert_allclose(many[:4], wanted, rtol=1e-4)
    np.testing.assert_allclose(meanings.times(ROWS[-1:], duals), many[-1:], rtol=1e-4)
    assert meanings.times(ROWS[:0], duals).shape == (0, 3)
