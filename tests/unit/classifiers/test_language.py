"""The acknowledgement's language depends on it: short mails must be right, doubtful ones the office's own."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from classifiers import detect, detect_language
from classifiers.corpus import shipped_examples
from classifiers.languages import facts, known_languages

OFFICE = ("de", "en", "fr", "it")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Danke", "de"),
        ("Lärm", "de"),
        ("Bitte um Rückruf", "de"),
        ("Wasserrohrbruch Hauptstraße 12", "de"),
        ("Guete Tag, chönd Sie mir hälfe?", "de"),
        ("d laterne isch kaputt", "de"),
        ("Thank you", "en"),
        ("When can I come?", "en"),
        ("Bonjour", "fr"),
        ("Je voudrais un rendez-vous", "fr"),
        ("Grazie mille", "it"),
        ("Vorrei un appuntamento", "it"),
    ],
)
def test_short_texts(text: str, language: str) -> None:
    assert detect_language(text, OFFICE) == language


@pytest.mark.parametrize("text", ["", "   ", "12345", "IMG_2231.jpg", "https://example.org/", ":-)"])
@pytest.mark.parametrize("default", OFFICE)
def test_what_says_nothing_is_the_default(text: str, default: str) -> None:
    others = [code for code in OFFICE if code != default]
    assert detect_language(text, [default, *others]) == default


def test_a_language_the_office_does_not_answer_in() -> None:
    turkish = "Merhaba, pasaportumu yenilemek için randevu almak istiyorum."
    assert detect_language(turkish) == "tr"
    assert detect_language(turkish, OFFICE) == "de"
    assert detect_language(turkish, ("fr", "de")) == "fr"


def test_the_whole_corpus() -> None:
    wrong = [
        example
        for example in shipped_examples()
        if detect_language(f"{example.text.subject}\n{example.text.body}")
        != ("de" if example.language == "gsw" else example.language)
    ]
    assert len(wrong) <= 6


@pytest.mark.parametrize("code", known_languages())
def test_facts_are_complete(code: str) -> None:
    known = facts(code)
    assert known.telltale and known.function_words and known.courtesy


def test_unknown_facts() -> None:
    with pytest.raises(KeyError):
        facts("xx")


def test_shipped_tables_are_those_of_the_installed_library(tmp_path):
    """Where this fails after an update of py3langid: `python -m classifiers.detect` makes them anew."""
    detect.write_tables(str(tmp_path / "tables.npz"))
    shipped = files("classifiers") / detect.SHIPPED
    with shipped.open("rb") as stream, np.load(stream) as ours, np.load(tmp_path / "tables.npz") as theirs:
        assert set(ours) == set(theirs)
        for name in theirs:
            np.testing.assert_array_equal(ours[name], theirs[name])


def test_the_automaton_is_put_together_as_the_library_has_it():
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    ours = detect._identifier()
    assert (ours.tk_nextmove, ours.tk_row, ours.tk_output) == (whole.tk_nextmove, whole.tk_row, whole.tk_output)
