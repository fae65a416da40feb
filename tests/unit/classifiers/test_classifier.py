"""What a prediction promises, on a small model."""

from __future__ import annotations

import pytest

from classifiers import CATEGORIES, TOPICS, Classifier, Example, Text, evaluate
from classifiers.corpus import LEXICON, corpus_id, lexicon, shipped_examples
from classifiers.training import train_on

BIN = Text("Restmüll", "Die Mülltonne wurde schon wieder nicht geleert. Das ist eine Frechheit!")
THANKS = Text("Danke", "Vielen herzlichen Dank an das Team im Hallenbad, so freundlich und sauber!")


def test_probabilities_sum_to_one_and_name_every_class(small: Classifier) -> None:
    [found] = small.predict([BIN])
    assert sum(found.categories.values()) == pytest.approx(1)
    assert sum(found.topics.values()) == pytest.approx(1)
    assert set(found.categories) == set(CATEGORIES)
    assert set(found.topics) == set(TOPICS)


def test_plain_cases_are_right(small: Classifier) -> None:
    bins, thanks = small.predict([BIN, THANKS])
    assert (bins.category, bins.topic) == ("complaint", "abfall")
    assert (thanks.category, thanks.topic) == ("praise", "kultur")


def test_evidence_quotes_the_text_as_it_was_written(small: Classifier) -> None:
    [found] = small.predict([BIN])
    category, topic = found.evidence
    assert category.startswith("complaint: “") and category[len("complaint: “") : -1] in (
        BIN.subject,
        *BIN.body.split(". "),
        "Das ist eine Frechheit!",
        "Die Mülltonne wurde schon wieder nicht geleert.",
    )
    assert "Mülltonne" in topic


def test_a_batch_says_the_same_as_one_by_one(small: Classifier) -> None:
    texts = [BIN, THANKS, Text("", ""), Text("Frage", "Wann ist offen?")]
    together = small.predict(texts)
    assert [each.category for each in together] == [small.predict([text])[0].category for text in texts]
    assert [each.topic for each in together] == [small.predict([text])[0].topic for text in texts]


@pytest.mark.parametrize(
    "body", ["", " \n\t", "😀" * 50, "ა" * 500, "\x00\x01", "x" * 300_000, "a\u0308" * 40, "> > >"]
)
def test_odd_texts_get_an_answer(small: Classifier, body: str) -> None:
    [found] = small.predict([Text("", body)])
    assert found.category in CATEGORIES
    assert 0 < found.categories[found.category] <= 1


@pytest.mark.parametrize("body", ["", "??", "0", "....", "12345 678", "ok", "Hallo!", "Re:"])
def test_what_says_nothing_is_a_guess(small: Classifier, body: str) -> None:
    [found] = small.predict([Text("", body)])
    assert found.category_unsure and found.topic_unsure
    assert sum(found.categories.values()) == pytest.approx(1)
    assert found.category == "other" or any(map(str.isalpha, body))


def test_one_word_names_a_matter_but_no_concern(small: Classifier) -> None:
    [said, told] = small.predict([Text("", "Sperrmüll"), Text("Sperrmüll", "Bitte holen Sie das Sofa ab, danke.")])
    assert said.category_unsure
    assert said.topic == told.topic == "abfall"


def test_no_texts_no_predictions(small: Classifier) -> None:
    assert small.predict([]) == []


def test_an_office_teaches_a_topic_of_its_own(learnt: list[Example]) -> None:
    harbour = [
        Example(
            Text("Liegeplatz", f"Wann wird Steg {n} am Bootshafen frei, und was kostet der Liegeplatz?"),
            "other",
            "hafen",
            origin="office",
            weight=3,
        )
        for n in range(24)
    ]
    rare = [Example(Text("Seilbahn", "Die Seilbahn steht."), "complaint", "seilbahn", origin="office")]
    taught = train_on([*learnt, *lexicon(), *harbour, *rare], with_encoder=False)
    [found] = taught.predict([Text("Bootshafen", "Ich suche einen Liegeplatz am Steg.")])
    assert found.topic == "hafen"
    assert "seilbahn" not in found.topics


def test_evaluation_of_a_classifier_counts_second_labels(small: Classifier) -> None:
    said = small.predict([BIN])[0].category
    examples = [Example(BIN, "praise", "abfall", also_category=(said,), language="de", origin="x")]
    report = evaluate(small, examples)
    assert report.category.acceptable == 1
    assert report.category.macro_f1 == 0
    assert "CATEGORY" in report.text() and "<svg" in report.html()
    assert report.as_dict()["category"]["acceptable"] == 1  # type: ignore[index]


def test_the_corpus_is_sound() -> None:
    examples = shipped_examples()
    assert len(examples) > 5900
    assert {example.category for example in examples} == set(CATEGORIES)
    assert {example.topic for example in examples} == set(TOPICS)
    assert all({*example.also_category} <= {*CATEGORIES} for example in examples)
    assert all({*example.also_topic} <= {*TOPICS} for example in examples)
    assert len({(example.text.subject, example.text.body) for example in examples}) > 0.999 * len(examples)
    assert {line.topic for line in lexicon()} == set(TOPICS)
    assert {line.origin for line in lexicon()} == {LEXICON}
    assert len(corpus_id()) == 16


def test_each_question_tallies_its_own_view(small: Classifier) -> None:
    heads = (small.model.category, small.model.topic)
    assert [set(head.scorers["tallied"].weights) for head in heads] == [{"spoken"}, {"spelled"}]
    assert all("tallied" in head.plain.views and head.plain.trust[1] > 0 for head in heads)
