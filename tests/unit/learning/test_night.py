"""When the nights' jobs are due."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest

from daemon.schedule import JOBS
from tests.values import NOW


@pytest.mark.parametrize("name", ["retrain", "weeks"])
def test_the_hour_is_the_organisation_s(make_config: Any, name: str) -> None:
    [job] = [job for job in JOBS if job.name == name]
    config = make_config(classification={"retrain_at": time(4, 30)})
    due = job.when(config).get_next_fire_time(None, NOW)
    assert due is not None
    assert due.astimezone(config.organisation.zone).isoformat() == "2026-03-04T04:30:00+01:00"
