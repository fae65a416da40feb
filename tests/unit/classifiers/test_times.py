"""Appointment wishes: the words, and the moments where there is no doubt."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from classifiers import requested_times

ZONE = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 13, 9, 0, tzinfo=UTC)
CORPUS = Path(__file__).resolve().parents[3] / "classifiers" / "corpus"


def said(text: str, now: datetime = MONDAY) -> list[tuple[str, str | None, str | None]]:
    found = requested_times(text, now, ZONE)
    return [(words, start and start.isoformat(), end and end.isoformat()) for words, start, end in found]


@pytest.mark.parametrize(
    ("wish", "start", "end"),
    [
        ("14.3. um 9 Uhr", "2026-03-14T09:00:00+01:00", None),
        ("Donnerstagnachmittag", "2026-03-12T12:00:00+01:00", "2026-03-12T18:00:00+01:00"),
        ("KW 14", "2026-03-30T00:00:00+02:00", "2026-04-06T00:00:00+02:00"),
        ("Freitag ab 14 Uhr", "2026-03-13T14:00:00+01:00", None),
        ("Freitag vor 10 Uhr", None, "2026-03-13T10:00:00+01:00"),
        ("morgen um halb drei", "2026-03-10T14:30:00+01:00", None),
        ("morgen um 10", "2026-03-10T10:00:00+01:00", None),
        ("übermorgen", "2026-03-11T00:00:00+01:00", "2026-03-12T00:00:00+01:00"),
        ("12. Mai 2026 zwischen 9 und 11 Uhr", "2026-05-12T09:00:00+02:00", "2026-05-12T11:00:00+02:00"),
        ("kommenden Freitag vormittags", "2026-03-13T08:00:00+01:00", "2026-03-13T12:00:00+01:00"),
        ("kommende Woche", "2026-03-16T00:00:00+01:00", "2026-03-23T00:00:00+01:00"),
        ("zwischen dem 4. und dem 8. Mai", "2026-05-04T00:00:00+02:00", "2026-05-09T00:00:00+02:00"),
        ("Donnerstag, 5.2., 8.00 Uhr", None, None),  # the next 5 February is a Friday
        ("3.1.", "2027-01-03T00:00:00+01:00", "2027-01-04T00:00:00+01:00"),
        ("Ende nächster Woche", None, None),
        ("nach den Herbstferien", None, None),
        ("31.2.", None, None),
    ],
)
def test_german(wish: str, start: str | None, end: str | None) -> None:
    assert said(f"Guten Tag, hätten Sie {wish} einen Termin für mich frei?") == [(wish, start, end)]


def test_next_wednesday_is_certain_only_where_both_readings_agree() -> None:
    wish = "Passt es nächsten Mittwoch um halb drei bei Ihnen?"
    assert said(wish, FRIDAY) == [("nächsten Mittwoch um halb drei", "2026-03-18T14:30:00+01:00", None)]
    assert said(wish, MONDAY) == [("nächsten Mittwoch um halb drei", None, None)]


def test_two_wishes() -> None:
    text = "Ich könnte der 14.3. um 9 Uhr oder Donnerstagnachmittag vorbeikommen."
    assert [words for words, _, _ in said(text)] == ["14.3. um 9 Uhr", "Donnerstagnachmittag"]


def test_days_that_share_a_month() -> None:
    found = said("Am liebsten am 24. oder 25. Oktober, wenn es bei Ihnen geht.")
    assert [start for _, start, _ in found] == ["2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00"]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Could I come to your office tomorrow at 2 pm, please?", "2026-03-10T14:00:00+01:00"),
        ("Pourrais-je passer à votre bureau vendredi à 10 h ?", "2026-03-13T10:00:00+01:00"),
        ("Buongiorno, potrei passare da voi domani alle 9?", "2026-03-10T09:00:00+01:00"),
    ],
)
def test_other_languages(text: str, start: str) -> None:
    assert [begin for _, begin, _ in said(text)] == [start]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Guten Morgen, ich brauche einen Termin.",
        "Ihr Schreiben vom 14.3. habe ich erhalten, bitte um einen Termin.",
        "> Am 28.04. schrieb das Amt: Termin um 9 Uhr\nDas ist mir recht.",
        "Ich kann am Mittwoch leider nicht kommen.",
        "Meine Telefonnummer ist 0171 22.33.44, die Hausnummer 12.",
    ],
)
def test_no_wish(text: str) -> None:
    assert said(text) == []


def test_summer_time_begins_within_the_wish() -> None:
    assert said("Geht bei Ihnen Sonntag, 29.3.?")[0][1:] == ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00")


def test_most_expressions_of_the_corpus_are_found_and_few_others() -> None:
    wanted, found, strangers, hits = 0, 0, 0, 0
    for file in ("t4", "t7"):
        for line in (CORPUS / f"{file}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["category"] != "appointment" or row["lang"] not in ("de", "gsw", "en", "fr", "it"):
                continue
            got = [words.lower() for words, _, _ in said(f"{row['subject']}\n{row['body']}")]
            named = [words.lower() for words in row["requested_times"]]
            wanted, found = wanted + len(named), found + len(got)
            hits += sum(any(words in each or each in words for each in got) for words in named)
            strangers += sum(not any(words in each or each in words for words in named) for each in got)
    assert hits / wanted >= 0.88
    assert 1 - strangers / found >= 0.78
