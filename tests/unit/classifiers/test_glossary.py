"""German words for the matters that other languages name, found by how words open."""

from __future__ import annotations

import pytest

from classifiers import Text
from classifiers.features import letter_runs, spelled
from classifiers.folding import bare, fold
from classifiers.glossary import german_for, german_words
from classifiers.openings import Openings


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (Text("Poubelles", "La poubelle de notre rue n'a pas été vidée depuis deux semaines."), "Tonne"),
        (Text("", "C'è una buca molto pericolosa nella strada davanti alla scuola."), "Schlagloch"),
        (Text("", "There is a deep pothole in front of the school, somebody will get hurt."), "Schlagloch"),
        (Text("", "Sokağımızdaki çöpler iki haftadır alınmadı, çok kötü kokuyor."), "Müll"),
        (Text("", "Chciałbym zarejestrować pobyt, jakie dokumenty są potrzebne do zameldowania?"), "Anmeldung"),
        (Text("", "Моя посвідка на проживання закінчується, коли можна подати документи?"), "Aufenthaltstitel"),
        (Text("", "لم يتم إفراغ القمامة في شارعنا منذ أسبوعين والرائحة كريهة جداً"), "Müll"),
    ],
)
def test_a_matter_is_named_in_german_too(text: Text, word: str) -> None:
    assert word in german_words(text).split()
    assert set(letter_runs(fold(word))) <= set(spelled(text))


def test_german_needs_no_glossary() -> None:
    assert (
        german_words(Text("Tonne", "Unsere Tonne wurde seit zwei Wochen nicht geleert, bitte kümmern Sie sich.")) == ""
    )


def test_a_part_is_looked_up_in_the_language_of_the_whole() -> None:
    assert "Tonne" in german_for(Text("", "Ma poubelle n'a pas été vidée, pouvez-vous passer ?"))("poubelle")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Die Lampe ist defekt.", {"broken"}),
        ("Defekte Lampe", {"broken"}),
        ("undefekt", set()),
        ("ein Loch", {"hole"}),
        ("ein Lochband", set()),
        ("nid-de-poule", {"hole"}),
        ("وفي القمامة", {"waste"}),
    ],
)
def test_openings(said: str, found: set[str]) -> None:
    table = Openings({"broken": "defekt", "hole": "loch., nid-de-poule", "waste": "قمامة"})
    assert table.found(bare(said)) == found
