"""What the plot hands over to be put into words: immutable, complete, no look-up left to do.

Times are aware; `now` becomes the Date field. `message_id` is ours, with or without its angle brackets.
`token` is the mark in the subject by which an answer finds its ticket, such as "[#2026-000123-K7QX3M]".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from daemon.model import Address, Category, Decision, Message


@dataclass(frozen=True, slots=True)
class AckFacts:
    """For the acknowledgement. Of `message` only subject and ids are used: its text is never repeated.

    `department` is the key of the queue that the ticket enters; where `department_unsure`, it is not named
    to the citizen. Where `unsure`, the wording is the neutral one of `other`. `further`: the citizen wrote again.
    """

    ticket: str
    token: str
    to: Address
    message: Message
    language: str
    category: Category
    unsure: bool
    department: str
    department_unsure: bool
    received_at: datetime
    message_id: str
    now: datetime
    further: bool = False


@dataclass(frozen=True, slots=True)
class ForwardFacts:
    """For the mail to a department.

    `original` is the message's octets, None where they are not at hand; `where` names the mailbox and folder
    in which the original lies; `reply_to` is the citizen, None where nobody can be written to.
    `further` says that the citizen wrote again to a ticket that is known. `eight_bit` may be set where the
    server is known to offer 8BITMIME.
    """

    ticket: str
    token: str
    to: Address
    reply_to: Address | None
    message: Message
    original: bytes | None
    decision: Decision
    department: str
    received_at: datetime
    where: str
    message_id: str
    now: datetime
    further: bool = False
    eight_bit: bool = False


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """For the ticket as JSON; the fields are those of `docs/webhook.md`."""

    ticket: str
    mailbox: str
    message: Message
    decision: Decision
    department: str
    received_at: datetime
    now: datetime
    further: bool = False


@dataclass(frozen=True, slots=True)
class LateTicket:
    """A citizen who still waits for an acknowledgement: until when it is due, and why it has not gone."""

    ticket: str
    due: datetime
    why: str


@dataclass(frozen=True, slots=True)
class PausedDoor:
    """A server or account in trouble: its name in the configuration, since when, and its last words."""

    door: str
    since: datetime
    waiting: int
    why: str


@dataclass(frozen=True, slots=True)
class WithheldTicket:
    """A ticket whose sender may be a person and got no acknowledgement."""

    ticket: str
    received_at: datetime
    signal: str
    rule: str


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """For the warning that the hours run out. Holds no citizen's name, address or words."""

    to: Address
    message_id: str
    now: datetime
    late: tuple[LateTicket, ...] = ()
    paused: tuple[PausedDoor, ...] = ()


@dataclass(frozen=True, slots=True)
class DailyFacts:
    """For the administrator's daily mail: what a person should look at. Holds no citizen's words.

    `received`, `acknowledged`: of the last 24 hours; `refused`, `in_doubt`: deliveries; `imported`: tickets made
    by `reconcile --repair`, of which none was acknowledged.
    """

    to: Address
    message_id: str
    now: datetime
    received: int = 0
    acknowledged: int = 0
    quarantined: int = 0
    refused: int = 0
    in_doubt: int = 0
    withheld: tuple[WithheldTicket, ...] = ()
    paused: tuple[PausedDoor, ...] = ()
    late: tuple[LateTicket, ...] = ()
    imported: tuple[str, ...] = field(default=())
