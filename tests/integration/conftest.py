"""Servers for the integration tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.dovecot import Dovecot
from tests.installation import Installation
from tests.smtp import SmtpServer


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of this test's own, with one user, `post`. It starts in less than a tenth of a second."""
    with Dovecot() as server:
        yield server


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    """An SMTP server of this test's own that accepts everything."""
    async with SmtpServer() as server:
        yield server


@pytest.fixture
def installation(tmp_path: Path, dovecot: Dovecot, smtp: SmtpServer, model: Path) -> Installation:
    """The daemon between this test's Dovecot and SMTP server."""
    return Installation.between(tmp_path, dovecot, smtp, model)
