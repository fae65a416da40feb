"""The last weeks against those before: arithmetic that can be checked by hand, and sentences only where it matters."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from daemon.learning.drift import drift, first_counted, stability, z_of
from daemon.store import Store
from daemon.store.tickets import Changes
from daemon.store.weeks import Week
from tests.unit.store.test_journal import record
from tests.values import NOW, decision, raw_message

TODAY = date(2026, 3, 4)  # a Wednesday
MONDAY = date(2026, 3, 2)
USUAL = {"complaint": 60, "suggestion": 20, "praise": 10, "appointment": 20, "other": 10}


def week(back: int, **changes: Any) -> Week:
    values: dict[str, Any] = {
        "tickets": 120,
        "unsure": 24,
        "department_unsure": 30,
        "corrected": 6,
        "categories": USUAL,
    }
    return Week(MONDAY - timedelta(weeks=back), **{**values, **changes})


def weeks(**recent: Any) -> list[Week]:
    return [week(back, **(recent if back <= 4 else {})) for back in range(16, -1, -1)]


def test_the_z_test_by_hand() -> None:
    # 30 of 100 against 20 of 100: pooled 0.25, standard error sqrt(0.25 * 0.75 * 0.02) = 0.0612
    assert z_of(30, 100, 20, 100) == pytest.approx(1.633, abs=0.001)
    assert z_of(0, 50, 0, 70) == 0.0


def test_the_stability_index_by_hand() -> None:
    # (0.6 - 0.5) * ln(0.6 / 0.5) + (0.4 - 0.5) * ln(0.4 / 0.5)
    assert stability(Counter(a=6, b=4), Counter(a=5, b=5)) == pytest.approx(0.0405, abs=0.0001)
    assert stability(Counter(a=3, b=1), Counter(a=75, b=25)) == 0.0
    assert stability(Counter(a=10), Counter(a=5, b=5)) > 1


def test_weeks_as_usual_say_nothing() -> None:
    assert drift(weeks(), TODAY) == []


def test_more_guesses_are_a_sentence() -> None:
    [sentence] = drift(weeks(unsure=48), TODAY)
    assert sentence.startswith("Of the tickets of the last 4 weeks 40% are ones whose category was a guess")
    assert "it were 20%" in sentence


def test_what_is_beyond_chance_but_small_is_none() -> None:
    big = [week(back, tickets=50_000, unsure=5_000 + (500 if 1 <= back <= 4 else 0)) for back in range(17)]
    assert drift(big, TODAY) == []


def test_a_new_mix_is_a_sentence() -> None:
    [sentence] = drift(weeks(categories={**USUAL, "complaint": 30, "suggestion": 10, "other": 50}), TODAY)
    assert "other most, 42% instead of 8%" in sentence


def test_the_week_that_is_not_over_does_not_count() -> None:
    assert drift([*weeks()[:-1], week(0, unsure=120)], TODAY) == []


def test_few_tickets_say_nothing() -> None:
    few = [week(back, tickets=20, unsure=20 if back <= 4 else 0) for back in range(17)]
    assert drift(few, TODAY) == []


def test_weeks_are_counted_from_tickets_with_what_was_a_guess_at_first(store: Store) -> None:
    zone = ZoneInfo("Europe/Berlin")
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # Monday already in Berlin
    guess = decision(unsure=True, department_unsure=True)
    store.journal.record(
        [
            record(1, "2026-000001", decision=guess),
            record(2, "2026-000002", decision=guess),
            record(3, "2026-000003", raw=raw_message(b"x", 3, late)),
            record(4, "2026-000004", raw=raw_message(b"x", 4, late - timedelta(hours=1))),
        ],
        NOW,
    )
    store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "erika")
    store.tickets.change("2026-000002", Changes(category="complaint"), None, [], NOW, "erika")  # as it was
    store.weeks.count(first_counted(TODAY, zone, []), zone)
    before, now = store.weeks.all()
    assert before == Week(MONDAY - timedelta(weeks=1), 1, 0, 0, 0, {"complaint": 1})
    assert now == Week(MONDAY, 3, 2, 2, 1, {"praise": 1, "complaint": 2})
    store.weeks.count(first_counted(TODAY, zone, store.weeks.all()), zone)
    assert store.weeks.all() == [before, now]
