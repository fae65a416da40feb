"""The acknowledgement's language depends on it: short mails must be right, doubtful ones the office's own."""

from __future__ import annotations

import pytest

from classifiers import detect_language
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
