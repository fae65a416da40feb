"""Shared by all tests: a configuration, a store on a temporary SQLite file, a clock that stands still."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from daemon import config as configuration
from daemon import learning
from daemon.config import Config
from daemon.store import Store
from tests.values import StillClock, raw_config

settings.register_profile("dev", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def model() -> Path:
    """A state folder with the model of the shipped corpus: the user's cache, filled once however many workers test."""
    state = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anliegen"
    state.mkdir(parents=True, exist_ok=True)
    config = configuration.parse(raw_config(worker={"state_folder": str(state)}), state)
    with (state / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        learning.classifier(config)
    return state


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return configuration.parse(raw_config(), tmp_path)


@pytest.fixture
def make_config(tmp_path: Path) -> Any:
    """`make_config(smtp={...})`: the small configuration with whole tables replaced or updated."""

    def make(**tables: Any) -> Config:
        return configuration.parse(raw_config(**tables), tmp_path)

    return make


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    opened = Store.open(config)
    opened.database.migrate()
    yield opened
    opened.close()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()
