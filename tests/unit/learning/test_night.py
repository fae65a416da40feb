"""When the nights' jobs are due."""

from __future__ import annotations

import logging
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from daemon import learning
from daemon.lane import Lane
from daemon.schedule import JOBS
from daemon.store import Store
from tests.unit.store.test_journal import record
from tests.values import NOW, StillClock, decision, raw_message


@pytest.mark.parametrize("name", ["retrain", "weeks"])
def test_the_hour_is_the_organisation_s(make_config: Any, name: str) -> None:
    [job] = [job for job in JOBS if job.name == name]
    config = make_config(classification={"retrain_at": time(4, 30)})
    due = job.when(config).get_next_fire_time(None, NOW)
    assert due is not None
    assert due.astimezone(config.organisation.zone).isoformat() == "2026-03-04T04:30:00+01:00"


async def test_the_night_counts_the_weeks_and_says_what_differs(
    store: Store, make_config: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Sixteen weeks of thirty tickets each; in the last four every category is a guess."""
    for week in range(1, 17):
        received = NOW - timedelta(weeks=week)
        uids = [week * 100 + number for number in range(30)]
        guess = decision(unsure=week <= 4)
        store.journal.record(
            [record(uid, f"n{uid}", raw=raw_message(b"x", uid, received), decision=guess) for uid in uids], NOW
        )
    database = Lane("database")
    app: Any = SimpleNamespace(store=store, database=database, config=make_config(), clock=StillClock())
    with caplog.at_level(logging.WARNING):
        await learning.count(app)
    database.close()
    assert "Of the tickets of the last 4 weeks 100% are ones whose category was a guess" in caplog.text
    assert len(store.weeks.all()) == 16
