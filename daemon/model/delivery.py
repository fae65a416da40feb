"""What leaves: a delivery before, while and after it is sent. An outcome is a value, not an exception."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from daemon.model.words import DeliveryStatus


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker holds: what a target gets to see. `size` in octets is known also where `data` is
    empty, because the message lies in its mailbox and is fetched when it is sent."""

    id: int
    ticket: str | None
    target: str
    address: str
    message_id: str
    data: bytes
    envelope_from: str
    attempts: int
    was_in_doubt: bool = False
    door: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken responsibility (RFC 5321 §6.1). `remark` is its answer."""

    remark: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now. `target_wide` says that the server or the account is in trouble, not this delivery: the
    whole target pauses and its deliveries wait."""

    why: str
    target_wide: bool = False
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: the other side said so for this delivery. A person sees it."""

    why: str


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Nobody knows whether it arrived: the connection ended after the data began."""

    why: str


Outcome = Sent | Retry | Refused | InDoubt


@dataclass(frozen=True, slots=True)
class Planned:
    """A delivery before it is recorded. `data` is None where the message's own octets are sent."""

    target: str
    door: str
    address: str
    status: DeliveryStatus
    data: bytes | None
    message_id: str | None = None
    envelope_from: str = ""
    department: str | None = None
    why: str | None = None
    not_before: datetime | None = None
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class BounceNews:
    """What a delivery report says about one of our deliveries."""

    delivery_id: int
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `anliegen check` found out about a server, as a sentence; `ok` False is a problem."""

    ok: bool
    text: str
