"""A batch of records into its tables: all rows of one kind by one statement, in the caller's transaction.

The cost of a statement is the library's, not the database's (decision 0110): fifty messages are written by as
many statements as one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, update
from sqlmodel import Session, col, delete

from daemon.model import BounceNews, DeliveryStatus, MessageKey, Record, Role, TicketStatus
from daemon.store import lookups, rows
from daemon.tables import AttemptRow, DeliveryRow, MessageBytes, MessageRow, QuarantineRow, TicketEvent, TicketRow

#: UIDVALIDITY and UID.
Place = tuple[int, int]
#: The tables that name a message by its place in a mailbox.
Placed = MessageRow | QuarantineRow | AttemptRow


def write(session: Session, records: Sequence[Record], now: datetime, limit: int) -> None:
    """Messages, tickets, history and deliveries. `limit`: octets up to which a message itself is kept."""
    quarantined = [record for record in records if record.quarantine is not None]
    rows.write(session, QuarantineRow, [rows.quarantined(record, now, limit) for record in quarantined])
    homes = _homes(session, records, opened(session, records, now))
    lines = [rows.message(record, home, now) for record, home in zip(records, homes, strict=True)]
    ids = rows.write_numbered(session, MessageRow, lines)
    rows.write(session, MessageBytes, _kept(records, ids, limit))
    rows.write(session, DeliveryRow, _deliveries(records, homes, ids, now))
    for record, home in zip(records, homes, strict=True):
        _remark(session, record, home, now)


def forget(session: Session, keys: Sequence[MessageKey]) -> None:
    """Drop the attempts at these: they are being recorded."""
    for place in at(AttemptRow, keys):
        session.exec(delete(AttemptRow).where(*place), execution_options={"synchronize_session": False})


def at(row: type[Placed], keys: Sequence[MessageKey]) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Conditions, one set for each folder: a comparison of whole tuples would walk the table."""
    folders = defaultdict(list)
    for key in keys:
        folders[key.mailbox, key.folder, key.uidvalidity].append(key.uid)
    for (mailbox, folder, uidvalidity), uids in folders.items():
        yield (
            col(row.mailbox) == mailbox,
            col(row.folder) == folder,
            col(row.uidvalidity) == uidvalidity,
            col(row.uid).in_(uids),
        )


def settle(
    session: Session,
    row: type[MessageRow | QuarantineRow],
    places: Mapping[MessageKey, Place | None],
    folder: str,
    now: datetime,
) -> None:
    """Note that messages left for `folder`, and where they lie there as far as the server said so."""
    if not places:
        return
    columns = rows.table(row).c
    this = [columns[name] == bindparam(f"this_{name}") for name in ("mailbox", "folder", "uidvalidity", "uid")]
    moved: rows.Values = {"moved_uidvalidity": bindparam("to_uidvalidity"), "moved_uid": bindparam("to_uid")}
    session.connection().execute(
        update(rows.table(row)).where(*this).values(settled_at=now, moved_folder=folder, **moved),
        [
            {f"this_{name}": value for name, value in rows.place(key).items()}
            | dict(zip(("to_uidvalidity", "to_uid"), place or (None, None), strict=True))
            for key, place in places.items()
        ],
    )


def opened(session: Session, records: Iterable[Record], now: datetime) -> list[int]:
    """Open the tickets of a batch; their ids, in order."""
    opening = [record for record in records if record.number]
    ids = rows.write_numbered(session, TicketRow, [rows.ticket(record, now) for record in opening])
    categories = [str(record.decision.category) if record.decision else "" for record in opening]
    told = [rows.event(id_, now, "opened", category) for id_, category in zip(ids, categories, strict=True)]
    rows.write(session, TicketEvent, told)
    return ids


def _homes(session: Session, records: Sequence[Record], opened: Iterable[int]) -> list[int | None]:
    """The ticket that each message of a batch belongs to; a duplicate may find its twin in the same batch."""
    fresh, homes = iter(opened), list[int | None]()
    first: dict[str, int | None] = {}
    for record in records:
        mark = record.message.fingerprint
        home = next(fresh) if record.number else record.joins
        if record.role is Role.DUPLICATE and home is None:
            home = first[mark] if mark in first else _twin(session, mark)
        first.setdefault(mark, home)
        homes.append(home)
    return homes


def _twin(session: Session, fingerprint: str) -> int | None:
    twin = lookups.seen(session, [fingerprint]).get(fingerprint)
    return twin.ticket_id if twin else None


def _deliveries(
    records: Iterable[Record], homes: Iterable[int | None], ids: Iterable[int], now: datetime
) -> list[rows.Values]:
    return [
        rows.delivery(planned, home, message_id, now)
        for record, home, message_id in zip(records, homes, ids, strict=True)
        for planned in record.deliveries
    ]


def _kept(records: Sequence[Record], ids: Sequence[int], limit: int) -> list[rows.Values]:
    """The octets of what may be sent on, or read again."""
    return [
        {"message_id": message_id, "data": record.raw.data}
        for record, message_id in zip(records, ids, strict=True)
        if record.raw.complete and record.role is not Role.DUPLICATE and record.raw.size <= limit
    ]


def _bounced(session: Session, news: BounceNews, now: datetime) -> None:
    """Mail came back: for good it counts as refused; a passing failure is only remembered, the server tries on."""
    row = session.get(DeliveryRow, news.delivery_id)
    if row is None or (row.status == DeliveryStatus.REFUSED and not news.status.startswith("5")):
        return
    row.bounced_at, row.bounce_status = now, news.status
    if news.status.startswith("5"):
        row.status, row.why, row.at, row.not_before = DeliveryStatus.REFUSED, news.words, now, None
        row.claimed_by = row.claimed_until = None


def _remark(session: Session, record: Record, home: int | None, now: datetime) -> None:
    """What a message leaves behind elsewhere: on its ticket, on one that it may belong to, on what came back."""
    if record.bounce is not None:
        _bounced(session, record.bounce, now)
    if home is None:
        return
    told = [rows.event(home, now, "note", note) for note in record.notes]
    if record.linked is not None:
        told.append(rows.event(record.linked, now, "note", f"Ticket {record.number} may belong here."))
    if record.role is Role.FURTHER:
        told.append(rows.event(home, now, "message", None, actor="citizen"))
        told += _reopened(session, home, now)
    rows.write(session, TicketEvent, told)


def _reopened(session: Session, ticket_id: int, now: datetime) -> list[rows.Values]:
    """The citizen wrote again: a closed ticket is open."""
    ticket = session.get_one(TicketRow, ticket_id)
    closed = ticket.status == TicketStatus.CLOSED
    if closed:
        ticket.status = TicketStatus.OPEN
    ticket.updated_at = now
    return [rows.event(ticket_id, now, "status", "open") | {"old": "closed"}] if closed else []
