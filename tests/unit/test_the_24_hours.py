"""The promise: an acknowledgement within 24 hours of arrival. What was promised is kept, or somebody was told before.

The real intake, dispatch, store and reports in `tests.flaky`'s world, whose clock is the test's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from daemon import config as configuration
from daemon import dispatch, reports, standing
from daemon.rendering import Renderer
from daemon.store import Store
from tests.flaky import Process, Town, VirtualLoop
from tests.properties.test_state_machine import mail_of
from tests.values import raw_config

FRIDAY = datetime(2026, 7, 3, 16, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


class Office:
    """The daemon with its reports, in a town."""

    def __init__(self, folder: Path, start: datetime, **tables: Any) -> None:
        slow = {"worker": {"lease_seconds": 1800}, "administrator": {"mail": "it@musterlingen.example"}, **tables}
        slow["mailbox"] = [raw_config()["mailbox"][0] | {"poll_seconds": 600}]
        self.config = configuration.parse(raw_config(**slow), folder)
        fresh = Store.open(self.config)
        fresh.database.migrate()
        fresh.close()
        self.loop = VirtualLoop()
        self.town = Town(start, self.loop)
        self.process = Process(self.town, self.config, Renderer(self.config), 1)
        self.number = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(work)

    def hours(self, hours: float) -> None:
        """Let that much time pass, with a look at what should be told every five minutes."""
        self.run(self._hours(hours))

    async def _hours(self, hours: float) -> None:
        reporting = asyncio.create_task(self._report())
        await self.process.live(hours * 3600)
        assert not self.process.dead
        reporting.cancel()

    async def _report(self) -> None:
        app: Any = SimpleNamespace(
            store=self.process.store,
            config=self.config,
            policy=self.process.intake.policy(),
            clock=self.town,
            database=self.process.database,
            dispatch=self.process.dispatch,
        )
        while True:
            await reports.warn(app)
            await asyncio.sleep(300)

    def mail(self, count: int = 1) -> None:
        for _ in range(count):
            self.number += 1
            self.town.arrive(mail_of(self.number, f"erika{self.number}@citizen.example", self.town.now()))

    def acknowledged(self) -> dict[str, datetime]:
        """To whom, and when."""
        found = [taken for taken in self.town.taken if taken.target == "acknowledgement"]
        assert len({taken.address for taken in found}) == len(found), "somebody was answered twice"
        return {taken.address: taken.at for taken in found}

    def alarms(self) -> list[datetime]:
        return [taken.at for taken in self.town.taken if taken.target == "alarm"]

    def needs(self) -> str:
        return " ".join(standing.look(self.process.store, self.config, self.town.now()).needs)


@pytest.fixture
def offices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(dispatch, "LONGEST_SLEEP", 900.0)  # hours without news pass quickly
    opened: list[Office] = []

    def make(start: datetime, **tables: Any) -> Office:
        opened.append(Office(tmp_path, start, **tables))
        return opened[-1]

    yield make
    for office in opened:
        office.run(office.process.end())
        office.loop.close()
        asyncio.set_event_loop(None)


def test_a_mail_server_that_is_down_for_23_hours_keeps_nobody_waiting_longer(
    offices: Any, caplog: pytest.LogCaptureFixture
) -> None:
    office = offices(FRIDAY)
    office.town.smtp_down = "greeting"
    office.mail(3)
    office.hours(0.5)
    assert "[shut]" in caplog.text and "smtp" in office.needs()
    office.hours(22.5)
    assert office.acknowledged() == {}
    assert "due soon or late" in office.needs()
    office.town.heal()
    office.hours(1)
    assert len(office.acknowledged()) == 3
    assert max(office.acknowledged().values()) <= FRIDAY + DAY
    assert "smtp" not in office.needs()


def test_an_outage_over_the_weekend_is_told_at_once_and_made_up_for(
    offices: Any, caplog: pytest.LogCaptureFixture
) -> None:
    office = offices(FRIDAY)
    office.hours(0.1)
    office.town.smtp_down, office.town.imap_down = "greeting", True
    office.mail(2)
    office.hours(0.5)
    told = [record.getMessage() for record in caplog.records if "[shut]" in record.getMessage()]
    assert any("mailbox:buergerpost" in line for line in told)
    assert "cannot be read" in office.needs()
    office.hours(60)
    assert office.acknowledged() == {}
    office.town.heal()
    office.hours(1.5)
    assert len(office.acknowledged()) == 2
    assert len(office.alarms()) >= 1  # the mail about it could go out only now; log and status said it before
    assert "cannot be read" not in office.needs()


def test_a_password_that_expired_is_told_by_mail_within_minutes_and_once(offices: Any) -> None:
    office = offices(FRIDAY)
    office.hours(0.1)
    office.town.imap_down = True
    office.mail()
    began = office.town.now()
    office.hours(12)
    [told] = office.alarms()
    assert told - began < timedelta(minutes=30)
    office.town.heal()
    office.hours(1)
    assert len(office.acknowledged()) == 1
    assert max(office.acknowledged().values()) <= began + DAY


def test_a_login_refused_by_the_smtp_server_for_a_day_is_warned_of_before_the_time_is_over(
    offices: Any, caplog: pytest.LogCaptureFixture
) -> None:
    office = offices(FRIDAY)
    office.town.smtp_down = "greeting"  # 535 pauses the door just so
    office.mail()
    with caplog.at_level(logging.WARNING):
        office.hours(19)
    assert "[late] Not acknowledged yet." in caplog.text
    office.hours(6)
    office.town.heal()
    office.hours(1.5)
    assert len(office.acknowledged()) == 1


@pytest.mark.parametrize(
    "start",
    [datetime(2026, 3, 28, 12, 0, tzinfo=UTC), datetime(2026, 10, 24, 12, 0, tzinfo=UTC)],
    ids=["spring", "autumn"],
)
def test_a_day_of_23_or_25_hours_has_24_all_the_same(offices: Any, start: datetime) -> None:
    office = offices(start)
    office.town.smtp_down = "greeting"
    office.mail()
    office.hours(0.1)
    [late] = office.process.store.watch.late(start + DAY + timedelta(seconds=1))
    assert late.deadline == start + DAY
    office.hours(17.5)
    assert "due soon" not in office.needs()
    office.hours(1)
    assert "due soon" in office.needs()


def test_the_hourly_cap_delays_and_everybody_is_answered_in_time(offices: Any) -> None:
    office = offices(FRIDAY, acknowledgement={"per_hour": 5})
    office.mail(20)
    office.hours(23.5)
    sent = office.acknowledged()
    assert len(sent) == 20
    assert max(sent.values()) <= FRIDAY + DAY
    assert office.alarms(), "the administrator was not told that acknowledgements are delayed"


def test_a_daemon_that_was_off_all_night_answers_in_time(offices: Any) -> None:
    office = offices(FRIDAY)
    office.mail(2)
    office.town.jumped += timedelta(hours=14)
    office.hours(0.1)
    assert len(office.acknowledged()) == 2
    assert max(office.acknowledged().values()) <= FRIDAY + DAY
