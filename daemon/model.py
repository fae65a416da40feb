"""The words that everyone shares: immutable values, no behaviour beyond reading themselves.

Times are aware and UTC. Sizes are octets. Nothing here imports another module of the project
but `classifiers`' own value, `Prediction`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Category(StrEnum):
    """What a person wants. The order is the order of reports."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    APPOINTMENT = "appointment"
    OTHER = "other"


class Kind(StrEnum):
    """What sort of message this is, by the gate's judgement."""

    PERSON = "person"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    RECEIPT = "receipt"
    ABUSE_REPORT = "abuse_report"
    CALENDAR = "calendar"
    SPAM = "spam"
    OWN = "own"
    UNREADABLE = "unreadable"

    @property
    def opens_ticket(self) -> bool:
        """True where a person may be waiting for an answer."""
        return self in (Kind.PERSON, Kind.CALENDAR, Kind.UNREADABLE)


class TicketStatus(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class DeliveryStatus(StrEnum):
    """`waiting` -> `claimed` -> `sending` -> `sent`, `refused` or `in_doubt`; `withheld` is never claimed."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, order=True)
class MessageKey:
    """Where a message lies: RFC 3501 §2.3.1.1, the only name IMAP guarantees. The folder is part of it: two
    folders may have the same UIDVALIDITY, and the configured folder may change."""

    mailbox: str
    uidvalidity: int
    uid: int
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True)
class RawMessage:
    """A message as the source handed it over.

    `data` is the whole message where `complete`, else its first octets (header and the text parts that
    usually follow); `size` and `sha256` always speak of the whole.

    `failure` is None, or a sentence: the mailbox holds the message and it could not be read whole (too big,
    or refused again and again). `sha256` is then no message's, but different for each.
    """

    key: MessageKey
    data: bytes
    received_at: datetime
    size: int
    sha256: str
    complete: bool = True
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `anliegen check` found out about a server, as a sentence; `ok` False is a problem."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox of RFC 5322 §3.4. `addr` is the bare address as written, empty where only a name
    stands (nobody can be answered there); `name` is decoded and one line."""

    name: str
    addr: str

    @property
    def key(self) -> str:
        """The address for comparing: without case."""
        return self.addr.casefold()

    @property
    def domain(self) -> str:
        return self.addr.rpartition("@")[2].casefold()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not the text. Its name is the sender's claim and is never trusted."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Report:
    """The machine-readable part of a multipart/report (RFC 6522): a DSN, MDN or ARF.

    `report_type` is the parameter of that name, in lower case; `returned-message` where a mail system sent a
    message back without multipart/report. `original_message_id` comes from the returned message or header
    part; `status` is the enhanced status code (RFC 3463) of the first recipient, `action` its Action field (RFC 3464 §2.3.3).
    """

    report_type: str
    original_message_id: str | None = None
    status: str | None = None
    action: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """The parsed, immutable message. After `mime.parse` nobody parses again.

    `headers` holds every field in order, unfolded, as (name as written, raw text); the decoded forms of
    those that matter are attributes. `text` is the whole readable text; `own_text` is what the sender
    wrote now, without quotes, forwarded parts, signature and footers (the whole text where nothing else
    is there). `content_types` lists every part's type, depth first, lower case (not what is inside of an
    attached message). Message-IDs stand in their angle brackets. `fingerprint`: see `mime.fingerprint`.
    """

    sha256: str
    size: int
    headers: tuple[tuple[str, str], ...]
    subject: str
    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: str | None
    content_type: str
    content_params: tuple[tuple[str, str], ...]
    content_types: tuple[str, ...]
    text: str
    own_text: str
    quoted_text: str
    signature: str
    attachments: tuple[Attachment, ...]
    report: Report | None
    fingerprint: str
    defects: tuple[str, ...] = ()
    complete: bool = True

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header field, unfolded and undecoded; the name is read without case."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def first(self, name: str) -> str | None:
        """The first value of a header field, or None."""
        return next(iter(self.all(name)), None)

    def param(self, name: str) -> str | None:
        """A parameter of the message's own Content-Type, or None."""
        return next((value for key, value in self.content_params if key.lower() == name.lower()), None)

    @property
    def author(self) -> Address | None:
        """Who wrote it: Sender where several From addresses stand (RFC 5322 §3.6.2), else the one From."""
        if len(self.from_) > 1 and self.sender:
            return self.sender[0]
        return next(iter(self.from_), None)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an acknowledgement was withheld: the signal's name, what was read, and the rule that binds us."""

    signal: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer. `answer_to` is the one address an acknowledgement may go to.

    `authenticated` is true where a server that the configuration names vouches for the From domain (DMARC).
    """

    kind: Kind
    acknowledge: bool
    reason: Reason | None = None
    answer_to: Address | None = None
    signals: tuple[Reason, ...] = ()
    authenticated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A message read and judged by the gate. `trouble` is the sentence why it could not be read."""

    raw: RawMessage
    message: Message
    verdict: Verdict
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule and what became of it. `why` names the predicate that held or failed, in words."""

    rule: str
    hit: bool
    why: str


@dataclass(frozen=True, slots=True)
class Runner:
    """A runner-up: a key and its calibrated probability."""

    key: str
    probability: float


@dataclass(frozen=True, slots=True)
class RequestedTime:
    """A wish for an appointment: the citizen's words, and what they mean where that is certain."""

    text: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a message, with every reason. Stored, and shown as it was stored."""

    language: str
    category: Category
    confidence: float
    unsure: bool
    department: str
    department_by: str
    department_confidence: float
    department_unsure: bool
    queue: str
    acknowledge: bool
    reason: Reason | None
    priority: str = "normal"
    tags: tuple[str, ...] = ()
    rules: tuple[RuleHit, ...] = ()
    evidence: tuple[str, ...] = ()
    category_runners_up: tuple[Runner, ...] = ()
    department_runners_up: tuple[Runner, ...] = ()
    requested_times: tuple[RequestedTime, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing to be sent, with its final bytes. `address` is what the target needs: for `mail` and the
    acknowledgement the recipient, for `folder` `mailbox/folder`, for `webhook` the URL."""

    target: str
    address: str
    message_id: str
    data: bytes
    envelope_from: str = ""
    department: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker holds: what a target gets to see."""

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
class Batch:
    """Messages read together; bounded in count and in octets by the source."""

    messages: tuple[RawMessage, ...] = field(default_factory=tuple)

    def __iter__(self) -> Iterator[RawMessage]:
        return iter(self.messages)

    @staticmethod
    def of(messages: Iterable[RawMessage]) -> Batch:
        return Batch(tuple(messages))


class Role(StrEnum):
    """What a recorded message is to its ticket."""

    FIRST = "first"  # opened it
    FURTHER = "further"  # the citizen wrote again
    NOTE = "note"  # a machine's word about it: bounce, absence notice, receipt
    DUPLICATE = "duplicate"  # the same mail a second time
    ASIDE = "aside"  # belongs to no ticket


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
    24 hours, `acks_on` too, by ticket id; `acks_this_hour` the last 60 minutes.
    """

    seen: dict[str, Seen] = field(default_factory=dict)
    issued: dict[str, Issued] = field(default_factory=dict)
    tickets: dict[str, TicketRef] = field(default_factory=dict)
    acks_to: dict[str, int] = field(default_factory=dict)
    acks_on: dict[int, int] = field(default_factory=dict)
    acks_this_hour: int = 0
    bounced: frozenset[str] = frozenset()
