"""Intake's side of the store: what lay where, what became of it, and what was tried.

One call of `record` is one transaction: messages, tickets and deliveries of a batch appear together,
before anything is settled in IMAP (architecture, invariant 1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import tuple_, update
from sqlmodel import Session, SQLModel, col, delete, select

from daemon.errors import Overtaken
from daemon.model import (
    BounceNews,
    DeliveryStatus,
    MessageKey,
    Past,
    Record,
    Role,
    TicketStatus,
)
from daemon.store import lookups, rows
from daemon.store.database import Database
from daemon.tables import (
    AttemptRow,
    CounterRow,
    DeliveryRow,
    MessageBytes,
    MessageRow,
    QuarantineRow,
    TicketEvent,
    TicketRow,
)

Place = tuple[int, int]

#: How long the octets of a message that was set aside are kept.
KEPT_ASIDE = timedelta(days=30)

_MOVED = ("moved_folder", "moved_uidvalidity", "moved_uid")


@dataclass(frozen=True, slots=True)
class Question:
    """What a batch needs to know of the past. Addresses are casefolded."""

    fingerprints: Collection[str]
    message_ids: Collection[str]
    numbers: Collection[str]
    addresses: Collection[str]


class Journal:
    """What was taken in. Every method is one transaction."""

    def __init__(self, database: Database, *, message_limit: int) -> None:
        self.database = database
        self.message_limit = message_limit

    def known(self, keys: Sequence[MessageKey]) -> set[MessageKey]:
        """Those that are recorded or in quarantine: they need settling, not reading."""
        with self.database.transaction() as session:
            return {
                MessageKey(*place)
                for row in (MessageRow, QuarantineRow)
                for place in session.exec(
                    _at(select(row.mailbox, row.uidvalidity, row.uid, row.folder), row, keys)
                ).all()
            }

    def open_attempts(self, mailbox: str) -> dict[MessageKey, int]:
        """Messages that were being worked on when a process died, and how often they were begun."""
        with self.database.transaction() as session:
            rows = session.exec(select(AttemptRow).where(AttemptRow.mailbox == mailbox)).all()
            return {MessageKey(row.mailbox, row.uidvalidity, row.uid, row.folder): row.attempts for row in rows}

    def forget_attempts(self, mailbox: str) -> None:
        """Drop what is still open after a whole round: those messages are no longer in the folder."""
        with self.database.transaction() as session:
            session.exec(delete(AttemptRow).where(col(AttemptRow.mailbox) == mailbox))

    def begin(self, keys: Sequence[MessageKey], now: datetime) -> dict[MessageKey, int]:
        """Count an attempt at each message, before the work; return how many that makes."""
        with self.database.transaction() as session:
            counted = {}
            for key in keys:
                row = session.get(AttemptRow, (key.mailbox, key.folder, key.uidvalidity, key.uid))
                row = row or AttemptRow(**asdict(key), at=now)
                row.attempts += 1
                row.at = now
                session.add(row)
                counted[key] = row.attempts
            return counted

    def give_back(self, keys: Sequence[MessageKey]) -> None:
        """Take a counted attempt back: it ended for a reason that is not the message's fault."""
        with self.database.transaction() as session:
            for key in keys:
                row = session.get(AttemptRow, (key.mailbox, key.folder, key.uidvalidity, key.uid))
                if row is not None and row.attempts > 1:
                    row.attempts -= 1
                elif row is not None:
                    session.delete(row)

    def numbers(self, year: int, count: int) -> list[str]:
        """Reserve ticket numbers. A number that is not used afterwards leaves a gap, no harm."""
        name = f"ticket-{year}"
        with self.database.transaction() as session:
            row = session.get(CounterRow, name, with_for_update=True) or CounterRow(name=name)
            first, row.value = row.value + 1, row.value + count
            session.add(row)
        return [f"{year}-{number:06d}" for number in range(first, first + count)]

    def give_back_numbers(self, numbers: Sequence[str]) -> None:
        """Return reserved numbers that were not used, so that staff see no gaps; too late where others came since."""
        year, _, first = numbers[0].rpartition("-")
        with self.database.transaction() as session:
            row = session.get(CounterRow, f"ticket-{year}", with_for_update=True)
            if row is not None and row.value == int(numbers[-1].rpartition("-")[2]):
                row.value = int(first) - 1

    def past(self, question: Question, now: datetime) -> Past:
        """Look up everything that bears on a batch, in a few statements for all of it."""
        with self.database.transaction() as session:
            issued = lookups.issued(session, question.message_ids)
            tickets = lookups.tickets(session, question.numbers, [found.ticket_id for found in issued.values()])
            return Past(
                seen=lookups.seen(session, question.fingerprints),
                issued=issued,
                tickets=tickets,
                acks_to=lookups.acks_to(session, question.addresses, now - timedelta(days=1)),
                acks_on=lookups.acks_on(
                    session, [found.ticket_id for found in tickets.values()], now - timedelta(days=1)
                ),
                acks_this_hour=lookups.acks_since(session, now - timedelta(hours=1)),
                bounced=lookups.bounced(session, question.addresses, now - timedelta(days=60)),
            )

    def record(self, records: Iterable[Record], now: datetime) -> None:
        """Write a batch: all of it or, with the exception that says why, nothing.

        Raises `Overtaken` where a mail that opens or continues a ticket is there by now: it reached two mailboxes.
        """
        records = list(records)
        with self.database.transaction() as session:
            self.database.one_at_a_time(session)
            opening = [r.message.fingerprint for r in records if r.role in (Role.FIRST, Role.FURTHER)]
            if lookups.seen(session, opening):
                raise Overtaken("The same mail was recorded meanwhile: it is judged once more.")
            for record in records:
                self._record(session, record, now)

    def replace(self, record: Record, now: datetime) -> None:
        """Put what a message turned out to be in its place: one read at last, or one that a person made a ticket."""
        with self.database.transaction() as session:
            key = record.raw.key
            place = (
                MessageRow.folder == key.folder,
                MessageRow.uidvalidity == key.uidvalidity,
                MessageRow.uid == key.uid,
            )
            old = session.exec(select(MessageRow).where(MessageRow.mailbox == key.mailbox, *place)).one()
            ticket = session.get(TicketRow, old.ticket_id) if old.ticket_id else None
            if ticket is None:
                old.ticket_id = self._ticket(session, record, now) if record.number else record.joins
            elif record.decision is not None and record.number == ticket.number:
                _copy(rows.ticket_row(record, now), ticket, keep=("id", "status"))
                session.add(_event(ticket.id, now, "read", ticket.category))
            _copy(rows.message_row(record, old.ticket_id, now), old, keep=("id", "settled_at", *_MOVED))
            for planned in record.deliveries:
                if planned.target != "acknowledgement" or _unacknowledged(session, old.ticket_id):
                    session.add(rows.delivery_row(planned, old.ticket_id, old.id, now))

    def _record(self, session: Session, record: Record, now: datetime) -> None:
        key = record.raw.key
        attempt = session.get(AttemptRow, (key.mailbox, key.folder, key.uidvalidity, key.uid))
        if attempt is not None:
            session.delete(attempt)
        if record.quarantine is not None:
            session.add(self._quarantine(record, now))
        ticket_id = self._ticket(session, record, now) if record.number else _joined(session, record)
        message = rows.message_row(record, ticket_id, now)
        session.add(message)
        session.flush()
        if record.raw.complete and record.role is not Role.DUPLICATE and record.raw.size <= self.message_limit:
            session.add(MessageBytes(message_id=message.id or 0, data=record.raw.data))
        for planned in record.deliveries:
            session.add(rows.delivery_row(planned, ticket_id, message.id, now))
        if record.bounce is not None:
            _bounced(session, record.bounce, now)
        if ticket_id is not None:
            _remark(session, record, ticket_id, now)

    def _quarantine(self, record: Record, now: datetime) -> QuarantineRow:
        raw = record.raw
        return QuarantineRow(
            **asdict(raw.key),
            sha256=raw.sha256,
            size=raw.size,
            reason=record.quarantine or "",
            received_at=raw.received_at,
            at=now,
            data=raw.data if raw.complete and raw.size <= self.message_limit else None,
        )

    def _ticket(self, session: Session, record: Record, now: datetime) -> int:
        ticket = rows.ticket_row(record, now)
        session.add(ticket)
        session.flush()
        assert ticket.id is not None
        session.add(_event(ticket.id, now, "opened", ticket.category))
        return ticket.id

    def settled(self, places: Mapping[MessageKey, Place | None], folder: str, now: datetime) -> None:
        """Note that messages left for `folder`, and where they lie there as far as the server said so."""
        with self.database.transaction() as session:
            for key, place in places.items():
                uidvalidity, uid = place or (None, None)
                moved = {"moved_folder": folder, "moved_uidvalidity": uidvalidity, "moved_uid": uid}
                for row in (MessageRow, QuarantineRow):
                    session.exec(
                        update(row)
                        .where(col(row.mailbox) == key.mailbox)
                        .where(col(row.folder) == key.folder)
                        .where(col(row.uidvalidity) == key.uidvalidity)
                        .where(col(row.uid) == key.uid)
                        .values(settled_at=now, **moved)
                    )

    def placed(self, mailbox: str, folder: str) -> set[Place]:
        """Every place in a folder where a recorded message lies or lay: what `reconcile` compares."""
        with self.database.transaction() as session:
            places: set[Place] = set()
            for row in (MessageRow, QuarantineRow):
                first = select(row.uidvalidity, row.uid).where(row.mailbox == mailbox, row.folder == folder)
                places.update(session.exec(first))
                moved = select(row.moved_uidvalidity, row.moved_uid).where(
                    row.mailbox == mailbox, row.moved_folder == folder
                )
                places.update((validity, uid) for validity, uid in session.exec(moved) if validity and uid)
            return places

    def hashes(self, mailbox: str, sha256s: Collection[str]) -> set[str]:
        """Those digests that a message or a quarantined one of the mailbox has."""
        with self.database.transaction() as session:
            return {
                sha256
                for row in (MessageRow, QuarantineRow)
                for sha256 in session.exec(
                    select(row.sha256).where(row.mailbox == mailbox).where(col(row.sha256).in_(sha256s))
                )
            }

    def purge(self, now: datetime) -> int:
        """Delete octets of messages whose deliveries are all settled; return how many.

        What was set aside keeps them for a while: a person may make it a ticket.
        """
        unsettled = [DeliveryStatus.WAITING, DeliveryStatus.CLAIMED, DeliveryStatus.SENDING, DeliveryStatus.IN_DOUBT]
        needed = (
            select(DeliveryRow.message_id)
            .where(col(DeliveryRow.status).in_([*unsettled, DeliveryStatus.REFUSED]))
            .where(col(DeliveryRow.message_id).is_not(None))
        )
        aside = select(MessageRow.id).where(
            MessageRow.role == Role.ASIDE, col(MessageRow.received_at) > now - KEPT_ASIDE
        )
        with self.database.transaction() as session:
            done = delete(MessageBytes).where(
                col(MessageBytes.message_id).not_in(needed), col(MessageBytes.message_id).not_in(aside)
            )
            return int(session.exec(done).rowcount)


