"""What a rule can ask. One function a key of `when`; its docstring is the manual.

Each gets the matter and the key's value from the configuration, and answers with the words it found, or
None. Patterns are RE2: searched anywhere, case-blind, in time linear in the text, so that no hostile mail
can hold the engine up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from daemon.model import Category, Message


@dataclass(frozen=True, slots=True)
class Matter:
    """What rules look at: the message, and what is known about it so far."""

    message: Message
    mailbox: str
    language: str
    category: Category
    topic: str
    confidence: float


#: What rules read of a text: the rest of a long mail changes no decision.
READ = 50_000


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options)


def _search(patterns: Sequence[str], texts: Iterable[str]) -> str | None:
    """The first text's words that any of the patterns finds."""
    for text in texts:
        for pattern in patterns:
            found = _compiled(pattern).search(text[:READ])
            if found:
                return str(found.group(0))[:80] or pattern
    return None


def _one_of(words: Sequence[str], value: str) -> str | None:
    return next((word for word in words if word.casefold() == value.casefold()), None)


def sender(matter: Matter, patterns: Sequence[str]) -> str | None:
    """The address in From, or the display name beside it."""
    return _search(patterns, [text for person in matter.message.from_ for text in (person.addr, person.name)])


def sender_domain(matter: Matter, patterns: Sequence[str]) -> str | None:
    """The part behind the @ of the address in From. Write `^example\\.org$` for that domain alone."""
    return _search(patterns, [person.domain for person in matter.message.from_])


def recipient(matter: Matter, patterns: Sequence[str]) -> str | None:
    """An address in To, Cc, Delivered-To or X-Original-To: which alias of the mailbox was written to."""
    named = [person.addr for person in (*matter.message.to, *matter.message.cc)]
    return _search(patterns, [*named, *matter.message.all("Delivered-To"), *matter.message.all("X-Original-To")])


def subject(matter: Matter, patterns: Sequence[str]) -> str | None:
    """The decoded subject."""
    return _search(patterns, [matter.message.subject])


def body(matter: Matter, patterns: Sequence[str]) -> str | None:
    """The sender's own words: without quotes, forwarded parts and signature."""
    return _search(patterns, [matter.message.own_text])


def header(matter: Matter, patterns: Mapping[str, Sequence[str]]) -> str | None:
    """Header fields by name: `header = { "X-Form" = "bauantrag" }`. All named fields must hold."""
    found = [_search(wanted, matter.message.all(name)) for name, wanted in patterns.items()]
    return ", ".join(word for word in found if word) if found and all(found) else None


def attachment(matter: Matter, patterns: Sequence[str]) -> str | None:
    """The file name or the content type of an attachment."""
    return _search(patterns, [text for part in matter.message.attachments for text in (part.name, part.content_type)])


def language(matter: Matter, words: Sequence[str]) -> str | None:
    """The language of the mail, as an ISO 639-1 code."""
    return _one_of(words, matter.language)


def category(matter: Matter, words: Sequence[str]) -> str | None:
    """The category as decided so far: by the model, or by a rule before this one."""
    return _one_of(words, matter.category)


def topic(matter: Matter, words: Sequence[str]) -> str | None:
    """The topic that the model finds most likely."""
    return _one_of(words, matter.topic)


def mailbox(matter: Matter, words: Sequence[str]) -> str | None:
    """The name of the mailbox that the mail came to."""
    return _one_of(words, matter.mailbox)


def confidence_below(matter: Matter, bound: float) -> str | None:
    """The category's confidence is less than this."""
    return f"{matter.confidence:.2f} < {bound:.2f}" if matter.confidence < bound else None


def confidence_above(matter: Matter, bound: float) -> str | None:
    """The category's confidence is at least this."""
    return f"{matter.confidence:.2f} ≥ {bound:.2f}" if matter.confidence >= bound else None
