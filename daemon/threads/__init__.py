"""Which ticket a message belongs to. Pure: what the store knows comes as `Past`.

Owns joining: a message joins a ticket by a Message-ID that we issued (In-Reply-To, References) or by a token
in subject or address, and only if its sender fits; else it opens a ticket of its own, linked for staff.
Ids of others, empty ones, bare numbers and subjects join nothing: they have joined strangers' mails into
one case elsewhere. Does not own: what a message is (`gate`), lookups (`store`). RFC 5322 §3.6.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from daemon.model import Issued, Kind, Message, Past, TicketRef, Verdict
from daemon.threads.bounces import bounce, is_lasting, status_in_words
from daemon.threads.issue import (
    envelope_address,
    is_ours,
    issue_message_id,
    issued_in,
    read_message_id,
    reply_address,
    token,
    tokens_in,
)
from daemon.threads.providers import PUBLIC

__all__ = [
    "Joined",
    "Linked",
    "New",
    "about",
    "bounce",
    "envelope_address",
    "ids",
    "is_lasting",
    "is_ours",
    "issue_message_id",
    "match",
    "note",
    "numbers",
    "read_message_id",
    "reply_address",
    "status_in_words",
    "token",
]

#: Where the servers on the way wrote for whom a message was; the first two are the sender's own words.
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")


@dataclass(frozen=True, slots=True)
class Joined:
    """A further message of this ticket; `by` says what named it."""

    ticket: TicketRef
    by: str


@dataclass(frozen=True, slots=True)
class Linked:
    """Names this ticket, but does not belong there for sure: a ticket of its own, shown beside it. `why` in words."""

    ticket: TicketRef
    why: str


@dataclass(frozen=True, slots=True)
class New:
    """Names no ticket of ours."""


def ids(message: Message, key: bytes) -> tuple[str, ...]:
    """Every Message-ID of ours that a message names, the nearest first: what the store is to look up.

    In-Reply-To, then References from the end, then what a report returned, then signed envelope addresses,
    then (many bounces return the message as plain text) the text itself.
    """
    named = [*message.in_reply_to, *reversed(message.references)]
    if message.report and message.report.original_message_id:
        named.append(message.report.original_message_id)
    found = [each for name in named for each in issued_in(key, name)]
    found.extend(_signed_addresses(message, key))
    if _is_mail_systems(message):
        found.extend(issued_in(key, message.text[:100_000]))
    return tuple(dict.fromkeys(found))


def _is_mail_systems(message: Message) -> bool:
    """Whether a mail system wrote it: only then may an id in the text count, for people quote what they like."""
    null = any(value.replace(" ", "") == "<>" for value in message.all("Return-Path"))  # RFC 5321 §4.5.5
    names = ("mailer-daemon", "mail-daemon", "postmaster")
    return null or message.report is not None or any(person.key.startswith(names) for person in message.from_)


def _signed_addresses(message: Message, key: bytes) -> Iterator[str]:
    for address in _recipients(message):
        local, _, domain = address.rpartition("@")
        yield from issued_in(key, f"<{local.partition('+')[2]}@{domain}>")


def _recipients(message: Message) -> Iterator[str]:
    yield from (person.addr for person in (*message.to, *message.cc))
    for name in _RECIPIENTS[2:]:
        yield from (value.strip("<> ")[:400] for value in message.all(name))


def numbers(message: Message, key: bytes) -> frozenset[str]:
    """Every ticket number that a message names with a valid check: what the store is to look up."""
    return frozenset(number for number, _, _ in _named(message, key))


def _named(message: Message, key: bytes) -> Iterator[tuple[str, str, str | None]]:
    """(ticket number, what named it, our Message-ID), the nearest first."""
    for message_id in ids(message, key):
        if ours := read_message_id(key, message_id):
            yield ours.number, "the Message-ID of our mail", message_id
    for number in tokens_in(key, message.subject):
        yield number, "the token in the subject", None
    for address in _recipients(message):
        for number in tokens_in(key, address.rpartition("@")[0].partition("+")[2]):
            yield number, "the token in the address", None


def match(message: Message, verdict: Verdict, past: Past, key: bytes) -> Joined | Linked | New:
    """Where a person's message belongs."""
    first: Linked | None = None
    for number, by, message_id in _named(message, key):
        issued = past.issued.get(message_id) if message_id else None
        ticket = past.tickets.get(issued.number if issued else number)
        if ticket is None:
            continue
        misfit = _misfit(message, verdict, ticket, issued)
        if misfit is None:
            return Joined(ticket, by)
        first = first or Linked(ticket, f"it carries {by}, but {misfit}")
    return first or New()


def _misfit(message: Message, verdict: Verdict, ticket: TicketRef, issued: Issued | None) -> str | None:
    """Why the sender does not fit the ticket; None where it does.

    Known are the citizen and whoever that message of ours went to. Another address of the same house fits
    where a trusted server authenticated it, unless the house is a public provider.
    """
    if any(signal.signal == "dmarc_fail" for signal in verdict.signals):
        return "its sender is forged (dmarc=fail)"
    author = message.author
    if author is None:
        return "it has no sender"
    known = {ticket.from_address.casefold(), *([issued.address.casefold()] if issued else [])}
    if author.key in known:
        return None
    houses = {address.rpartition("@")[2] for address in known} - PUBLIC
    if verdict.authenticated and author.domain in houses:
        return None
    return "it comes from another sender"


def about(message: Message, past: Past, key: bytes) -> Issued | TicketRef | None:
    """The delivery (else the ticket) that a machine's message is about: a bounce, an absence notice, a receipt.

    The sender need not fit, since bounces come from anybody's server: the key is proof enough for a note.
    """
    for message_id in ids(message, key):
        if message_id in past.issued:
            return past.issued[message_id]
    return next((past.tickets[number] for number, _, _ in _named(message, key) if number in past.tickets), None)


_NOTES: dict[Kind, tuple[str, str]] = {
    Kind.AUTO_REPLY: (
        "Automatische Antwort oder Abwesenheitsnotiz eingegangen",
        "An automatic reply or absence notice came",
    ),
    Kind.BOUNCE: ("Zustellbericht eingegangen", "A delivery report came"),
    Kind.RECEIPT: ("Lesebestätigung eingegangen", "A read receipt came"),
    Kind.ABUSE_REPORT: ("Missbrauchsmeldung eingegangen", "An abuse report came"),
    Kind.OWN: ("Unsere eigene Nachricht kam zurück", "Our own message came back"),
}


def note(message: Message, verdict: Verdict, language: str = "de") -> str:
    """One sentence for the ticket's history about a machine's message. It names nothing that the message says."""
    german, english = _NOTES.get(verdict.kind, ("Nachricht eines Programms eingegangen", "A program's message came"))
    return f"{german if language == 'de' else english}."
