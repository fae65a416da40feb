"""Messages that could not be processed: they wait for a person. `journal` puts them there.

Every method is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import defer
from sqlmodel import col, select

from daemon.store.database import Database
from daemon.tables import QuarantineRow


class Quarantine:
    """Reading them, and what a person decided about them."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self, status: str | None = "waiting") -> list[QuarantineRow]:
        """Messages that could not be processed, oldest first; their octets are not read."""
        query = select(QuarantineRow).order_by(col(QuarantineRow.id)).options(defer(QuarantineRow.data))  # type: ignore[arg-type]
        if status:
            query = query.where(QuarantineRow.status == status)
        with self.database.transaction() as session:
            return list(session.exec(query))

    def find(self, number: int) -> QuarantineRow | None:
        """One of them, with its octets where the database took them."""
        with self.database.transaction() as session:
            return session.get(QuarantineRow, number)

    def mark(self, ids: Collection[int], status: str) -> list[QuarantineRow]:
        """Set the state of quarantined messages, but of those read at last; return those that have it now."""
        with self.database.transaction() as session:
            query = select(QuarantineRow).where(col(QuarantineRow.id).in_(ids), QuarantineRow.status != "retried")
            rows = list(session.exec(query.options(defer(QuarantineRow.data))))  # type: ignore[arg-type]
            for row in rows:
                row.status = status
            return rows
