"""Servers for the integration tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dovecot import Dovecot


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of this test's own, with one user, `post`. It starts in less than a tenth of a second."""
    with Dovecot() as server:
        yield server
