"""What the store keeps of a message, and what it knows of the past."""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.model.delivery import BounceNews, Planned
from daemon.model.judgement import Decision, Verdict
from daemon.model.message import Message, RawMessage
from daemon.model.words import Role, TicketStatus


@dataclass(frozen=True, slots=True)
class Record:
    """All that one message leads to; the store writes it whole or not at all.

    `number` is set where a ticket is opened, `joins` where the message belongs to one that exists, `linked`
    where it may and a person should look. `quarantine` is the sentence why it could not be read: its octets
    are then kept for a later release to try again.
    """

    raw: RawMessage
    role: Role
    message: Message
    verdict: Verdict
    decision: Decision | None = None
    number: str | None = None
    joins: int | None = None
    linked: int | None = None
    deliveries: tuple[Planned, ...] = ()
    bounce: BounceNews | None = None
    quarantine: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """A message recorded earlier with the same fingerprint."""

    message_id: int
    ticket_id: int | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A delivery of ours that a Message-ID names."""

    delivery_id: int
    ticket_id: int
    number: str
    target: str
    address: str


@dataclass(frozen=True, slots=True)
class TicketRef:
    """What thread matching needs to know of a ticket."""

    ticket_id: int
    number: str
    from_address: str
    status: TicketStatus
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What the store knows that bears on a batch: looked up once, before it is decided.

    Keys: fingerprints; our Message-IDs; ticket numbers; casefolded addresses. `acks_to` counts the last
    24 hours, `acks_on` too, by ticket id; `acks_this_hour` the last 60 minutes and what waits for a later hour.
    """

    seen: dict[str, Seen] = field(default_factory=dict)
    issued: dict[str, Issued] = field(default_factory=dict)
    tickets: dict[str, TicketRef] = field(default_factory=dict)
    acks_to: dict[str, int] = field(default_factory=dict)
    acks_on: dict[int, int] = field(default_factory=dict)
    acks_this_hour: int = 0
    bounced: frozenset[str] = frozenset()
