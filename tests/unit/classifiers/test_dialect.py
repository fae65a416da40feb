"""Swiss German is read as standard German, and nothing else is."""

from __future__ import annotations

import pytest

from classifiers import Text
from classifiers.dialect import in_standard_german, reader


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("D Strass isch nöd pflügt", "Die Strasse ist nicht pflügt"),
        ("Mir händ scho wieder kei Poscht übercho", "Wir haben schon wieder kein Post bekommen"),
        ("Chönnt ich am Mäntig verbicho?", "Könnt ich am Montag verbicho?"),
        ("Üsi Chind chöi nid spile", "Unser Kind können nicht spile"),
        ("Wo cha me d Rächnig zale?", "Wo kann man die Rechnung zale?"),
    ],
)
def test_dialect_in_many_spellings_is_read_in_one(said: str, read: str) -> None:
    found = in_standard_german(Text("", said)).body
    words = set(read.split())
    assert len(words & set(found.split())) >= len(words) - 1  # a rule may miss a word, not two


def test_a_word_is_read_whatever_its_case() -> None:
    assert in_standard_german(Text("NÖD GUET", "isch nöd guet")).body == "ist nicht gut"


@pytest.mark.parametrize(
    "said",
    [
        "Die Straße ist nicht geräumt, ich bin gestürzt. Wer kommt dafür auf?",
        "Der Chor probt im Chemiesaal, die Heizung ist kalt und der Chef nicht da.",
        "La rue n'est pas déneigée, je suis tombé hier soir.",
        "The street was not cleared and I fell.",
        "Sokak temizlenmedi, dün düştüm.",
        "Het licht in de straat is kapot en het is donker, kan iemand dat maken?",
        "La rue est sale, il lut la lettre de la mairie.",
        "",
    ],
)
def test_what_is_no_dialect_is_left_as_it_stands(said: str) -> None:
    text = Text("", said)
    assert in_standard_german(text) is text


def test_one_dialect_word_in_a_letter_changes_nothing() -> None:
    text = Text("Chilbi", "Sehr geehrte Damen und Herren, " + "wir möchten den Platz für unser Fest mieten. " * 5)
    assert in_standard_german(text) is text


def test_parts_are_read_as_the_whole_is() -> None:
    read = reader(Text("Frag", "Grüezi, ich ha gester nüt gseh. Isch das guet?"))
    assert read("guet") == "gut"
    assert reader(Text("", "Guten Tag"))("guet") == "guet"
