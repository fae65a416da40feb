"""A model of a few made-up sentences, learnt at once, and a home of each test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from classifiers import Classifier, Example, Text
from classifiers.training import train_on

WORDS = {
    ("complaint", "abfall"): "Die Tonne wurde wieder nicht geleert, das ist ärgerlich",
    ("praise", "kultur"): "Vielen Dank für das wunderbare Konzert im Museum",
    ("suggestion", "gruen"): "Ich schlage vor, im Park mehr Bäume zu pflanzen",
    ("appointment", "standesamt"): "Ich möchte einen Termin für die Anmeldung der Eheschließung",
    ("other", "steuern"): "Anbei die Unterlagen zur Hundesteuer",
}


def made_up(kind: tuple[str, str], number: int) -> Example:
    return Example(Text(f"Nummer {number}", f"{WORDS[kind]} {number}"), *kind, language="de", origin=f"w{number}")


@pytest.fixture(scope="session")
def tiny() -> Classifier:
    return train_on([made_up(kind, number) for kind in WORDS for number in range(25)], with_encoder=False)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, so that no test touches the real one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "anliegen" / "model"
