"""Folding, sentences, vocabulary, folds, thresholds and figures: small facts, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers import Example, Text
from classifiers.features import letter_runs, matter_words, sentences, spelled, spoken, tokens
from classifiers.folding import fold
from classifiers.folds import ALWAYS, folds
from classifiers.heads import Outcomes, choose_threshold, honest, softmax
from classifiers.linear import fit_surety
from classifiers.measures import Answer, Judgement
from classifiers.vocabulary import AT_ONCE, Terms, Vocabulary, learn_vocabulary


def test_folding_makes_swiss_german_and_typed_umlauts_agree() -> None:
    assert fold("Straße") == fold("STRASSE") == fold("Strasse")
    assert fold("Grüße") == fold("Gruesse")
    assert fold("Nr. 47") == "nr. 00"


def test_tokens_keep_what_tells_the_tone() -> None:
    assert tokens("Wirklich?? Na super...") == ["wirklich", "??", "na", "super", "..."]


def test_sentences_are_kept_as_written() -> None:
    assert sentences("Guten Tag!\nDas ist gut. Oder?") == ["Guten Tag!", "Das ist gut.", "Oder?"]


def test_the_subject_is_a_field_of_its_own() -> None:
    features = spoken(Text("Danke", "kaputt"))
    assert "s:danke" in features and "danke" not in features and "kaputt" in features


def test_the_subject_counts_twice_among_the_letters() -> None:
    assert sorted(spelled(Text("Laterne", "Gehweg"))) == sorted(
        [*letter_runs("laterne"), *letter_runs("laterne"), *letter_runs("gehweg")]
    )


def test_function_words_have_no_matter() -> None:
    assert matter_words("Sehr geehrte Damen und Herren, die Laterne ist aus") == ["laterne"]


def test_letter_runs_of_a_short_word() -> None:
    assert letter_runs("ab") == (" ab", "ab ", " ab ")


def test_rows_have_length_one_and_know_only_what_was_learnt() -> None:
    vocabulary, _ = learn_vocabulary([["a", "b"], ["a"], ["c"]], at_least=2)
    assert vocabulary.terms == ("a",)
    rows = vocabulary.rows([["a", "a", "x"], ["x"]])
    assert rows.values.tolist() == [1.0]
    assert rows.times(np.array([[2.0, 3.0]], dtype=np.float32)).tolist() == [[2.0, 3.0], [0.0, 0.0]]


def test_what_is_learnt_from_is_read_as_any_other_text() -> None:
    texts = [["b", "a", "b", "b"], [], ["c", "a", "once"], ["c"], ["b", "c", "c"]]
    vocabulary, learnt = learn_vocabulary((each for each in texts), at_least=2)
    assert vocabulary.terms == ("a", "b", "c")
    [dense, again] = [each.times(np.eye(3, dtype=np.float32)) for each in (learnt, vocabulary.rows(texts))]
    np.testing.assert_array_equal(dense, again)
    rarity = np.log(6 / (1 + np.array([2, 2, 3]))) + 1
    first = np.array([1, 1 + np.log(3), 0]) * rarity
    np.testing.assert_allclose(dense[0], first / np.linalg.norm(first), rtol=1e-6)
    assert not dense[1].any()


def example(origin: str, topic: str) -> Example:
    return Example(Text("", ""), "other", topic, origin=origin)


def test_an_origin_is_held_back_whole() -> None:
    many = [example(origin, "abfall") for origin in "abcdef" for _ in range(10)]
    part = folds(many, 3)
    assert all(len({part[n] for n, each in enumerate(many) if each.origin == origin}) == 1 for origin in "abcdef")
    assert set(part.tolist()) == {0, 1, 2}


def test_an_origin_that_a_topic_rests_on_is_dealt_out() -> None:
    many = [example("a", "abfall") for _ in range(30)] + [example("b", "steuern") for _ in range(30)]
    part = folds([*many, example("lexicon", "abfall")], 3)
    assert len(set(part[:30].tolist())) == 3
    assert part[-1] == ALWAYS


@pytest.mark.parametrize(
    ("confidence", "right", "threshold"),
    [
        ([0.9, 0.8, 0.7, 0.6], [True, True, True, True], 0.6),
        ([0.9, 0.8, 0.7, 0.6], [True, True, False, False], 0.8),
        ([0.9, 0.8], [False, False], 1.0),
        ([], [], 1.0),
    ],
)
def test_threshold(confidence: list[float], right: list[bool], threshold: float) -> None:
    assert choose_threshold(0.97, outcomes(confidence, right)) == pytest.approx(threshold)


@pytest.mark.parametrize(("precision", "threshold"), [(1.0, 0.9), (0.5, 0.6)])
def test_a_threshold_is_chosen_for_two_stages_as_they_answer(precision: float, threshold: float) -> None:
    cheap, dear = outcomes([0.9, 0.6], [True, False]), outcomes([0.5, 0.95], [False, True])
    # from 0.6 on the cheap stage answers the second text, and wrongly
    assert choose_threshold(precision, cheap, dear) == pytest.approx(threshold)


def outcomes(confidence: list[float], right: list[bool]) -> Outcomes:
    return np.array(confidence, dtype=np.float32), np.array(right, dtype=bool)


def test_how_sure_an_answer_is_follows_what_was_borne_out() -> None:
    said = np.repeat([0.99, 0.6], 500).astype(np.float32)
    right = np.concatenate([np.arange(500) % 10 > 0, np.arange(500) % 5 > 0])  # of ten nine, of five four
    chances = honest(np.stack([said, 1 - said], axis=1), fit_surety(said, right))
    assert chances[[0, -1], 0] == pytest.approx([0.9, 0.8], abs=0.02)
    assert chances.sum(axis=1) == pytest.approx(np.ones(1000), abs=1e-5)


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=5), st.floats(0.125, 5), st.floats(-5, 5))
def test_the_best_answer_stays_the_best(shares: list[float], slope: float, offset: float) -> None:
    chances = np.array([shares], dtype=np.float32) / np.float32(sum(shares))
    found = honest(chances, np.array([slope, offset], dtype=np.float32))
    assert found[0, chances.argmax()] == found.max()
    assert ((found >= 0) & (found <= 1)).all()


def test_softmax_survives_large_odds() -> None:
    assert softmax(np.array([[1000.0, 0.0]], dtype=np.float32)).tolist() == [[1.0, 0.0]]


def answer(truth: str, said: str, confidence: float, sure: bool = True) -> Answer:
    return Answer(truth, frozenset({truth}), said, confidence, sure, "de", "x")


def test_figures() -> None:
    judged = Judgement("category", (answer("a", "a", 0.9), answer("a", "b", 0.6, sure=False), answer("b", "b", 0.8)))
    assert judged.acceptable == pytest.approx(2 / 3)
    assert judged.coverage == pytest.approx(2 / 3)
    assert judged.sure_acceptable == 1
    assert judged.macro_f1 == pytest.approx(2 / 3)
    assert judged.confusion == {"a": {"a": 1, "b": 1}, "b": {"a": 0, "b": 1}}
    assert judged.curve[0] == (pytest.approx(1 / 3), 1.0)
    assert judged.calibration_error == pytest.approx((0.1 + 0.6 + 0.2) / 3)


def test_figures_over_nothing() -> None:
    empty = Judgement("category", ()).only(language="de")
    assert (empty.acceptable, empty.coverage, empty.macro_f1) == (0, 0, 0)


def test_stored_features_are_read_as_they_were() -> None:
    words = ["", "ä b", " straße ", *(f"w{n}" for n in range(2 * AT_ONCE))]
    terms = Terms("\n".join(words).encode())
    assert list(terms) == words
    assert [terms[n] for n in (0, 1, 2, 3, -1)] == ["", "ä b", " straße ", "w0", words[-1]]
    assert terms[1:3] == words[1:3]
    assert list(Terms(b"")) == [""]


def test_each_feature_has_its_own_place_and_others_have_none() -> None:
    words = [f"w{n}" for n in range(1000)]
    vocabulary = Vocabulary(Terms("\n".join(words).encode()), np.ones(1000, dtype=np.float32))
    rows = vocabulary.rows([["x", word, "w", "w1000"] for word in words])
    assert rows.columns.tolist() == list(range(1000))
    empty = Vocabulary((), np.ones(0, dtype=np.float32))
    assert empty.rows([["x"]]).columns.tolist() == []
