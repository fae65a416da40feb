"""What came in, message by message, as it was recorded: of every kind, with the ticket it belongs to.

Reading only. `tickets` shows matters, this shows messages; what the daemon could not read is here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from daemon.store.database import Database
from daemon.tables import MessageRow, TicketRow


@dataclass(frozen=True, slots=True)
class Arrival:
    """One recorded message. `ticket` is the number of the ticket it opened or joined, None for those aside."""

    id: int
    sha256: str
    message_id: str | None
    kind: str
    role: str
    signal: str | None
    signal_rule: str | None
    received_at: datetime
    settled: bool
    ticket: str | None


def arrivals(database: Database, after: int = 0) -> list[Arrival]:
    """Messages recorded after the one with that id, oldest first. Raises `StoreError`."""
    query = (
        select(MessageRow, TicketRow.number)
        .outerjoin(TicketRow, col(TicketRow.id) == col(MessageRow.ticket_id))
        .where(col(MessageRow.id) > after)
        .order_by(col(MessageRow.id))
    )
    with database.transaction() as session:
        return [
            Arrival(
                row.id or 0,
                row.sha256,
                row.message_id,
                row.kind,
                row.role,
                row.signal,
                row.signal_rule,
                row.received_at,
                row.settled_at is not None,
                number,
            )
            for row, number in session.exec(query)
        ]
