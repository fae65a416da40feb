"""When a new model is refused, by figures that can be checked by hand, and what is compared."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from classifiers import CATEGORIES, Classifier, Example, Text, encoder, trial
from classifiers.lessons import Lesson, settled
from classifiers.trial import Comparison, Part, Question, compare, is_worse, judged
from classifiers.views import ENOUGH, LEFT, teaches


def found(part: Part, won: int, lost: int, question: Question = "category") -> Comparison:
    return Comparison(part, question, texts=1000, old=800, won=won, lost=lost)


def test_the_sign_test_by_hand() -> None:
    assert found("corpus", 0, 4).chance == pytest.approx(1 / 16)
    assert found("corpus", 0, 5).chance == pytest.approx(1 / 32)
    assert found("corpus", 1, 7).chance == pytest.approx(9 / 256)
    assert found("corpus", 0, 0).chance == 1.0
    assert found("corpus", 3, 5).new == 798


@pytest.mark.parametrize(
    ("compared", "refused"),
    [
        ([], False),
        ([found("corpus", 0, 0), found("lessons", 0, 0)], False),  # a tie
        ([found("corpus", 20, 20), found("lessons", 3, 3)], False),
        ([found("corpus", 0, 4)], False),  # what chance explains
        ([found("corpus", 0, 5)], True),
        ([found("corpus", 40, 60)], True),
        ([found("corpus", 90, 0), found("corpus", 0, 9, "topic")], True),  # either question may be the worse one
        ([found("corpus", 9, 0), found("lessons", 0, 1)], True),  # one lesson fewer is one too many
        ([found("lessons", 2, 0), found("lessons", 0, 1, "topic")], False),
        ([found("corpus", 0, 5), found("lessons", 30, 0)], True),  # lessons do not buy the corpus
    ],
)
def test_worse(compared: list[Comparison], refused: bool) -> None:
    assert is_worse(compared) is refused


class Says:
    """A model that answers every text with the same words."""

    def __init__(self, category: str, topic: str, **topics: float) -> None:
        self.said = SimpleNamespace(category=category, topic=topic, topics=topics)

    def predict(self, texts: list[Text]) -> list[SimpleNamespace]:
        return [self.said for _ in texts]


def test_both_answer_what_has_an_answer() -> None:
    text = Text("", "Laterne dunkel")
    shipped = [
        Example(text, "complaint", "tiefbau", also_category=("other",)),
        Example(text, "", "tiefbau"),
        Example(text, "praise", "kultur"),
    ]
    lessons = [Lesson(text, "other", ("abfall", "tiefbau")), Lesson(text, "praise")]
    old, new = Says("praise", "tiefbau"), Says("other", "abfall")
    assert judged(old, new, shipped, lessons) == [  # type: ignore[arg-type]
        Comparison("corpus", "category", 2, 1, 1, 1),
        Comparison("corpus", "topic", 3, 2, 0, 2),
        Comparison("lessons", "category", 2, 1, 1, 1),
        Comparison("lessons", "topic", 1, 1, 0, 0),
    ]


def test_of_several_topics_the_model_chooses_among_these() -> None:
    lessons = [
        Lesson(Text("", "a"), "praise", ("kultur",)),
        Lesson(Text("", "b"), "", ("abfall", "gruen")),
        Lesson(Text("", "c"), "other"),
        Lesson(Text("", "d"), "other", ("eigenes", "anderes")),
    ]
    model = Says("other", "kultur", kultur=0.7, gruen=0.2, abfall=0.1)
    taught = settled(lessons, model)  # type: ignore[arg-type]
    assert [each.topic for each in taught] == ["kultur", "gruen", "", ""]
    assert {each.weight for each in taught} == {3.0}
    assert [each.topic for each in settled(lessons, None)] == ["kultur", "", "", ""]


def test_the_small_model_chooses_for_real(small: Classifier) -> None:
    lesson = Lesson(Text("Restmüll", "Die Tonne wurde nicht geleert."), "", ("standesamt", "abfall"))
    assert [each.topic for each in settled([lesson], small)] == ["abfall"]


MATTERS = dict(zip(CATEGORIES, ("Tonne", "Baum", "Konzert", "Hochzeit", "Hund"), strict=True))


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the shipped corpus: what is learnt in a moment."""
    examples = [
        Example(Text("", f"{word} {category} {n}"), category, word.lower(), origin=f"w{n}")
        for category, word in MATTERS.items()
        for n in range(25)
    ]
    monkeypatch.setattr(trial, "shipped_examples", lambda: examples)
    monkeypatch.setattr(trial, "lexicon", list)
    monkeypatch.setattr(encoder, "encoder_version", lambda: None)


def harbour(count: int, new: bool = True) -> list[Lesson]:
    text = "Der Liegeplatz am Steg im Bootshafen"
    return [Lesson(Text("", f"{text} {n}"), "", ("hafen",), origin=f"s{n}", new=new) for n in range(count)]


def tried(lessons: list[Lesson]) -> Comparison:
    [found] = [
        each
        for each in compare(lessons, None, lambda _what, _share: None)
        if (each.part, each.question) == ("lessons", "topic")
    ]
    return found


@pytest.mark.parametrize("count", [ENOUGH, 22, 29])
def test_a_topic_with_enough_lessons_is_known_in_the_trial_too(made_up: None, count: int) -> None:
    found = tried(harbour(count))
    assert (found.old, found.new) == (0, found.texts)
    assert found.texts >= count // 3


def test_each_way_knows_the_topics_that_its_own_lessons_are_enough_for(made_up: None) -> None:
    known, more = harbour(ENOUGH + 2, new=False), [Lesson(Text("", "Der Hund"), "", ("hund",), origin="another")]
    assert tried([*known, *more]).old > 0
    few = harbour(ENOUGH - 1)
    assert tried(few).new == 0
    assert tried([*harbour(ENOUGH - 2, new=False), *few[-2:]]).old == 0


def test_of_what_is_held_back_enough_must_be_left() -> None:
    all_there = [Example(Text("", "Steg"), "", "hafen") for _ in range(ENOUGH)]
    assert len(teaches(all_there[:LEFT], "topic", all_there)) == LEFT
    assert len(teaches(all_there[: LEFT - 1], "topic", all_there)) == 0
    assert len(teaches(all_there[1:], "topic", all_there[1:])) == 0
