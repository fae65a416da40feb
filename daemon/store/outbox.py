"""Dispatch's side of the store: the life of a delivery, one committed step at a time.

`waiting` -> `claimed` -> `sending` -> `sent`, `refused` or `in_doubt` (architecture, invariant 4). SMTP has no
exactly-once: what is `sending` when its worker dies, or is cut after 354, is `in_doubt`, is sent once
more after a while with the same octets and Message-ID, and never a third time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, update
from sqlmodel import Session, col, delete, select

from daemon.config import Delivery
from daemon.model import Claimed, DeliveryStatus, InDoubt, MessageKey, Outcome, Planned, Refused, Retry, Sent
from daemon.store import claims
from daemon.store.database import Database
from daemon.store.rows import OPEN, delivery, write
from daemon.tables import DeliveryRow, MessageRow, PauseRow, TicketEvent

#: The first gap after a door failed; it doubles with each further failure, up to `retry_longest_minutes`.
FIRST_PAUSE = timedelta(seconds=5)

#: Nothing is given up after fewer attempts: the machine may have been off for a week, or its clock wrong.
FEWEST_ATTEMPTS = 5

#: The clocks of several machines differ by less.
CLOCKS_DIFFER = timedelta(minutes=5)

#: For statements whose rows no object of the session stands for.
UNSEEN = {"synchronize_session": False}

#: How often nobody may know whether a delivery arrived before it is left to a person.
DOUBTS = 2


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the octets of a message lie that are not in the database."""

    key: MessageKey
    moved_to: tuple[int, int] | None
    sha256: str
    message_id: str | None = None


