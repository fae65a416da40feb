"""The rows of the database, as SQLModel tables. What they mean is said here; who writes them is `store`.

Changing a table needs a migration in `daemon/migrations/versions`; a test compares the two. Columns are
always listed, never `*`, and a new column has a default, so that the release before can still run.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Index,
    LargeBinary,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment in every database: SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _time(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UtcTime, nullable=nullable, index=index))


def _text(*, nullable: bool = True) -> Any:
    return Field(default=None if nullable else "", sa_column=Column(Text, nullable=nullable))


def _json() -> Any:
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class MailboxRow(SQLModel, table=True):
    """One configured mailbox: who reads it now (`lease_until` without a holder: when it was given back), and when
    it was last walked to its end."""

    __tablename__ = "mailbox"
    name: str = Field(primary_key=True)
    holder: str | None = None
    lease_until: datetime | None = _time(nullable=True)
    last_round_at: datetime | None = _time(nullable=True)
    failing_since: datetime | None = _time(nullable=True)
    failure: str | None = _text()
    told_at: datetime | None = _time(nullable=True)


class WorkerRow(SQLModel, table=True):
    """One running `anliegen run`: which mailboxes it is configured to read, and until when it counts as alive."""

    __tablename__ = "worker"
    name: str = Field(primary_key=True)
    mailboxes: list[str] = _json()
    started_at: datetime = _time()
    alive_until: datetime = _time()


class JobRow(SQLModel, table=True):
    """A job of `schedule`: when it last began, and who does it now. Over all workers it runs once."""

    __tablename__ = "job"
    name: str = Field(primary_key=True)
    began_at: datetime = _time()
    holder: str | None = None
    lease_until: datetime | None = _time(nullable=True)


class MessageRow(SQLModel, table=True):
    """Every message ever taken in, of whatever kind. (mailbox, folder, uidvalidity, uid) is where it lay first;
    `moved_*` where it lies since it was settled, as far as the server said so."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name="message_place"),
        Index("message_moved", "mailbox", "moved_folder", "moved_uidvalidity", "moved_uid"),
    )
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    sha256: str = Field(index=True)
    fingerprint: str = Field(index=True)
    size: int = Field(sa_type=BigInteger)
    complete: bool = True
    message_id: str | None = Field(default=None, sa_column=Column(Text, nullable=True, index=True))
    kind: str
    role: str
    signal: str | None = None
    signal_value: str | None = _text()
    signal_rule: str | None = None
    from_address: str | None = Field(default=None, sa_column=Column(Text, nullable=True, index=True))
    from_name: str | None = _text()
    subject: str | None = _text()
    date_text: str | None = _text()
    language: str | None = None
    text: str | None = _text()
    attachments: list[dict[str, Any]] = _json()
    received_at: datetime = _time(index=True)
    recorded_at: datetime = _time()
    settled_at: datetime | None = _time(nullable=True)
    moved_folder: str | None = None
    moved_uidvalidity: int | None = Field(default=None, sa_type=BigInteger)
    moved_uid: int | None = Field(default=None, sa_type=BigInteger)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    linked_ticket_id: int | None = Field(default=None, foreign_key="ticket.id")


class MessageBytes(SQLModel, table=True):
    """The message's own octets, until all its deliveries are settled (or for good, by configuration)."""

    __tablename__ = "message_bytes"
    message_id: int = Field(primary_key=True, foreign_key="message.id")
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class TicketRow(SQLModel, table=True):
    """A citizen's matter. What decided about it is stored as it was at the time."""

    __tablename__ = "ticket"
    __table_args__ = (Index("ticket_queue", "queue", "status"),)
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, index=True)
    channel: str = "email"
    mailbox: str
    message_id: str | None = _text()
    sha256: str
    from_address: str | None = Field(default=None, sa_column=Column(Text, nullable=True, index=True))
    from_name: str | None = _text()
    subject: str | None = _text()
    language: str
    received_at: datetime = _time(index=True)
    category: str = Field(index=True)
    confidence: float
    unsure: bool
    department: str
    department_by: str
    department_confidence: float
    department_unsure: bool
    queue: str
    status: str = "open"
    priority: str = "normal"
    tags: list[str] = _json()
    ack_withheld: str | None = None
    ack_withheld_value: str | None = _text()
    ack_withheld_rule: str | None = None
    reasons: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    model: str = ""
    updated_at: datetime = _time()


