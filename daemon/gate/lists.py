"""Signals of mail that went to many: mailing lists and mass mailers.

A list whose name is our own address is no list to us: where a mailbox is a group (Google Groups, Mailman,
Microsoft 365), the citizens' mail itself comes through it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from daemon.gate import automatic, fields, senders
from daemon.gate.senders import Surroundings
from daemon.model import Message


def _ours(value: str, around: Surroundings) -> bool:
    """Whether a list's field names one of our own addresses (`name@domain` or, in a List-Id, `name.domain`)."""
    names = {form for own in around.own_addresses for form in (own, own.replace("@", "."))}
    return any(word in names for word in re.split(r"[\s<>,;:?\"()]+", value.casefold()))


def is_our_group(message: Message, around: Surroundings) -> bool:
    """Whether the mail came through a list that is our own mailbox."""
    return any(_ours(value, around) for value in fields.values(message, "List-Id"))


def _list_field(message: Message, around: Surroundings, names: Iterable[str]) -> str | None:
    if is_our_group(message, around):
        return None
    found = ((name, value) for name in names for value in fields.values(message, name))
    return next((f"{name}: {value[:80]}" for name, value in found if not _ours(value, around)), None)


def list_id(message: Message, around: Surroundings) -> str | None:
    """`List-Id`: a mailing list sent it on."""
    return _list_field(message, around, ("List-Id",))


def list_field(message: Message, around: Surroundings) -> str | None:
    """`List-Post`, `List-Archive`, `List-Owner` or `List-Subscribe`: a mailing list sent it on."""
    return _list_field(message, around, ("List-Post", "List-Archive", "List-Owner", "List-Subscribe"))


def list_software(message: Message, around: Surroundings) -> str | None:
    """`X-Mailing-List`, `Mailing-List`, `X-BeenThere` or their like: a list's program was at work."""
    names = "X-Mailing-List Mailing-List X-BeenThere X-Mailman-Version X-Google-Group-Id X-Listserver X-List-Admin X-MLServer X-ML-Name"
    return _list_field(message, around, names.split())


def precedence_list(message: Message, around: Surroundings) -> str | None:
    """`Precedence` or `X-Precedence`: `list`."""
    return None if is_our_group(message, around) else automatic.precedence_of(message, ("list",))


def list_sender(message: Message, around: Surroundings) -> str | None:
    """`Sender` or `From` is a list's program: `owner-…`, `…-request`, `…-bounces`."""
    if is_our_group(message, around):
        return None
    people = (*message.from_, *message.sender)
    return next((person.addr for person in people if senders.is_list_program(person)), None)


def list_unsubscribe(message: Message, around: Surroundings) -> str | None:
    """`List-Unsubscribe`. Some providers and groups add it to a person's mail, so it only counts with others."""
    return _list_field(message, around, ("List-Unsubscribe",))


def list_unsubscribe_post(message: Message, around: Surroundings) -> str | None:
    """`List-Unsubscribe-Post`: one click ends the subscription, as mass mail has to offer."""
    return _list_field(message, around, ("List-Unsubscribe-Post",))


def list_help(message: Message, around: Surroundings) -> str | None:
    """`List-Help`: added by some mailing services to every mail."""
    return _list_field(message, around, ("List-Help",))


def mass_mailer(message: Message, _: Surroundings) -> str | None:
    """A field that senders of mass mail set for their reports: `Feedback-ID`, `X-CSA-Complaints`, campaign numbers."""
    names = (
        "Feedback-ID X-CSA-Complaints X-Campaign X-CampaignId X-Campaign-Id X-Mailgun-Tag X-MC-User X-Mailer-RecptId"
    )
    return _list_field(message, Surroundings(), names.split())


def mass_return_path(message: Message, _: Surroundings) -> str | None:
    """The return path is a program's, one for each recipient: `bounce+…@`, `…-bounces@`, `noreply@`."""
    return next((path.addr for path in senders.return_paths(message) if senders.is_robot(path)), None)


def unsubscribe_wording(message: Message, _: Surroundings) -> str | None:
    """The text ends with a way to unsubscribe."""
    tail = fields.folded(message.text[-1500:])
    found = _UNSUBSCRIBE.search(tail)
    return found[0][:60] if found else None


_UNSUBSCRIBE = re.compile(
    r"\b(newsletter (abbestellen|abmelden)|(vom|von diesem) newsletter (abmelden|austragen)|hier abmelden|"
    r"to unsubscribe|unsubscribe (here|from|at|link|:)|se desabonner|desinscri\w+|disiscri\w+|cancellare l'iscrizione|"
    r"abmelden: ?http|abbestellen: ?http)"
)
