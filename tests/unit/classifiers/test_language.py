"""The acknowledgement's language depends on it: short mails must be right, doubtful ones the office's own."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from classifiers import Text, detect, detect_language
from classifiers.corpus import shipped_examples
from classifiers.features import telling_words
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


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12345",
        "IMG_2231.jpg",
        "https://example.org/",
        ":-)",
        "WhatsApp Image 2026-11-02",
        "WhatsApp Image 2026-11-02 at 10.11.12.jpeg",
        "Screenshot_20261102.png",
        "Scan 001",
        "image001.png",
        "Fwd:",
        "AW: WG:",
        "Outlook",
    ],
)
@pytest.mark.parametrize("default", OFFICE)
def test_what_says_nothing_is_the_default(text: str, default: str) -> None:
    others = [code for code in OFFICE if code != default]
    assert detect_language(text, [default, *others]) == default


def test_a_language_the_office_does_not_answer_in() -> None:
    turkish = "Merhaba, pasaportumu yenilemek için randevu almak istiyorum."
    assert detect_language(turkish) == "tr"
    assert detect_language(turkish, OFFICE) == "de"
    assert detect_language(turkish, ("fr", "de")) == "fr"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("Guten Tag", "Mit freundlichen Grüßen"),
        ("Sehr geehrte Damen und Herren,", "Freundliche Grüsse\nAmadou Diallo"),
        ("Hello,", "Best regards"),
        ("Bonjour Madame,", "Meilleures salutations"),
        ("Buongiorno,", "Cordiali saluti"),
    ],
)
@pytest.mark.parametrize(
    ("matter", "language"),
    [
        ("Je ne parle pas allemand. Ma demande concerne le permis de séjour de mon fils.", "fr"),
        ("Vorrei un appuntamento", "it"),
        ("I need help with my residence permit", "en"),
        ("Bitte rufen Sie mich zurück.", "de"),
        ("Pasaportumu yenilemek için randevu almak istiyorum.", "tr"),
        ("Chciałbym umówić się na wizytę w urzędzie.", "pl"),
        ("Скажіть, будь ласка, коли можна прийти?", "uk"),
        ("أريد موعدا لتجديد جواز السفر", "ar"),
        ("Necesito una cita para renovar mi pasaporte.", "es"),
    ],
)
def test_courtesy_is_copied_the_matter_decides(opening: str, closing: str, matter: str, language: str) -> None:
    text = f"\n{opening}\n{matter}\n{closing}"
    assert detect_language(text) == language
    assert detect_language(text, OFFICE) == (language if language in OFFICE else "de")


def test_where_courtesy_is_all_it_decides() -> None:
    assert detect_language("Guten Tag,\n\nMit freundlichen Grüßen", ("fr", "de")) == "de"
    assert detect_language("Guten Tag,\n\nRückruf\n\nMit freundlichen Grüßen", ("fr", "de")) == "de"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bin not emptied, Hauptstraße 4, 12345 Musterlingen", "en"),
        ("Poubelle pas vidée, Hauptstraße 4, 12345 Musterlingen", "fr"),
        ("Laterne Hauptstraße 5, 12345 Musterlingen", "de"),
    ],
)
def test_an_address_is_german_in_every_language(text: str, language: str) -> None:
    assert detect_language(text, OFFICE) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("您好，我想预约办理护照。", "zh"),
        ("こんにちは、予約をお願いします。", "ja"),
        ("שלום, אני רוצה לקבוע תור", "he"),
        ("Καλημέρα, θέλω ραντεβού", "el"),
        ("வணக்கம், எனக்கு உதவி தேவை", "ta"),
        ("ሰላም፣ ቀጠሮ እፈልጋለሁ", "am"),
        ("გამარჯობა, მჭირდება დახმარება", "ka"),
        ("Guten Tag\nשלום, אני רוצה לקבוע תור\nMit freundlichen Grüßen", "he"),
        ("Ich brauche einen Termin für mein Visum 北京", "de"),
    ],
)
def test_a_script_that_no_answer_is_in(text: str, language: str) -> None:
    assert detect_language(text) == language
    assert detect_language(text, OFFICE) == "de"
    assert detect_language(text, ("fr", "it")) == "fr"


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


def test_marks_of_replies_and_short_closings_are_no_reason() -> None:
    assert telling_words(Text("AW: Fwd: WG: Laterne", "Sie flackert.\nMfG")) == ["Laterne", "flackert"]


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
