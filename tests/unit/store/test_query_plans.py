"""No question of the daemon's day reads a table from end to end: its cost does not follow the size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy

from daemon.store import Store
from tests.grown import fill, questions

COUNT = 2_000
#: A table that grows with the years is read from end to end, or by what nearly all its rows have in common.
WALK = re.compile(
    r"SCAN (message|ticket|ticket_event|delivery)\b"
    r"|SEARCH (message|ticket|ticket_event|delivery)( USING .*\((role|target|mailbox|queue|kind|what|actor)=\?\))?$"
)


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Every statement with its parameters that reaches the database meanwhile."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        seen.append((statement, parameters[0] if many else parameters))

    sqlalchemy.event.listen(store.database.engine, "before_cursor_execute", note)
    yield seen
    sqlalchemy.event.remove(store.database.engine, "before_cursor_execute", note)


def walks(store: Store, statement: str, parameters: Any) -> list[str]:
    """The lines of its plan in which a growing table is read from end to end."""
    if statement.split()[0] not in ("SELECT", "UPDATE", "DELETE", "WITH"):
        return []
    with store.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    return [line[3] for line in plan if WALK.match(line[3])]


def test_no_table_that_grows_is_read_from_end_to_end(store: Store) -> None:
    fill(store, COUNT)
    found = {}
    for name, ask in questions(store, COUNT).items():
        with statements(store) as seen:
            ask()
        assert seen, name
        plans = {statement: walks(store, statement, parameters) for statement, parameters in seen}
        found |= {f"{name}: {statement}": lines for statement, lines in plans.items() if lines}
    assert found == {}
