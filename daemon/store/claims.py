"""The statements that the outbox lives by: which deliveries are due, what a claim holds, how it ends.

Those that every delivery needs are put together once, which takes longer than they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import UpdateBase, bindparam, func, update
from sqlalchemy.orm import defer
from sqlalchemy.orm.interfaces import LoaderOption
from sqlmodel import Session, col, delete, select

from daemon.model import Claimed, DeliveryStatus
from daemon.store.rows import table
from daemon.tables import DeliveryRow, MessageBytes, MessageRow, PauseRow, TicketRow

#: Octets from which on a delivery is large: of those one at a time is on its way (decision 0121).
LARGE = 8_000_000

#: What somebody waits for by the clock: the citizen, and the administrator who has to be told in time.
PROMISED = ("acknowledgement", "alarm")


@cache
def mark_sending() -> UpdateBase:
    """Those of the claims that are still ours, by number."""
    columns = table(DeliveryRow).c
    mine = update(table(DeliveryRow)).where(
        columns.id.in_(bindparam("these", expanding=True)),
        columns.claimed_by == bindparam("this_worker"),
        columns.status == DeliveryStatus.CLAIMED,
        columns.claimed_until > bindparam("this_moment"),
    )
    sending = mine.values(status=DeliveryStatus.SENDING, at=bindparam("this_at"), claimed_until=bindparam("this_until"))
    return sending.returning(columns.id)


@cache
def mark_sent(keep: bool) -> UpdateBase:
    """One delivery; `keep`: with its octets."""
    columns = table(DeliveryRow).c
    mark = update(table(DeliveryRow)).where(columns.id == bindparam("this"))
    done = {"status": DeliveryStatus.SENT, "at": bindparam("this_at"), "why": bindparam("this_remark")}
    free = {"claimed_by": None, "claimed_until": None} | ({} if keep else {"data": None})
    return mark.values(**done, **free, attempts=columns.attempts + 1)


@cache
def end_pauses() -> UpdateBase:
    """Of the doors of these deliveries."""
    columns, doors = table(DeliveryRow).c, table(PauseRow).c.door
    through = select(columns.door).where(columns.id.in_(bindparam("these", expanding=True)))
    return delete(table(PauseRow)).where(doors.in_(through))


def unread() -> LoaderOption:
    """The octets are read where they are sent, and nowhere else: a message may have many megabytes."""
    return defer(DeliveryRow.data)  # type: ignore[arg-type]


def due(session: Session, now: datetime, count: int, large: bool) -> Iterable[tuple[DeliveryRow, str | None, int]]:
    """Deliveries that may go out, each with its ticket's number and its octets: its own, or those of its message. What
    is promised comes first, so that it never waits behind ten thousand forwards of one sender (decision 0143); then the oldest."""
    paused = select(PauseRow.door).where(PauseRow.until > now)
    original = select(MessageRow.size).where(MessageRow.id == DeliveryRow.message_id).scalar_subquery()
    size = func.coalesce(func.nullif(DeliveryRow.size, 0), original, 0)
    query = (
        select(DeliveryRow, TicketRow.number, size)
        .join(TicketRow, col(TicketRow.id) == col(DeliveryRow.ticket_id), isouter=True)
        .where(
            col(DeliveryRow.status).in_((DeliveryStatus.WAITING, DeliveryStatus.IN_DOUBT)),
            col(DeliveryRow.not_before) <= now,
            col(DeliveryRow.door).not_in(paused),
        )
        .order_by(col(DeliveryRow.not_before), col(DeliveryRow.id))
        .with_for_update(skip_locked=True, of=DeliveryRow)
        .options(unread())
    )
    promised = col(DeliveryRow.target).in_(PROMISED)
    query = query if large else query.where(size <= LARGE)
    first = session.exec(query.where(promised).limit(count)).all()
    rest = session.exec(query.where(~promised).limit(count - len(first))).all() if len(first) < count else ()
    return [*first, *rest]


def claimed(session: Session, chosen: Sequence[tuple[DeliveryRow, str | None, int]]) -> list[Claimed]:
    """What was chosen with its octets: a delivery's own, else those of the message that it hands on."""
    ids = [row.id for row, _, _ in chosen]
    own = dict(session.exec(select(DeliveryRow.id, DeliveryRow.data).where(col(DeliveryRow.id).in_(ids))).all())
    handed_on = [row.message_id for row, _, _ in chosen if own[row.id] is None]
    originals = select(MessageBytes.message_id, MessageBytes.data).where(col(MessageBytes.message_id).in_(handed_on))
    kept = dict(session.exec(originals).all()) if handed_on else {}
    return [
        Claimed(
            id=row.id or 0,
            ticket=number,
            target=row.target,
            address=row.address,
            message_id=row.mail_message_id or "",
            data=own[row.id] or kept.get(row.message_id or 0, b""),
            envelope_from=row.envelope_from,
            attempts=row.attempts,
            was_in_doubt=row.doubts > 0,
            door=row.door,
            size=size,
        )
        for row, number, size in chosen
    ]