def _at(query, row, keys: Sequence[MessageKey]):  # type: ignore[no-untyped-def]
    places = [(key.mailbox, key.uidvalidity, key.uid, key.folder) for key in keys]
    return query.where(tuple_(row.mailbox, row.uidvalidity, row.uid, row.folder).in_(places))


def _event(ticket_id: int | None, now: datetime, what: str, new: str) -> TicketEvent:
    return TicketEvent(ticket_id=ticket_id or 0, at=now, actor="anliegen", what=what, new=new)


def _unacknowledged(session: Session, ticket_id: int | None) -> bool:
    """True where a ticket's acknowledgement has not gone out; one that was withheld makes room."""
    mine = (DeliveryRow.ticket_id == ticket_id, DeliveryRow.target == "acknowledgement")
    rows = session.exec(select(DeliveryRow).where(*mine)).all()
    for row in rows:
        if row.status == DeliveryStatus.WITHHELD:
            session.delete(row)
    return all(row.status == DeliveryStatus.WITHHELD for row in rows)


def _copy(fresh: SQLModel, row: SQLModel, *, keep: Collection[str]) -> None:
    for name in type(row).model_fields:
        if name not in keep:
            setattr(row, name, getattr(fresh, name))


def _joined(session: Session, record: Record) -> int | None:
    """The ticket that a message belongs to; a duplicate within one batch finds its twin here."""
    if record.role is Role.DUPLICATE and record.joins is None:
        twin = lookups.seen(session, [record.message.fingerprint]).get(record.message.fingerprint)
        return twin.ticket_id if twin else None
    return record.joins


