"""One outgoing mail from its header fields and its body, and read back again.

Every mail of ours passes through `write`, so none can lack the fields that keep machines from answering it
(RFC 3834 §5; Microsoft's X-Auto-Response-Suppress). The octets are final: they are stored and sent as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum

from daemon.model import Address
from daemon.rendering import headers
from daemon.rendering.parts import Part, clean

#: Stands in every mail of ours; a message that comes in with it is our own (field notes: "own loop header").
LOOP_FIELD = "X-Anliegen-Loop"


class Automatic(StrEnum):
    """RFC 3834 §5: what we send is never anything else."""

    REPLIED = "auto-replied"
    GENERATED = "auto-generated"


@dataclass(frozen=True, slots=True)
class Letter:
    """The header of a mail of ours, before it is octets. `loop` is the value of our own loop field."""

    sender: Address
    to: Address
    subject: str
    date: datetime
    message_id: str
    automatic: Automatic
    language: str
    loop: str
    reply_to: Address | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Readable:
    """A mail of ours for people: what `inspect --ack` and the console show. `html` is "" where there is none."""

    sender: str
    to: str
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


def write(letter: Letter, body: Part) -> bytes:
    """The whole message (RFC 5322 §3.6: each field once). Raises `Unsendable` for an impossible address."""
    fields = [
        headers.date_field(letter.date),
        headers.address_field("From", letter.sender),
        headers.address_field("To", letter.to),
        headers.address_field("Reply-To", letter.reply_to) if letter.reply_to else b"",
        headers.text_field("Subject", letter.subject),
        headers.ids_field("Message-ID", [letter.message_id]),
        headers.ids_field("In-Reply-To", [letter.in_reply_to]) if letter.in_reply_to else b"",
        headers.ids_field("References", letter.references) if letter.references else b"",
        headers.token_field("Auto-Submitted", letter.automatic),
        headers.token_field("X-Auto-Response-Suppress", "All"),
        headers.text_field(LOOP_FIELD, letter.loop),
        headers.token_field("Content-Language", letter.language),
        headers.token_field("MIME-Version", "1.0"),
    ]
    return b"".join([*fields, *body.pieces])


def read(data: bytes) -> Readable:
    """A mail that `write` made, decoded."""
    message = message_from_bytes(data, policy=default)
    assert isinstance(message, EmailMessage)
    named = tuple((name, str(value)) for name, value in message.items())
    fields = dict(named)
    forms = {subtype: message.get_body((subtype,)) for subtype in ("plain", "html")}
    text, html = (clean(str(form.get_content())) if form else "" for form in forms.values())
    return Readable(fields["From"], fields["To"], fields["Subject"], named, text, html)
