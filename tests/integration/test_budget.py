"""What a hundred mails may cost, in things that can be counted: statements, commands, connections. Never in time.

A number that grows here grows the bill of everybody who runs this: raise a limit only with a reason.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import sqlalchemy

from daemon import config as configuration
from daemon import service
from daemon.app import App
from daemon.imap.client import _Wire
from tests.dovecot import Dovecot, message
from tests.installation import Installation
from tests.smtp import SmtpServer

MAILS = 100

#: What may be counted for a hundred mails, the start and its migrations included. How many deliveries share a commit is
#: chance: the limits of the database are those of none sharing; the others are what the way of a message needs.
BUDGET = {
    "SQL statements": 950,
    "SQL transactions": 260,
    "IMAP commands": 18,
    "SMTP connections": 5,
}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts every IMAP command of this process; the rest is counted where it happens."""
    found: Counter[str] = Counter()
    command: Any = getattr(_Wire, "_command")  # noqa: B009 imaplib has no types for it

    def counting(wire: _Wire, name: str, *arguments: Any) -> Any:
        found["IMAP commands"] += 1
        return command(wire, name, *arguments)

    monkeypatch.setattr(_Wire, "_command", counting)
    return found


async def test_a_hundred_mails_cost_no_more_than_they_may(
    installation: Installation, dovecot: Dovecot, smtp: SmtpServer, counted: Counter[str]
) -> None:
    dovecot.deliver_all(_mails())
    app = App(installation.path, configuration.load(installation.path))
    _count_statements(app, counted)
    assert await service.run_once(app) == 0
    assert len(smtp.messages) >= MAILS
    counted["SMTP connections"] = smtp.connections
    assert set(counted) == set(BUDGET)
    assert {name: counted[name] for name, most in BUDGET.items() if counted[name] > most} == {}


def _mails() -> list[bytes]:
    return [
        message(number, f"Die Laterne Nummer {number} ist kaputt.").replace(b"erika@", b"erika%d@" % number)
        for number in range(MAILS)
    ]


def _count_statements(app: App, counted: Counter[str]) -> None:
    def statement(*_: Any) -> None:
        counted["SQL statements"] += 1

    def commit(_: Any) -> None:
        counted["SQL transactions"] += 1

    sqlalchemy.event.listen(app.store.database.engine, "before_cursor_execute", statement)
    sqlalchemy.event.listen(app.store.database.engine, "commit", commit)
