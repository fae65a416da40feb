"""Working days, promises and opening hours, at the edges where calendars go wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from daemon.calendar import Calendar
from daemon.config import Hours, Organisation

# three patterns in one week, as a real town office keeps them
_LONG_DAY = ["08:00-12:30", "13:30-16:30"]
KLOTEN = Hours(mon=_LONG_DAY, tue=_LONG_DAY, wed=_LONG_DAY, thu=["13:30-19:00"], fri=["07:15-13:30"])
BERLIN = ZoneInfo("Europe/Berlin")


def calendar(country: str = "DE", subdivision: str | None = "HE", closed_days: tuple[str, ...] = ()) -> Calendar:
    return Calendar.of(
        Organisation(
            name="Stadt",
            timezone="Europe/Zurich" if country == "CH" else "Europe/Berlin",
            country=country,
            subdivision=subdivision,
            languages=["de"],
            closed_days=list(closed_days),
        )
    )


@pytest.mark.parametrize(
    ("country", "subdivision", "day", "free"),
    [
        ("DE", "HE", date(2026, 6, 4), True),  # Fronleichnam: Hesse
        ("DE", "BE", date(2026, 6, 4), False),  # not Berlin
        ("DE", "BE", date(2026, 3, 8), True),  # Frauentag: Berlin
        ("DE", "SN", date(2026, 11, 18), True),  # Buß- und Bettag: Saxony
        ("DE", "HE", date(2026, 11, 18), False),
        ("DE", "HE", date(2026, 10, 3), True),
        ("CH", "ZH", date(2026, 8, 1), True),
        ("CH", "ZH", date(2026, 5, 1), True),  # Zürich keeps it, Bern does not
        ("CH", "BE", date(2026, 5, 1), False),
        ("CH", "TI", date(2026, 3, 19), True),  # San Giuseppe: Ticino
        ("CH", "ZH", date(2026, 3, 19), False),
    ],
)
def test_public_holidays_are_those_of_the_land_or_canton(country: str, subdivision: str, day: date, free: bool) -> None:
    assert calendar(country, subdivision).holiday(day) is free


def test_the_town_halls_own_closed_days_count_once_or_every_year() -> None:
    own = calendar(closed_days=("12-24", "2026-05-15"))
    assert own.holiday(date(2026, 12, 24))
    assert own.holiday(date(2031, 12, 24))
    assert own.holiday(date(2026, 5, 15))
    assert not own.holiday(date(2027, 5, 15))


def test_weekends_are_no_working_days() -> None:
    days = [calendar().working_day(date(2026, 3, day)) for day in range(2, 9)]
    assert days == [True] * 5 + [False] * 2


def test_working_days_jump_over_easter() -> None:
    # Thursday before Good Friday; Easter Monday is free, too
    assert calendar().add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)


def test_no_day_added_to_a_free_day_is_the_next_working_day() -> None:
    assert calendar().add_working_days(date(2026, 4, 3), 0) == date(2026, 4, 7)
    assert calendar().add_working_days(date(2026, 4, 2), 0) == date(2026, 4, 2)


def test_the_promise_counts_from_the_day_of_receipt() -> None:
    assert calendar().due(datetime(2026, 3, 3, 9, 0, tzinfo=UTC), 10) == date(2026, 3, 17)


def test_what_arrives_after_closing_time_counts_as_received_on_the_next_working_day() -> None:
    friday = datetime(2026, 3, 6, 13, 29, tzinfo=BERLIN)
    assert calendar().due(friday, 1, KLOTEN) == date(2026, 3, 9)
    assert calendar().due(friday.replace(minute=30), 1, KLOTEN) == date(2026, 3, 10)


def test_before_opening_and_in_the_lunch_break_is_still_that_day() -> None:
    for hour in (0, 6, 13):
        assert calendar().due(datetime(2026, 3, 4, hour, 0, tzinfo=BERLIN), 1, KLOTEN) == date(2026, 3, 5)


def test_the_day_of_receipt_is_the_local_one() -> None:
    # 23:30 UTC on Thursday is Friday in Berlin
    assert calendar().due(datetime(2026, 3, 5, 23, 30, tzinfo=UTC), 1) == date(2026, 3, 9)


def test_open_at_reads_local_time_and_knows_holidays() -> None:
    assert calendar().open_at(datetime(2026, 3, 2, 7, 0, tzinfo=UTC), KLOTEN)
    assert not calendar().open_at(datetime(2026, 3, 2, 6, 59, tzinfo=UTC), KLOTEN)
    assert not calendar().open_at(datetime(2026, 4, 6, 9, 0, tzinfo=UTC), KLOTEN)  # Easter Monday


def test_next_opening_skips_nights_weekends_and_holidays() -> None:
    evening = datetime(2026, 4, 2, 18, 0, tzinfo=UTC)  # Maundy Thursday, 20:00 in Berlin
    assert calendar().next_opening(evening, KLOTEN) == datetime(2026, 4, 7, 8, 0, tzinfo=BERLIN)


def test_next_opening_across_the_change_to_summer_time_is_at_the_wall_clock() -> None:
    sunday = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    opening = calendar().next_opening(sunday, KLOTEN)
    assert opening is not None
    assert (opening.isoformat(), opening.astimezone(UTC).hour) == ("2026-03-30T08:00:00+02:00", 6)


def test_next_opening_in_the_hour_that_repeats_goes_forward() -> None:
    hours = Hours(sun=["02:30-04:00"])
    second_time_0215 = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 for the second time; 02:30 was at 00:30 UTC
    opening = calendar().next_opening(second_time_0215, hours)
    assert opening is not None
    assert opening.timestamp() > second_time_0215.timestamp()


def test_an_office_that_never_opens_has_no_next_opening() -> None:
    assert calendar().next_opening(datetime(2026, 3, 2, tzinfo=UTC), Hours()) is None


def test_closures_name_only_days_that_would_be_open() -> None:
    # Good Friday and Easter Monday; Easter Sunday is closed anyway
    assert calendar().closures(date(2026, 4, 1), 8, KLOTEN) == (date(2026, 4, 3), date(2026, 4, 6))
    assert calendar().closures(date(2026, 4, 1), 8, Hours(mon=_LONG_DAY)) == (date(2026, 4, 6),)


def test_years_are_looked_up_as_needed() -> None:
    assert calendar().holiday(date(2041, 12, 25))