def _bounced(session: Session, news: BounceNews, now: datetime) -> None:
    """Mail came back: for good it counts as refused; a passing failure is only remembered, the server tries on."""
    row = session.get(DeliveryRow, news.delivery_id)
    if row is None or (row.status == DeliveryStatus.REFUSED and not news.status.startswith("5")):
        return
    row.bounced_at, row.bounce_status = now, news.status
    if news.status.startswith("5"):
        row.status, row.why, row.at, row.not_before = DeliveryStatus.REFUSED, news.words, now, None
        row.claimed_by = row.claimed_until = None


def _remark(session: Session, record: Record, ticket_id: int, now: datetime) -> None:
    """Leave the traces of a message on its ticket: history, links, reopening."""
    for note in record.notes:
        session.add(TicketEvent(ticket_id=ticket_id, at=now, actor="anliegen", what="note", new=note))
    if record.linked is not None:
        told = f"Ticket {record.number} may belong here."
        session.add(TicketEvent(ticket_id=record.linked, at=now, actor="anliegen", what="note", new=told))
    if record.role is Role.FURTHER:
        ticket = session.get(TicketRow, ticket_id)
        assert ticket is not None
        session.add(TicketEvent(ticket_id=ticket_id, at=now, actor="citizen", what="message", new=None))
        if ticket.status == TicketStatus.CLOSED:
            session.add(
                TicketEvent(ticket_id=ticket_id, at=now, actor="anliegen", what="status", old="closed", new="open")
            )
            ticket.status = TicketStatus.OPEN
        ticket.updated_at = now
