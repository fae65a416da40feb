"""A message, from where it lies to what was read in it. RFC 5322 and RFC 3501 name the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

#: The arrival of a message whose server does not tell it. Before every cut-over: nobody is answered because of it.
UNKNOWN_ARRIVAL = datetime(1970, 1, 1, tzinfo=UTC)


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

    `data` is the whole message where `complete`, else its first octets and its last lines (header and the text parts,
    before the attachments or behind them); `size` and `sha256` always speak of the whole.

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
    wrote now, without quotes, forwarded parts, signature and footers (what is forwarded or signed where nothing
    else is there; empty where the subject says it all). `content_types` lists every part's type, depth first,
    lower case (not what is inside of an attached message). Message-IDs stand in their angle brackets.
    `fingerprint`: see `mime.fingerprint`.
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
    _values: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers:
            named[name.lower()] = (*named.get(name.lower(), ()), value)
        object.__setattr__(self, "_values", named)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header field, unfolded and undecoded; the name is read without case."""
        return self._values.get(name.lower(), ())

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