class Outbox:
    """The table of deliveries. Every method is one transaction."""

    def __init__(self, database: Database, policy: Delivery, *, keep: bool, lease: timedelta) -> None:
        self.database = database
        self.policy = policy
        self.keep = keep
        self.lease = lease

    def add(self, planned: Planned, now: datetime) -> None:
        """Put a mail that belongs to no ticket into the outbox."""
        with self.database.transaction() as session:
            write(session, DeliveryRow, [delivery(planned, None, None, now)])

    def recover(self, now: datetime, *, alone: bool) -> int:
        """Take over what dead workers left: `claimed` waits again, `sending` is in doubt.

        `alone` says that no other worker can be alive (the lock of a SQLite file is held), so that
        nothing needs to expire first. Returns how many deliveries are in doubt now.
        """
        owned = col(DeliveryRow.claimed_by).is_not(None)
        free = {"claimed_by": None, "claimed_until": None, "at": now}
        with self.database.transaction() as session:
            expired = col(DeliveryRow.claimed_until) < self.database.now(session, now)
            dead = owned if alone else and_(owned, expired)
            claimed = update(DeliveryRow).where(dead, col(DeliveryRow.status) == DeliveryStatus.CLAIMED)
            session.exec(claimed.values(status=DeliveryStatus.WAITING, **free))
            sending = select(DeliveryRow).where(dead, DeliveryRow.status == DeliveryStatus.SENDING)
            doubtful = session.exec(sending.options(claims.unread()).with_for_update(skip_locked=True)).all()
            for row in doubtful:
                row.attempts += 1
                self._doubt(session, row, "The program ended while this was being sent.", now)
            return len(doubtful)

    def leave_to_a_person(self, session: Session, why: str, now: datetime) -> None:
        """Nothing that is open goes out by itself: it may have gone out already."""
        query = select(DeliveryRow).where(col(DeliveryRow.status).in_(OPEN)).options(claims.unread())
        for row in session.exec(query):
            row.claimed_by = row.claimed_until = row.not_before = None
            row.status, row.doubts, row.at = DeliveryStatus.IN_DOUBT, DOUBTS, now
            row.why = f"{why} It may have gone out since; `anliegen outbox retry` sends it."
            _remember(session, row, now, f"{row.target}: in doubt, a person has to look")

    def set_back(self, now: datetime) -> None:
        """Where the clock was set back: nothing waits for a moment that has moved into the far future."""
        longest = timedelta(minutes=self.policy.retry_longest_minutes)
        with self.database.transaction() as session:
            ahead = col(DeliveryRow.status).in_(OPEN) & (col(DeliveryRow.at) > now + CLOCKS_DIFFER)
            for row in session.exec(select(DeliveryRow).where(ahead).options(claims.unread())):
                row.not_before = row.not_before and now + max(row.not_before - row.at, timedelta(0))
                row.claimed_until = row.claimed_until and min(row.claimed_until, now + self.lease)
                row.at = now
            session.exec(update(PauseRow).where(col(PauseRow.until) > now + longest).values(until=now, since=now))

    def claim(self, worker: str, now: datetime, *, count: int, octets: int, large: bool = True) -> list[Claimed]:
        """Take deliveries that are due, oldest first, of doors that are not paused: at most `count`, together at most
        `octets`, and, where `large` says so, one that is larger than `claims.LARGE`."""
        chosen: list[tuple[DeliveryRow, str | None, int]] = []
        with self.database.transaction() as session:
            until = self.database.now(session, now) + self.lease
            for row, number, size in claims.due(session, now, count, large):
                if size > claims.LARGE and not large:
                    continue
                if size > claims.LARGE:
                    large = False
                elif (octets := octets - size) < 0:
                    break
                chosen.append((row, number, size))
            claimed = claims.claimed(session, chosen)
            mine = update(DeliveryRow).where(col(DeliveryRow.id).in_([delivery.id for delivery in claimed]))
            taken = {"status": DeliveryStatus.CLAIMED, "claimed_by": worker, "claimed_until": until, "at": now}
            session.exec(mine.values(taken), execution_options=UNSEEN)
        return claimed

    def whereabouts(self, delivery_id: int) -> Whereabouts | None:
        """Where to fetch the octets of a delivery whose message is not in the database."""
        query = (
            select(MessageRow)
            .join(DeliveryRow, col(DeliveryRow.message_id) == col(MessageRow.id))
            .where(DeliveryRow.id == delivery_id)
        )
        with self.database.transaction() as session:
            row = session.exec(query).first()
            if row is None:
                return None
            moved = (row.moved_uidvalidity, row.moved_uid) if row.moved_uidvalidity and row.moved_uid else None
            return Whereabouts(
                MessageKey(row.mailbox, row.uidvalidity, row.uid, row.folder), moved, row.sha256, row.message_id
            )

    def renew(self, ids: Collection[int], worker: str, now: datetime) -> None:
        """Keep claims that are still being worked on."""
        mine = update(DeliveryRow).where(col(DeliveryRow.id).in_(ids), col(DeliveryRow.claimed_by) == worker)
        with self.database.transaction() as session:
            session.exec(mine.values(claimed_until=self.database.now(session, now) + self.lease))

    def begin(self, ids: Collection[int], worker: str, now: datetime) -> set[int]:
        """Mark claims as `sending`, right before their data leaves; return those that were still ours."""
        return self.step(ids, (), worker, now)

    def close(self, outcomes: Sequence[tuple[int, Outcome]], worker: str, now: datetime) -> None:
        """Write what became of deliveries. One that is no longer ours keeps what its new owner wrote,
        except that a `Sent` is the truth whoever says it."""
        self.step((), outcomes, worker, now)

    def step(
        self, ids: Collection[int], outcomes: Sequence[tuple[int, Outcome]], worker: str, now: datetime
    ) -> set[int]:
        """`begin` and `close` as one transaction: some are about to be sent while others have been."""
        with self.database.transaction() as session:
            self._write(session, outcomes, worker, now)
            return self._sending(session, ids, worker, now) if ids else set()

    def _sending(self, session: Session, ids: Collection[int], worker: str, now: datetime) -> set[int]:
        moment = self.database.now(session, now)
        until = {"this_moment": moment, "this_until": moment + self.lease}
        mine = {"these": list(ids), "this_worker": worker, "this_at": now, **until}
        return set(session.connection().scalars(claims.mark_sending(), mine))

    def _write(self, session: Session, outcomes: Sequence[tuple[int, Outcome]], worker: str, now: datetime) -> None:
        sent = {delivery_id: outcome.remark for delivery_id, outcome in outcomes if isinstance(outcome, Sent)}
        self._sent(session, sent, now)
        for delivery_id, outcome in outcomes:
            if delivery_id in sent:
                continue
            row = session.get(DeliveryRow, delivery_id, options=[claims.unread()], with_for_update=True)
            if row is not None and row.claimed_by == worker:
                self._close(session, row, outcome, now)

    def _sent(self, session: Session, remarks: Mapping[int, str], now: datetime) -> None:
        """What went out, by one statement: this is nearly every delivery's end. Its door is open."""
        if not remarks:
            return
        sent = [{"this": id_, "this_at": now, "this_remark": words or None} for id_, words in remarks.items()]
        connection = session.connection()
        connection.execute(claims.mark_sent(self.keep), sent)
        connection.execute(claims.end_pauses(), {"these": list(remarks)})

    def _close(self, session: Session, row: DeliveryRow, outcome: Outcome, now: datetime) -> None:
        row.claimed_by = row.claimed_until = None
        row.at, row.why = now, None
        if not (isinstance(outcome, Retry) and outcome.target_wide):
            row.attempts += 1
        match outcome:
            case Refused():
                self._refuse(session, row, outcome.why, now)
                self._open_again(session, row.door)
            case InDoubt():
                self._doubt(session, row, outcome.why, now)
            case Retry():
                self._retry(session, row, outcome, now)

    def _doubt(self, session: Session, row: DeliveryRow, why: str, now: datetime) -> None:
        row.claimed_by = row.claimed_until = None
        row.status, row.at, row.why = DeliveryStatus.IN_DOUBT, now, why
        row.doubts += 1
        again = row.doubts < DOUBTS
        row.not_before = now + timedelta(minutes=self.policy.in_doubt_after_minutes) if again else None
        note = "it is sent once more" if again else "a person has to look"
        _remember(session, row, now, f"{row.target}: in doubt, {note}")

    def _retry(self, session: Session, row: DeliveryRow, outcome: Retry, now: datetime) -> None:
        row.why = outcome.why
        given_up = row.created_at + timedelta(days=self.policy.give_up_after_days)
        if outcome.target_wide:
            row.status = DeliveryStatus.WAITING
            self._pause(session, row.door, outcome, now)
            row.not_before = now
        elif now >= given_up and row.attempts >= FEWEST_ATTEMPTS:
            days = self.policy.give_up_after_days
            self._refuse(session, row, f"Given up after {days} days; the last answer was: {outcome.why}", now)
        else:
            row.status = DeliveryStatus.WAITING
            row.not_before = now + (self._gap(row.attempts) if outcome.after is None else outcome.after)

    def _refuse(self, session: Session, row: DeliveryRow, why: str, now: datetime) -> None:
        row.status, row.why, row.not_before = DeliveryStatus.REFUSED, why, None
        _remember(session, row, now, f"{row.target}: refused")

    def _gap(self, attempts: int) -> timedelta:
        """Growing gaps between attempts (RFC 5321 §4.5.4.1)."""
        longest = self.policy.retry_longest_minutes * 60
        return timedelta(seconds=min(self.policy.retry_first_seconds * 2 ** min(max(attempts - 1, 0), 16), longest))

    def _pause(self, session: Session, door: str, outcome: Retry, now: datetime) -> None:
        row = self.database.locked(session, PauseRow, door, why=outcome.why, since=now, until=now, failures=0)
        if row.until <= now:
            row.failures += 1
        longest = timedelta(minutes=self.policy.retry_longest_minutes)
        row.why = outcome.why
        row.until = now + (outcome.after or min(FIRST_PAUSE * 2 ** min(row.failures - 1, 16), longest))

    def _open_again(self, session: Session, door: str) -> None:
        row = session.get(PauseRow, door)
        if row is not None:
            session.delete(row)

    def lift(self) -> None:
        """Try every door again at once: at start-up somebody may have mended it."""
        with self.database.transaction() as session:
            session.exec(delete(PauseRow))

    def retry(self, ids: Collection[int], now: datetime, actor: str) -> list[int]:
        """A person lets refused, withheld or doubtful deliveries go out (again); return those that will."""
        final = (DeliveryStatus.REFUSED, DeliveryStatus.WITHHELD, DeliveryStatus.IN_DOUBT, DeliveryStatus.WAITING)
        with self.database.transaction() as session:
            rows = session.exec(select(DeliveryRow).where(col(DeliveryRow.id).in_(ids))).all()
            freed = [row for row in rows if row.status in final and _sendable(session, row)]
            for row in freed:
                if row.ticket_id is not None:
                    session.add(
                        TicketEvent(
                            ticket_id=row.ticket_id, at=now, actor=actor, what=row.target, old=row.status, new="waiting"
                        )
                    )
                row.status, row.not_before, row.at, row.doubts = DeliveryStatus.WAITING, now, now, 0
                row.dismissed_at = None
            return [row.id for row in freed if row.id is not None]


def _sendable(session: Session, row: DeliveryRow) -> bool:
    return bool(row.address) and (row.data is not None or row.target == "folder")


def _remember(session: Session, row: DeliveryRow, now: datetime, words: str) -> None:
    if row.ticket_id is not None:
        session.add(TicketEvent(ticket_id=row.ticket_id, at=now, actor="anliegen", what="delivery", new=words))
