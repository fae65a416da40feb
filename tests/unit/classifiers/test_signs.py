"""Signs of speech acts: the same in every wording and language that the table knows."""

from __future__ import annotations

import pytest

from classifiers import Text
from classifiers.features import signed
from classifiers.folding import bare
from classifiers.signs import signs


@pytest.mark.parametrize(
    ("said", "sign"),
    [
        ("Der Griff ist abgebrochen", "defect"),
        ("Le lampadaire est en panne", "defect"),
        ("Il lampione è guasto", "defect"),
        ("Zum dritten Mal", "repeat"),
        ("Herzlichen Dank!", "thanks"),
        ("Merci vielmal", "thanks"),
        ("Teşekkür ederim", "thanks"),
        ("Щиро дякую", "thanks"),
        ("Wie wäre es mit einer Bank?", "propose"),
        ("Wann kann ich vorbeikommen?", "meet"),
        ("Im Anhang das Formular", "sent"),
        ("Wirklich", "rhetoric"),
    ],
)
def test_a_sign_is_found(said: str, sign: str) -> None:
    assert sign in signs(said)
    assert sign in signs(said.upper())


def test_a_word_that_must_end_ends() -> None:
    assert "defect" in signs("Das Loch.")
    assert "defect" not in signs("Lochmann")


def test_a_sign_begins_with_a_word() -> None:
    assert "thanks" not in signs("Gedanken")


def test_accents_do_not_matter() -> None:
    assert bare("Świetnie, ça a été réparé, Übermut") == "swietnie, ca a ete repare, uebermut"


def test_signs_stand_somewhere_and_together() -> None:
    features = signed(Text("Danke", "Danke für die Tonne. Sie ist schon wieder voll!"))
    assert {"s:thanks", "first:thanks", "last:repeat", "repeat&thanks", "in:filth&repeat", "sentences:2"} <= set(
        features
    )
    assert "in:repeat&thanks" not in features


def test_nothing_said_has_no_signs() -> None:
    assert signed(Text("", "")) == ["length:0", "sentences:0"]
