"""Signals about who wrote, and what others on the way judged: ourselves, robots, forgers, spam."""

from __future__ import annotations

from daemon.gate import fields, lists, senders, verdicts
from daemon.gate.senders import Surroundings
from daemon.model import Message


def own_message_id(message: Message, around: Surroundings) -> str | None:
    """The Message-ID is one that we issued: our own mail came back."""
    return message.message_id if message.message_id and around.issued(message.message_id) else None


def own_loop_field(message: Message, around: Surroundings) -> str | None:
    """`X-Loop` or `X-Anliegen-Loop` names one of our own addresses: our own mail came back."""
    for name in ("X-Loop", "X-Anliegen-Loop"):
        for value in fields.values(message, name):
            if value.casefold().strip("<> ") in around.own_addresses:
                return f"{name}: {value[:80]}"
    return None


def _ours(message: Message, around: Surroundings) -> str | None:
    """Sender alone says nothing: groups put their own address there."""
    return next((person.addr for person in message.from_ if senders.is_ours(person, around)), None)


def own_address(message: Message, around: Surroundings) -> str | None:
    """Sent from one of our own addresses, and nobody else wants the answer."""
    return _ours(message, around) if senders.reply_to(message, around) is None else None


def own_address_for_other(message: Message, around: Surroundings) -> str | None:
    """Sent from one of our own addresses with somebody else in Reply-To, as web forms do: name it in `gate.forms`."""
    if senders.reply_to(message, around) is None or lists.is_our_group(message, around):
        return None  # a group that rewrites From for DMARC's sake names the person in Reply-To
    return _ours(message, around)


def spam_verdict(message: Message, _: Surroundings) -> str | None:
    """A spam or virus filter on the way found it to be spam (`X-Spam-Flag`, `X-Spam-Status` and their like)."""
    return verdicts.spam_field(message)


def spam_subject(message: Message, _: Surroundings) -> str | None:
    """The subject begins with a filter's tag: `***SPAM***`, `[SPAM]`."""
    return verdicts.spam_subject(message)


def robot_sender(message: Message, around: Surroundings) -> str | None:
    """From an address that nobody reads (`noreply@`, `daemon@` …), and no web form with a person in Reply-To."""
    author = message.author
    if author is None or senders.is_form(message, around) or senders.is_unsure_form(message, around):
        return None
    return author.addr if senders.is_robot(author) and not senders.is_postmaster(author) else None


def unsure_form(message: Message, around: Surroundings) -> str | None:
    """From an unread address with a person in Reply-To, but not addressed to us: a form, or a service's notice."""
    return message.author.addr if message.author and senders.is_unsure_form(message, around) else None


def dmarc_fail(message: Message, around: Surroundings) -> str | None:
    """A server that the configuration names found the sender forged (`dmarc=fail`). SPF or DKIM alone never counts."""
    result = verdicts.authentication(message, around.authentication_servers, "dmarc")
    return f"dmarc={result}" if result == "fail" else None


def no_usable_address(message: Message, around: Surroundings) -> str | None:
    """No address that mail can be sent to without SMTPUTF8: none at all, no full domain, or not ASCII."""
    if senders.answer_to(message, around) is not None:
        return None
    author = message.author
    return author.addr[:80] if author else (message.first("From") or "no From")[:80]
