"""Messages that were set aside: lists, spam, machines' mail about nothing of ours. A person may think otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from daemon.model import Role
from daemon.store.database import Database
from daemon.tables import MessageBytes, MessageRow


@dataclass(frozen=True, slots=True)
class SetAside:
    """One of them: its row and, while they are kept, its octets."""

    row: MessageRow
    data: bytes | None


class Aside:
    """Reading what was set aside; `journal.replace` makes one a ticket."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def all(self, since: datetime | None, kinds: Collection[str] = ()) -> list[MessageRow]:
        """Messages set aside since then, oldest first."""
        query = (
            select(MessageRow)
            .where(MessageRow.role == Role.ASIDE)
            .order_by(col(MessageRow.received_at), col(MessageRow.id))
        )
        if since is not None:
            query = query.where(col(MessageRow.received_at) >= since)
        if kinds:
            query = query.where(col(MessageRow.kind).in_(kinds))
        with self.database.transaction() as session:
            return list(session.exec(query))

    def find(self, message_id: int) -> SetAside | None:
        """One of them by its id; None where it is none, or no longer one."""
        with self.database.transaction() as session:
            row = session.get(MessageRow, message_id)
            if row is None or row.role != Role.ASIDE:
                return None
            kept = session.get(MessageBytes, message_id)
            return SetAside(row, kept.data if kept else None)