class TicketEvent(SQLModel, table=True):
    """One line of a ticket's history: who changed or noticed what. Never edited."""

    __tablename__ = "ticket_event"
    __table_args__ = (Index("event_what", "what", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    at: datetime = _time()
    actor: str
    what: str
    old: str | None = _text()
    new: str | None = _text()


class DeliveryRow(SQLModel, table=True):
    """The outbox: one thing to be sent, with its final bytes. `ticket_id` is empty for mail to the
    administrator. `door` is what is in trouble together (`smtp`, a mailbox, a webhook's host) and pauses as
    a whole; `doubts` counts how often nobody knew whether it arrived; `dismissed_at`: a person has looked at
    what came of it, and nothing more is to be done."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_due", "status", "not_before"),
        Index("delivery_to", text("lower(address)"), "created_at"),
        Index("delivery_at", "status", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    target: str
    door: str
    address: str = _text(nullable=False)
    department: str | None = None
    mail_message_id: str | None = Field(default=None, sa_column=Column(Text, nullable=True, index=True))
    envelope_from: str = ""
    data: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    size: int = Field(default=0, sa_type=BigInteger)
    status: str
    attempts: int = 0
    doubts: int = 0
    why: str | None = _text()
    created_at: datetime = _time(index=True)
    not_before: datetime | None = _time(nullable=True)
    deadline: datetime | None = _time(nullable=True)
    warned_at: datetime | None = _time(nullable=True)
    claimed_by: str | None = None
    claimed_until: datetime | None = _time(nullable=True)
    at: datetime = _time()
    bounced_at: datetime | None = _time(nullable=True)
    bounce_status: str | None = None
    dismissed_at: datetime | None = _time(nullable=True)


class AttemptRow(SQLModel, table=True):
    """A message that is being worked on, counted before the work: what is still here at start-up killed us."""

    __tablename__ = "attempt"
    mailbox: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = Field(primary_key=True, sa_type=BigInteger)
    uid: int = Field(primary_key=True, sa_type=BigInteger)
    attempts: int = 0
    at: datetime = _time()


class QuarantineRow(SQLModel, table=True):
    """A message that could not be processed, waiting for a person."""

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str
    folder: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    moved_folder: str | None = None
    moved_uidvalidity: int | None = Field(default=None, sa_type=BigInteger)
    moved_uid: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str = Field(index=True)
    size: int = Field(sa_type=BigInteger)
    reason: str = _text(nullable=False)
    status: str = "waiting"
    received_at: datetime = _time()
    at: datetime = _time()
    settled_at: datetime | None = _time(nullable=True)
    data: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class PauseRow(SQLModel, table=True):
    """A door that is in trouble as a whole: its deliveries wait until then."""

    __tablename__ = "pause"
    door: str = Field(primary_key=True)
    why: str = _text(nullable=False)
    since: datetime = _time()
    until: datetime = _time()
    failures: int = 1
    told_at: datetime | None = _time(nullable=True)


class CounterRow(SQLModel, table=True):
    """The last ticket number of each year."""

    __tablename__ = "counter"
    name: str = Field(primary_key=True)
    value: int = 0


class SecretRow(SQLModel, table=True):
    """The key that signs our Message-IDs and tokens. Made once with the database."""

    __tablename__ = "secret"
    name: str = Field(primary_key=True)
    value: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ModelRow(SQLModel, table=True):
    """One training of the model: what it learnt from, how it did on what it had not seen, what became of it.

    `status`: `training`, `in_force` (one at a time), `kept`, `rolled_back`, `refused`, `failed`. `events_until` and
    `lessons_until` are the last correction and lesson that it knew; `pinned`: no night replaces it."""

    __tablename__ = "model"
    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    status: str
    at: datetime = _time()
    actor: str = ""
    corrections: int = 0
    lessons: int = 0
    events_until: int = 0
    lessons_until: int = 0
    pinned: bool = False
    figures: list[dict[str, Any]] = _json()
    why: str | None = _text()


class ModelFile(SQLModel, table=True):
    """The files of a model, for every worker to fetch; those of old ones are let go. `weights` is deflated."""

    __tablename__ = "model_file"
    model_id: int = Field(primary_key=True, foreign_key="model.id")
    manifest: str = _text(nullable=False)
    weights: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LessonRow(SQLModel, table=True):
    """A text that the administrator gave the model to learn from; `source` is the file that it stood in."""

    __tablename__ = "lesson"
    id: int | None = Field(default=None, primary_key=True)
    source: str = Field(index=True)
    at: datetime = _time()
    subject: str = _text(nullable=False)
    text: str = _text(nullable=False)
    language: str | None = None
    category: str | None = None
    topic: str | None = None
    department: str | None = None


class WeekRow(SQLModel, table=True):
    """How the model fared in one week of received tickets; kept when the tickets are not."""

    __tablename__ = "week"
    monday: str = Field(primary_key=True)
    tickets: int = 0
    unsure: int = 0
    department_unsure: int = 0
    corrected: int = 0
    categories: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
