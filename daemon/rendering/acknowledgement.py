"""The acknowledgement: what a citizen gets to read within a day, and nothing that we do not know.

Its text is never the citizen's own (RFC 3834 §6); only the subject comes back, shortened and without links,
so that a forged sender cannot use us to advertise. Binding: RFC 3834 §3.1; docs/decisions/0041 to 0043.
"""

from __future__ import annotations

import re

from daemon.calendar import Calendar
from daemon.config import Config, Department
from daemon.model import Address, Category, Message
from daemon.rendering.facts import AckFacts
from daemon.rendering.headers import message_id, one_line, shortened
from daemon.rendering.letter import Automatic, Letter
from daemon.rendering.sheet import plain
from daemon.rendering.templates import Values
from daemon.rendering.words import Words

_SUBJECT_LENGTH = 60
_REFERENCES = 20  # the first, and the last nineteen: enough for every mail program's threads
_CLOSURES_AHEAD = 8  # days, today included: whoever calls within a week should not stand before a locked door
_SPOKEN_IN = {"DE": ("de",), "AT": ("de",), "LI": ("de",), "CH": ("de", "fr", "it")}
_PREFIXES = re.compile(r"(?:\s*(?:re|aw|antw|fw|fwd|wg|tr|rif|r|i|inoltro)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_OUR_TOKEN = re.compile(r"\[#[^\]\s]{1,40}\]")
_LINK = re.compile(r"://|www\.|\b[\w-]+\.(?:com|net|org|info|ru|cn|xyz|top|shop|biz|online|site)\b", re.IGNORECASE)


def template(language: str, facts: AckFacts) -> str:
    """The short wording for a further message; else that of what we are sure of; else the neutral one."""
    if facts.further:
        return f"ack/{language}/further.j2"
    return f"ack/{language}/{Category.OTHER if facts.unsure else facts.category}.j2"


def values(facts: AckFacts, config: Config, calendar: Calendar, words: Words, language: str) -> Values:
    """What an acknowledgement's templates may use; listed in docs/texts.md. A fact that is missing is None."""
    organisation = config.organisation
    department = config.department_of(facts.department)
    town = ", ".join(part for part in (organisation.street, organisation.city) if part)
    found: dict[str, str | None] = {
        "organisation": organisation.name,
        "department": None if facts.department_unsure else department.name_in(language),
        "phone_number": department.phone or organisation.phone,
        "phone_hours": words.hours(department.phone_hours) if department.phone else None,
        "hours": words.hours(department.hours),
        "closed_on": _closed_on(facts, calendar, words, department),
        "address": department.address or town or None,
        "appointment_url": department.appointment_url,
        "website": organisation.website,
        "privacy_url": organisation.privacy_url,
        "formal_filing_url": organisation.formal_filing_url,
        "answer_by": _answer_by(facts, calendar, words, department),
        "received": words.at(calendar.local(facts.received_at)),
        "ticket": facts.ticket,
        "category": str(Category.OTHER if facts.unsure else facts.category),
        "language": language_tag(language, config),
        "country": organisation.country,
    }
    swiss = organisation.country in ("CH", "LI")
    return {"swiss": swiss} | {name: plain(value) if value else None for name, value in found.items()}


def subject_values(facts: AckFacts) -> Values:
    """What the subject's template may use. `subject` is the citizen's, "" where it cannot be repeated."""
    return {"subject": quotable_subject(facts.message.subject), "token": facts.token, "ticket": facts.ticket}


def quotable_subject(subject: str) -> str:
    """The citizen's subject as it may come back: without "Re:", our token and links; at most 60 characters."""
    bare = _PREFIXES.sub("", _OUR_TOKEN.sub(" ", one_line(subject)), count=1) if subject else ""
    return "" if _LINK.search(bare) else shortened(bare, _SUBJECT_LENGTH)


def letter(facts: AckFacts, config: Config, calendar: Calendar, language: str, subject: str) -> Letter:
    """The header. To the one address, without its name: a name is the sender's claim, too (RFC 3834 §3.1.4)."""
    reply_to = config.acknowledgement.reply_to
    answered = message_id(facts.message.message_id)
    return Letter(
        sender=Address(config.smtp.from_name or config.organisation.name, config.smtp.from_address),
        to=Address("", facts.to.addr),
        subject=subject,
        date=calendar.local(facts.now),
        message_id=facts.message_id,
        automatic=Automatic.REPLIED,
        language=language_tag(language, config),
        loop=config.smtp.from_address,
        reply_to=Address("", reply_to) if reply_to else None,
        in_reply_to=answered,
        references=references(facts.message),
    )


def references(message: Message) -> tuple[str, ...]:
    """The chain and the message's own id; nothing where that is missing or malformed (RFC 5322 §3.6.4)."""
    own = message_id(message.message_id)
    if own is None:
        return ()
    chain = message.references or (message.in_reply_to if len(message.in_reply_to) == 1 else ())
    ids = list(dict.fromkeys([*(found for found in map(message_id, chain) if found and found != own), own]))
    return tuple(ids if len(ids) <= _REFERENCES else [ids[0], *ids[1 - _REFERENCES :]])


def language_tag(language: str, config: Config) -> str:
    """BCP 47: "de-CH", but plain "en" in Switzerland. Screen readers choose their voice by it."""
    country = config.organisation.country
    return f"{language}-{country}" if language in _SPOKEN_IN.get(country, ()) else language


def _answer_by(facts: AckFacts, calendar: Calendar, words: Words, department: Department) -> str | None:
    if department.answer_days is None:
        return None
    due = calendar.due(facts.received_at, department.answer_days, department.hours)
    # where we are late ourselves, a promise whose day has come would mock
    return words.day(due) if due > calendar.local(facts.now).date() else None


def _closed_on(facts: AckFacts, calendar: Calendar, words: Words, department: Department) -> str | None:
    hours = department.hours or department.phone_hours
    if hours is None:
        return None
    closed = calendar.closures(calendar.local(facts.now).date(), _CLOSURES_AHEAD, hours)
    return words.joined([words.day(day) for day in closed]) if closed else None
