"""Servers for the integration tests."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from daemon import config as configuration
from daemon import learning
from tests.dovecot import Dovecot
from tests.installation import Installation
from tests.smtp import SmtpServer
from tests.values import raw_config


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of this test's own, with one user, `post`. It starts in less than a tenth of a second."""
    with Dovecot() as server:
        yield server


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
async def smtp() -> AsyncIterator[SmtpServer]:
    """An SMTP server of this test's own that accepts everything."""
    async with SmtpServer() as server:
        yield server


@pytest.fixture
def installation(tmp_path: Path, dovecot: Dovecot, smtp: SmtpServer, model: Path) -> Installation:
    """The daemon between this test's Dovecot and SMTP server."""
    return Installation.between(tmp_path, dovecot, smtp, model)
