"""Who is on the other side: robots by their address, usable addresses, and the one address to answer.

Owns the reading of addresses for the gate. Bound by RFC 5230 §4.6 (robots' local parts), RFC 3834 §4
(where an answer goes), RFC 5321 §4.5.3.1 (lengths). Pure; knows no weights.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from daemon.gate import fields
from daemon.model import Address, Message


def _nothing(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the gate must know of the world: facts from the configuration and from the store.

    `own_addresses` and `forms` are casefolded. `issued` tells whether a Message-ID is one of ours (a keyed
    check, or a look at the outbox). `authentication_servers` are the authserv-ids (RFC 8601 §2.5) whose
    Authentication-Results are believed; without any, none is.
    """

    own_addresses: frozenset[str] = frozenset()
    authentication_servers: tuple[str, ...] = ()
    forms: frozenset[str] = frozenset()
    issued: Callable[[str], bool] = field(default=_nothing)


#: Where the last servers write for whom a message was.
_DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_ATEXT = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_USABLE = re.compile(
    # an encoded word may stand in no address (RFC 2047 §5): some server on the way would decode it into another one
    rf"(?!.*=\?){_ATEXT}(\.{_ATEXT})*@([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])",
    re.IGNORECASE,
)

#: Mail systems that report about mail: a message from one of them is a bounce until something says otherwise.
_DAEMONS = re.compile(
    r"(mailer|mail)[-_.]?daemon|post[-_.]?master|mail[-_.]?(delivery|router|gateway)[-_.]?(system|subsystem|daemon)?|mmdf|"
    r"uucp|microsoftexchange[0-9a-f]{20,}",
)
#: Addresses that say themselves that nobody reads there, in the languages of our neighbours.
_UNREAD = re.compile(
    r"(^|[-_.+])(no[-_.]?repl(y|ies)|do[-_.]?not[-_.]?reply|dont[-_.]?reply|(bitte[-_.]?)?nicht[-_.]?antworten|"
    r"keine?[-_.]?(antwort|reply)|noreturn|no[-_.]?response|ne[-_.]?pas[-_.]?repondre|pas[-_.]?de[-_.]?reponse|"
    r"non[-_.]?rispondere|no[-_.]?responder|unzustellbar|devnull|(dev[-_.])?null)([-_.+]|\d*$)",
)
#: Web servers under their system account: a form whose author set no sender.
_WEB_SERVERS = re.compile(r"www-?data|wwwrun|apache2?|httpd|nobody|nginx")
#: Programs of mailing lists and their return addresses (RFC 5230 §4.6 names the first ones).
_LIST_PROGRAMS = re.compile(
    r"listserv|majordomo|listproc|mailman|ecartis|sympa|owner-.+|.+-request|.+-bounces?(\+.*)?",
)
#: Schedulers, answering machines, return addresses of mass mailers.
_PROGRAMS = re.compile(
    r"bounces?([-+_.].*)?|auto[-_.]?(reply|respond|responder|response|answer|mailer|confirm|reports?|mail|antwort)|"
    r"robot|(.+-)?daemon|crond?|anacron|root|notifications?",
)


def local_part(address: Address) -> str:
    """The part before the @, folded."""
    return fields.folded(address.addr.rpartition("@")[0] or address.addr)


def is_daemon(address: Address) -> bool:
    """A mail system's own address: mailer-daemon, postmaster and their like."""
    return _DAEMONS.fullmatch(local_part(address)) is not None


def is_postmaster(address: Address) -> bool:
    """The one mail system's address that a person has to read (RFC 5321 §4.5.1)."""
    return local_part(address).replace("_", "").replace("-", "") == "postmaster"


def is_robot(address: Address) -> bool:
    """An address behind which nobody reads."""
    local = local_part(address)
    known = (_DAEMONS, _LIST_PROGRAMS, _PROGRAMS, _WEB_SERVERS)
    return is_unread(address) or any(pattern.fullmatch(local) for pattern in known)


def is_unread(address: Address) -> bool:
    """An address that says `noreply` itself, in its local part or as the host's name."""
    host = fields.folded(address.domain).split(".", 1)[0]
    return bool(_UNREAD.search(local_part(address)) or _UNREAD.fullmatch(host))


