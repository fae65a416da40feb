"""What the daily mail tells the administrator in figures: how much came and went, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from daemon.model import DeliveryStatus
from daemon.store.database import Database
from daemon.tables import DeliveryRow, QuarantineRow, TicketEvent, TicketRow

#: What a department gets. One that was refused is a ticket that nobody has.
FORWARDS = ("mail", "folder", "webhook")
#: Why a delivery of a message is withheld that `reconcile --repair` imported: the first word of `why`.
IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures of a day. What waits for a person now: `quarantined`; `in_doubt`; `refused`, which are those of the day,
    and to departments all that nobody has dismissed; `imported`: forwards of repaired messages that nobody let go."""

    received: int
    acknowledged: int
    quarantined: int
    refused: int
    in_doubt: int
    imported: int


class Figures:
    """Counting. Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def counts(self, since: datetime) -> Counts:
        """What the daily mail counts."""
        acknowledged = (DeliveryRow.target == "acknowledgement") & (DeliveryRow.status == DeliveryStatus.SENT)
        open_ = col(DeliveryRow.dismissed_at).is_(None)
        forward = col(DeliveryRow.target).in_(FORWARDS)
        with self.database.transaction() as session:

            def count(row: Any, *where: Any) -> int:
                return int(session.exec(select(func.count()).select_from(row).where(*where)).one())

            return Counts(
                received=count(TicketRow, TicketRow.received_at > since),
                acknowledged=count(DeliveryRow, acknowledged, DeliveryRow.at > since),
                quarantined=count(QuarantineRow, QuarantineRow.status == "waiting"),
                refused=count(
                    DeliveryRow,
                    DeliveryRow.status == DeliveryStatus.REFUSED,
                    open_,
                    forward | (col(DeliveryRow.at) > since),
                ),
                in_doubt=count(
                    DeliveryRow,
                    DeliveryRow.status == DeliveryStatus.IN_DOUBT,
                    open_,
                    col(DeliveryRow.not_before).is_(None),
                ),
                imported=count(
                    DeliveryRow,
                    DeliveryRow.status == DeliveryStatus.WITHHELD,
                    open_,
                    forward,
                    col(DeliveryRow.why).startswith(IMPORTED),
                ),
            )

    def withheld(self, since: datetime) -> list[tuple[str, datetime, str, str]]:
        """(number, received, signal, rule) of tickets opened since then whose acknowledgement is withheld still.

        What arrived before the cut-over is silent by configuration, and no person in doubt.
        """
        opened = select(TicketEvent.ticket_id).where(TicketEvent.what == "opened", TicketEvent.at > since)
        released = select(DeliveryRow.ticket_id).where(
            DeliveryRow.target == "acknowledgement",
            DeliveryRow.status != DeliveryStatus.WITHHELD,
            col(DeliveryRow.ticket_id).in_(opened),
        )
        query = (
            select(TicketRow)
            .where(
                col(TicketRow.id).in_(opened),
                col(TicketRow.id).not_in(released),
                col(TicketRow.ack_withheld).is_not(None),
                TicketRow.ack_withheld != "before_cut_over",
            )
            .order_by(col(TicketRow.id))
        )
        with self.database.transaction() as session:
            return [
                (row.number, row.received_at, row.ack_withheld or "", row.ack_withheld_rule or "")
                for row in session.exec(query)
            ]
