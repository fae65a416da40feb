"""Dates and hours in words, and what happens when an administrator's words.toml is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from daemon.config import Hours
from daemon.errors import TemplateError
from daemon.rendering.templates import Templates, shipped_folder
from daemon.rendering.words import read

LANGUAGES = ("de", "en", "fr", "it")
GERMAN = (shipped_folder() / "ack/de/words.toml").read_text("utf-8")


def test_days_are_written_as_each_language_writes_them() -> None:
    words = {language: Templates(None).words(language) for language in LANGUAGES}
    assert words["de"].day(date(2026, 3, 1)) == "Sonntag, 1. März 2026"
    assert words["en"].day(date(2026, 3, 1)) == "Sunday, 1 March 2026"
    assert words["fr"].day(date(2026, 8, 1)) == "samedi 1er août 2026"
    assert words["it"].day(date(2026, 8, 1)) == "sabato 1º agosto 2026"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_of_a_year_has_words(language: str) -> None:
    words = Templates(None).words(language)
    assert len({words.day(date.fromordinal(date(2026, 1, 1).toordinal() + n)) for n in range(365)}) == 365


def test_hours_join_days_in_a_row_and_name_single_ones() -> None:
    words = Templates(None).words("de")
    assert words.hours(Hours(mon=["08:00-12:00"], wed=["08:00-12:00"])) == "Mo 08:00–12:00, Mi 08:00–12:00"
    assert words.hours(Hours(sat=["09:00-10:00"], sun=["09:00-10:00"])) == "Sa–So 09:00–10:00"
    assert (
        words.hours(Hours(mon=["13:00-14:00", "08:00-09:00", "10:00-11:00"]))
        == "Mo 08:00–09:00, 10:00–11:00 und 13:00–14:00"
    )


def test_no_hours_are_no_words() -> None:
    words = Templates(None).words("de")
    assert words.hours(None) is None
    assert words.hours(Hours()) is None


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"Montag", ', "", "a list of 7 names is needed"),
        ('conjunction = "und"\n', "", "conjunction"),
        ("{weekday}, ", "{wochentag}, ", "'wochentag' is missing, or no pattern has such a place"),
        ('praise = "Lob"\n', "", "praise"),
        ("[categories]", "extra = 1\n[categories]", "extra"),
        ("weekdays = [", "weekdays = ", "is not TOML"),
        ("{start}", "{start.x.y}", "x"),
    ],
)
def test_a_mistake_is_named_with_its_file(old: str, new: str, complaint: str) -> None:
    broken = GERMAN.replace(old, new)
    assert broken != GERMAN
    with pytest.raises(TemplateError, match=complaint) as caught:
        read(broken, "ack/de/words.toml")
    assert str(caught.value).startswith("ack/de/words.toml: ")
