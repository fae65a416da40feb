"""The sentence that is shown as the reason is not a greeting, unless there is nothing else."""

from __future__ import annotations

import pytest

from classifiers import Classifier, Text
from classifiers.languages import is_courtesy


@pytest.mark.parametrize(
    "line",
    [
        "Sehr geehrte Damen und Herren,",
        "Hallo Frau Meier!",
        "Mit freundlichen Grüssen Erika Muster",
        "Vielen Dank im Voraus.",
        "Dear Sir or Madam,",
        "Best regards Jo",
        "Bonjour Madame,",
        "Cordiali saluti Anna",
    ],
)
def test_courtesy_is_no_reason(small: Classifier, line: str) -> None:
    assert is_courtesy(line)
    [found] = small.predict([Text("", f"{line}\nDie Tonne wurde wieder nicht geleert!")])
    assert "nicht geleert" in found.evidence[0]


@pytest.mark.parametrize(
    "line", ["Hallo, die Laterne ist kaputt.", "Danke an das Team vom Bauhof!", "Liebe Stadt, bitte mähen."]
)
def test_what_says_more_is_no_courtesy(line: str) -> None:
    assert not is_courtesy(line)


def test_where_there_is_nothing_else_the_greeting_is_shown(small: Classifier) -> None:
    [found] = small.predict([Text("", "Vielen Dank!")])
    assert "Vielen Dank!" in found.evidence[0]


def test_a_subject_is_no_reason_for_what_it_does_not_say(small: Classifier) -> None:
    [found] = small.predict([Text("Re: Baum", "Super, danke für das schnelle Fällen! Er stand am Weg.")])
    assert "danke" in found.evidence[0]


def test_words_of_other_languages_are_shown_as_written(small: Classifier) -> None:
    [found] = small.predict([Text("", "La poubelle de notre rue n'a pas été vidée depuis trois semaines.")])
    assert "poubelle" in found.evidence[1]