def is_list_program(address: Address) -> bool:
    """The address of a mailing list's program, not of a subscriber."""
    return _LIST_PROGRAMS.fullmatch(local_part(address)) is not None


def is_usable(address: Address) -> bool:
    """Whether mail can be sent there without SMTPUTF8: ASCII, a full domain (RFC 5321 §2.3.5), lengths kept."""
    addr = address.addr
    local, _, domain = addr.rpartition("@")
    return len(local) <= 64 and len(domain) <= 253 and len(addr) <= 254 and _USABLE.fullmatch(addr) is not None


def is_glued(address: Address, message: Message) -> bool:
    """Whether the parser made it from an address with a blank inside (`anna b@x`): nobody knows whose it is.

    Blanks around dots and the @ are obsolete, but allowed (RFC 5322 §4.4).
    """
    written = " ".join(value for name in ("From", "Sender", "Reply-To") for value in message.all(name)).casefold()
    return address.key in re.sub(r"\s", "", written) and address.key not in re.sub(r"\s*([.@])\s*", r"\1", written)


def is_ours(address: Address, around: Surroundings) -> bool:
    """Whether it is one of our own addresses, a tagged form (`name+tag@`) included."""
    local, _, domain = address.key.rpartition("@")
    return address.key in around.own_addresses or f"{local.partition('+')[0]}@{domain}" in around.own_addresses


def reply_to(message: Message, around: Surroundings) -> Address | None:
    """The one address that the sender clearly wants answers at, if it is a person's (RFC 3834 §4).

    Two addresses are no clear wish: answering both would make us an amplifier (RFC 3834 §6).
    """
    wanted = {address.key: address for address in message.reply_to}
    if len(wanted) != 1:
        return None
    address = next(iter(wanted.values()))
    person = is_usable(address) and not is_robot(address) and not is_ours(address, around)
    return address if person and not is_glued(address, message) else None


def is_configured_form(message: Message, around: Surroundings) -> bool:
    """Mail of a web form that the administrator named, with the person in Reply-To."""
    author = message.author
    return author is not None and author.key in around.forms and reply_to(message, around) is not None


def is_form(message: Message, around: Surroundings) -> bool:
    """Mail of a web form: one that is configured, or an unread address with a person in Reply-To, sent to us.

    A company's noreply whose Reply-To is its own service desk is no form; nor is a service's notice about
    a person that reached us by some other way.
    """
    return is_configured_form(message, around) or (_looks_like_form(message, around) and _is_to_us(message, around))


def _looks_like_form(message: Message, around: Surroundings) -> bool:
    author, person = message.author, reply_to(message, around)
    if author is None or person is None or person.domain == author.domain:
        return False
    return is_unread(author) or _WEB_SERVERS.fullmatch(local_part(author)) is not None


def is_unsure_form(message: Message, around: Surroundings) -> bool:
    """An unread address with a different person in Reply-To, not addressed to us: a person has to look."""
    return _looks_like_form(message, around) and not is_form(message, around)


def _is_to_us(message: Message, around: Surroundings) -> bool:
    """Whether a domain of ours is among the recipients (aliases need not be configured), or the form's own."""
    ours = {own.rpartition("@")[2] for own in around.own_addresses}
    delivered = (value.strip("<> ") for name in _DELIVERED for value in fields.values(message, name))
    there = {address.domain for address in (*message.to, *message.cc, *message.from_)}
    return not ours or bool(ours & (there | {value.rpartition("@")[2].casefold() for value in delivered}))


def answer_to(message: Message, around: Surroundings) -> Address | None:
    """The one address that an acknowledgement may go to; None where there is none. Never a Cc, never two."""
    if person := reply_to(message, around):
        return person
    author = message.author
    return author if author is not None and is_usable(author) and not is_glued(author, message) else None


def return_paths(message: Message) -> tuple[Address, ...]:
    """The envelope's sender as the last server wrote it down (RFC 5321 §4.4); several where servers did."""
    found = (fields.without_comments(value).strip("<> ") for value in fields.values(message, "Return-Path"))
    return tuple(Address("", path) for path in found if "@" in path)
