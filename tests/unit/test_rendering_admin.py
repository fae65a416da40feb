"""What the administrator reads: the warning and the daily mail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from daemon.model import Address
from daemon.rendering import AlarmFacts, DailyFacts, LateTicket, PausedDoor, WithheldTicket, read
from tests.rendering import renderer
from tests.values import NOW

TO = Address("", "admin@musterlingen.example")
LATE = LateTicket("2026-000123", NOW + timedelta(hours=5), "451 4.7.1 later")
PAUSED = PausedDoor("smtp", NOW, 12, "connection refused")
WITHHELD = WithheldTicket("2026-000124", NOW, "list_unsubscribe", "RFC 2369 §3")
LANGUAGES = ("de", "en", "fr", "it")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_warning_names_what_waits_until_when_and_why(language: str) -> None:
    found = read(
        renderer(organisation={"languages": [language]}).alarm(AlarmFacts(TO, "<a@b>", NOW, (LATE,), (PAUSED,)))
    )
    for word in (
        "2026-000123",
        "15:00" if language != "fr" else "15 h 00",
        "451 4.7.1 later",
        "smtp",
        "12",
        "connection refused",
    ):
        assert word in found.text.replace("\u00a0", " ")
    assert "anliegen outbox list" in found.text
    assert "1 " in found.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_warning_about_a_closed_door_alone_speaks_of_no_ticket(language: str) -> None:
    found = read(renderer(organisation={"languages": [language]}).alarm(AlarmFacts(TO, "<a@b>", NOW, (), (PAUSED,))))
    assert "smtp" in found.text
    assert "2026-" not in found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_daily_mail_lists_what_a_person_should_look_at(language: str) -> None:
    facts = DailyFacts(TO, "<a@b>", NOW, 40, 38, 51, 52, 53, (WITHHELD,), (PAUSED,), (LATE,), ("2026-000125",))
    found = read(renderer(organisation={"languages": [language]}).daily(facts))
    for word in (
        "40",
        "38",
        "51",
        "52",
        "53",
        "2026-000123",
        "2026-000124",
        "2026-000125",
        "list_unsubscribe",
        "RFC 2369 §3",
        "smtp",
    ):
        assert word in found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quiet_day_says_so(language: str) -> None:
    texts = renderer(organisation={"languages": [language]})
    quiet = read(texts.daily(DailyFacts(TO, "<a@b>", NOW, 40, 40)))
    busy = read(texts.daily(DailyFacts(TO, "<a@b>", NOW, 40, 39, withheld=(WITHHELD,))))
    assert len(quiet.text.strip().splitlines()) == 3
    assert quiet.subject != busy.subject


def test_mail_to_the_administrator_is_marked_as_automatic() -> None:
    for data in (
        renderer().alarm(AlarmFacts(TO, "<a@b>", NOW, (LATE,))),
        renderer().daily(DailyFacts(TO, "<a@b>", NOW)),
    ):
        fields = dict(read(data).headers)
        assert fields["Auto-Submitted"] == "auto-generated"
        assert fields["X-Auto-Response-Suppress"] == "All"
        assert fields["To"] == "admin@musterlingen.example"


def test_a_list_without_end_is_cut() -> None:
    text = read(renderer().daily(DailyFacts(TO, "<a@b>", NOW, withheld=(WITHHELD,) * 5000))).text
    assert text.count("2026-000124") == 200


def test_a_servers_words_cannot_add_lines() -> None:
    late = LateTicket("2026-000123", NOW, "451 a\r\n- 2026-999999, faked")
    assert "\n- 2026-999999" not in read(renderer().alarm(AlarmFacts(TO, "<a@b>", NOW, (late,)))).text
