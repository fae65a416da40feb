"""What a batch needs to know of the past, each in one statement for the whole batch."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from daemon.model import DeliveryStatus, Issued, Seen, TicketRef, TicketStatus
from daemon.tables import DeliveryRow, MessageRow, TicketRow


def seen(session: Session, fingerprints: Collection[str]) -> dict[str, Seen]:
    query = (
        select(MessageRow.fingerprint, func.min(MessageRow.id), func.min(MessageRow.ticket_id))
        .where(col(MessageRow.fingerprint).in_(fingerprints))
        .group_by(MessageRow.fingerprint)
    )
    return {print_: Seen(message_id or 0, ticket_id) for print_, message_id, ticket_id in session.exec(query)}


def issued(session: Session, message_ids: Collection[str]) -> dict[str, Issued]:
    """Mail to the administrator belongs to no ticket: its id is then 0."""
    query = (
        select(DeliveryRow, TicketRow.number)
        .join(TicketRow, col(TicketRow.id) == col(DeliveryRow.ticket_id), isouter=True)
        .where(col(DeliveryRow.mail_message_id).in_(message_ids))
        .options(defer(DeliveryRow.data))  # type: ignore[arg-type]
    )
    return {
        row.mail_message_id or "": Issued(row.id or 0, row.ticket_id or 0, number or "", row.target, row.address)
        for row, number in session.exec(query)
    }


def tickets(session: Session, numbers: Collection[str], ids: Collection[int]) -> dict[str, TicketRef]:
    query = select(TicketRow).where(col(TicketRow.number).in_(numbers) | col(TicketRow.id).in_(ids))
    return {
        row.number: TicketRef(row.id or 0, row.number, row.from_address or "", TicketStatus(row.status), row.queue)
        for row in session.exec(query)
    }


def _acknowledgements() -> ColumnElement[bool]:
    """Those that went out or will; what came back went out, too."""
    silent = (DeliveryStatus.WITHHELD, DeliveryStatus.REFUSED)
    return (col(DeliveryRow.target) == "acknowledgement") & (
        col(DeliveryRow.status).not_in(silent) | col(DeliveryRow.bounced_at).is_not(None)
    )


def acks_to(session: Session, addresses: Collection[str], since: datetime) -> dict[str, int]:
    query = (
        select(func.lower(DeliveryRow.address), func.count())
        .where(_acknowledgements(), DeliveryRow.created_at > since, func.lower(DeliveryRow.address).in_(addresses))
        .group_by(func.lower(DeliveryRow.address))
    )
    return dict(session.exec(query).all())


def acks_on(session: Session, tickets: Collection[int], since: datetime) -> dict[int, int]:
    query = (
        select(DeliveryRow.ticket_id, func.count())
        .where(_acknowledgements(), DeliveryRow.created_at > since, col(DeliveryRow.ticket_id).in_(tickets))
        .group_by(col(DeliveryRow.ticket_id))
    )
    return {ticket_id: count for ticket_id, count in session.exec(query) if ticket_id is not None}


def acks_since(session: Session, since: datetime) -> int:
    """Those due since then, and those that wait for a later hour."""
    # naming every status lets the index (status, not_before) answer
    later = col(DeliveryRow.status).in_(DeliveryStatus) & (col(DeliveryRow.not_before) > since)
    planned = (col(DeliveryRow.created_at) > since) | later
    return session.exec(select(func.count()).select_from(DeliveryRow).where(_acknowledgements(), planned)).one()


def bounced(session: Session, addresses: Collection[str], since: datetime) -> frozenset[str]:
    """Addresses that are no good (RFC 3463 §3.2); 5.1.7 and 5.1.8 speak of our own address, not of theirs."""
    query = select(func.lower(DeliveryRow.address)).where(
        col(DeliveryRow.bounced_at) > since,
        or_(col(DeliveryRow.bounce_status).startswith("5.1."), col(DeliveryRow.bounce_status) == "5.2.1"),
        col(DeliveryRow.bounce_status).not_in(("5.1.7", "5.1.8")),
        func.lower(DeliveryRow.address).in_(addresses),
    )
    return frozenset(session.exec(query))
