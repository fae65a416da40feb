"""Intake's side of the store: what lay where, what became of it, and what was tried.

One call of `record` is one transaction: messages, tickets and deliveries of a batch appear together,
before anything is settled in IMAP (architecture, invariant 1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, SQLModel, col, delete, select

from daemon.errors import Overtaken
from daemon.model import (
    DeliveryStatus,
    MessageKey,
    Past,
    Record,
    Role,
)
from daemon.store import batch, lookups, rows
from daemon.store.batch import Place
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

#: How long the octets of a message that was set aside are kept.
KEPT_ASIDE = timedelta(days=30)


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
            return {key for row in (MessageRow, QuarantineRow) for key in _held(session, row, keys)}

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
            begun = _attempts(session, keys)
            for row in begun.values():
                row.attempts, row.at = row.attempts + 1, now
            fresh = [key for key in keys if key not in begun]
            rows.write(session, AttemptRow, [{**rows.place(key), "attempts": 1, "at": now} for key in fresh])
            return {key: begun[key].attempts if key in begun else 1 for key in keys}

    def give_back(self, keys: Sequence[MessageKey]) -> None:
        """Take a counted attempt back: it ended for a reason that is not the message's fault."""
        with self.database.transaction() as session:
            for row in _attempts(session, keys).values():
                if row.attempts > 1:
                    row.attempts -= 1
                else:
                    session.delete(row)

    def numbers(self, year: int, count: int) -> list[str]:
        """Reserve ticket numbers. A number that is not used afterwards leaves a gap, no harm."""
        name = f"ticket-{year}"
        with self.database.transaction() as session:
            row = self.database.locked(session, CounterRow, name)
            first, row.value = row.value + 1, row.value + count
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
            batch.forget(session, [r.raw.key for r in records])
            batch.write(session, records, now, self.message_limit)

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
                old.ticket_id = batch.opened(session, [record], now)[0] if record.number else record.joins
            elif record.decision is not None and record.number == ticket.number:
                _copy(rows.ticket(record, now), ticket, keep=("status",))
                rows.write(session, TicketEvent, [rows.event(ticket.id or 0, now, "read", ticket.category)])
            _copy(rows.message(record, old.ticket_id, now), old)
            free = _unacknowledged(session, old.ticket_id)
            planned = [each for each in record.deliveries if each.target != "acknowledgement" or free]
            rows.write(session, DeliveryRow, [rows.delivery(each, old.ticket_id, old.id, now) for each in planned])

    def settled(self, places: Mapping[MessageKey, Place | None], folder: str, now: datetime) -> None:
        """Note that messages left for `folder`, and where they lie there as far as the server said so."""
        with self.database.transaction() as session:
            held = set(_held(session, QuarantineRow, list(places)))
            batch.settle(session, MessageRow, places, folder, now)
            batch.settle(session, QuarantineRow, {key: places[key] for key in held}, folder, now)

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
                for sha256, owner in session.exec(select(row.sha256, row.mailbox).where(col(row.sha256).in_(sha256s)))
                if owner == mailbox
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


def _held(session: Session, row: type[MessageRow | QuarantineRow], keys: Sequence[MessageKey]) -> list[MessageKey]:
    """Those of the keys that a table knows."""
    queries = [select(row.mailbox, row.uidvalidity, row.uid, row.folder).where(*place) for place in batch.at(row, keys)]
    return [MessageKey(*place) for query in queries for place in session.exec(query)]


def _attempts(session: Session, keys: Sequence[MessageKey]) -> dict[MessageKey, AttemptRow]:
    found = (row for place in batch.at(AttemptRow, keys) for row in session.exec(select(AttemptRow).where(*place)))
    return {MessageKey(row.mailbox, row.uidvalidity, row.uid, row.folder): row for row in found}


def _unacknowledged(session: Session, ticket_id: int | None) -> bool:
    """True where a ticket's acknowledgement has not gone out; one that was withheld makes room."""
    mine = (DeliveryRow.ticket_id == ticket_id, DeliveryRow.target == "acknowledgement")
    rows = session.exec(select(DeliveryRow).where(*mine)).all()
    for row in rows:
        if row.status == DeliveryStatus.WITHHELD:
            session.delete(row)
    return all(row.status == DeliveryStatus.WITHHELD for row in rows)


def _copy(values: rows.Values, row: SQLModel, *, keep: Collection[str] = ()) -> None:
    for name, value in values.items():
        if name not in keep:
            setattr(row, name, value)
