"""What a person decides about single deliveries: that nothing more is to be done, that one is written anew.

Each decision is a line of the ticket's history: who, when, what. Letting a delivery go out is `Outbox.retry`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_
from sqlalchemy.orm import defer
from sqlmodel import col, select

from daemon.model import DeliveryStatus, Planned
from daemon.store.database import Database
from daemon.tables import DeliveryRow, MessageRow, TicketEvent, TicketRow

#: Deliveries that nothing but a person's word will change.
SETTLED = or_(
    col(DeliveryRow.status).in_((DeliveryStatus.REFUSED, DeliveryStatus.WITHHELD)),
    and_(col(DeliveryRow.status) == DeliveryStatus.IN_DOUBT, col(DeliveryRow.not_before).is_(None)),
)


@dataclass(frozen=True, slots=True)
class Unsent:
    """An acknowledgement that was withheld from the start: its ticket's number, and the message that it answers."""

    delivery_id: int
    number: str
    address: str
    message: MessageRow


class ByHand:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def dismiss(self, ids: Collection[int], now: datetime, actor: str) -> list[int]:
        """Nothing more is to be done about these; return those that wait for nothing but a person's word."""
        query = select(DeliveryRow).where(col(DeliveryRow.id).in_(ids), SETTLED).with_for_update()
        with self.database.transaction() as session:
            rows = session.exec(query.options(defer(DeliveryRow.data))).all()  # type: ignore[arg-type]
            for row in (row for row in rows if row.dismissed_at is None):
                row.dismissed_at = now
                if row.ticket_id is not None:
                    told = TicketEvent(ticket_id=row.ticket_id, at=now, actor=actor, what=row.target)
                    told.old, told.new = row.status, "dismissed"
                    session.add(told)
            return [row.id for row in rows if row.id is not None]

    def unsent(self, ids: Collection[int]) -> list[Unsent]:
        """The withheld acknowledgements among these: not one octet of them ever left."""
        query = (
            select(DeliveryRow.id, TicketRow.number, DeliveryRow.address, MessageRow)
            .join(TicketRow, col(TicketRow.id) == col(DeliveryRow.ticket_id))
            .join(MessageRow, col(MessageRow.id) == col(DeliveryRow.message_id))
            .where(
                col(DeliveryRow.id).in_(ids),
                DeliveryRow.target == "acknowledgement",
                DeliveryRow.status == DeliveryStatus.WITHHELD,
                DeliveryRow.attempts == 0,
            )
        )
        with self.database.transaction() as session:
            return [Unsent(key or 0, number, address, row) for key, number, address, row in session.exec(query)]

    def rewrite(self, delivery_id: int, planned: Planned) -> None:
        """Put new octets in place of those that never left; nothing where they are no longer withheld."""
        with self.database.transaction() as session:
            row = session.get(DeliveryRow, delivery_id, with_for_update=True)
            if row is not None and row.status == DeliveryStatus.WITHHELD and row.attempts == 0:
                row.data, row.size = planned.data, len(planned.data or b"")
                row.mail_message_id, row.envelope_from = planned.message_id, planned.envelope_from
