"""Machines that mark themselves by nothing but their words: absence notices, receipts, bounces.

Owns the clues and their sums; the phrases are in `phrases/`, one module for each language. A clue is
never enough by itself: a subject may be quoted, and a citizen may write about an automatic reply. Clues
are read in the subject and in what the sender wrote himself, folded (`fields.folded`); what speaks for a
person counts against. RFC 3834 §2 asks for the utmost care here, since no field says "automatic".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from daemon.gate import fields
from daemon.gate.phrases import LANGUAGES
from daemon.model import Message

#: A sum from which on the wording counts as the machine's own.
ENOUGH = 100
#: Notices are short: no clue is looked for behind this many characters.
_READ = 3000
#: A notice that says nothing recognisable beside its title is shorter than this.
_SHORT = 160
#: A notice is always the answer to a mail: what In-Reply-To adds to its clues.
_ANSWERS = 15
#: Re:, AW:, WG: and their like: a person answered or passed on what follows.
_PREFIX = re.compile(r"^((re|aw|wg|fwd?|antw|sv|vs|tr|rif|i|r|ref|wtr|doorst)\s*(\[\d+\])?\s*:\s*)+")
#: What servers put before a subject: `[EXTERN]`, a list's or a ticket system's mark.
_BRACKETS = re.compile(r"^((\[[^\]]{1,80}\]|\(extern\w{0,3}\)|extern\w{0,3}\s*:)\s*)+")


class Where(StrEnum):
    """`title`: the subject names it and ends there, or goes on behind a colon or in brackets; `opening`: the
    subject begins with it."""

    TITLE = "title"
    OPENING = "opening"
    SUBJECT = "subject"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Clue:
    """One turn of phrase, where it is looked for, and what it adds to the sum (or takes away)."""

    name: str
    where: Where
    weight: int
    pattern: re.Pattern[str]


_TITLE_ENDS = r"\s*(?:[\])*:>/]|[-–—|,] |(?:bis|vom|von|ab|until|from|till?|jusqu'|du|dal|fino|am|\d).{0,50}$|[.!]*$)"
_OPENING_ENDS = r"(?!(?<=\w)\w)"


def _clue(name: str, where: Where, weight: int, phrases: str) -> Clue:
    found = "|".join(f"(?:{text})" for language in LANGUAGES for text in getattr(language, phrases))
    if where in (Where.TITLE, Where.OPENING):
        found = rf"^[\[(*<]*\s*(?:{found}){_TITLE_ENDS if where is Where.TITLE else _OPENING_ENDS}"
    return Clue(name, where, weight, re.compile(found))


_TITLES = (
    _clue("subject begins as an automatic reply's", Where.OPENING, 60, "titles"),
    _clue("subject names nothing but an automatic reply", Where.TITLE, 40, "titles"),
    _clue("subject names an absence", Where.TITLE, 80, "soft_titles"),
)
_TELLS = _clue("tells of an automatic reply", Where.TEXT, -90, "tells")
_MATTER = _clue("states a matter", Where.TEXT, -45, "matter")
_TOWN = _clue("names a matter of the town", Where.TEXT, -30, "town")
_AUTOMATIC = _clue("calls itself automatic", Where.TEXT, 60, "automatic")
_ANYBODY = _clue("addresses whoever wrote", Where.TEXT, 40, "anybody")
_THANKS = _clue("opens with thanks for the mail", Where.TEXT, 15, "thanks")

# In each table first what is found soonest or weighs most: where all of that is missing, the rest is not looked for.
ABSENCE: tuple[Clue, ...] = (
    *_TITLES,
    _clue("subject says that somebody is away", Where.SUBJECT, 60, "person_away"),
    _AUTOMATIC,
    _ANYBODY,
    _THANKS,
    _clue("says until when", Where.TEXT, 20, "back"),
    _clue("names a way for urgent matters", Where.TEXT, 25, "urgent"),
    _clue("says that the writer is away", Where.TEXT, 40, "away"),
    _clue("says that mail is not read now", Where.TEXT, 30, "unread"),
    _TELLS,
    _MATTER,
    _TOWN,
)
RECEIPT: tuple[Clue, ...] = (
    _clue("subject confirms the arrival", Where.OPENING, 40, "receipt_titles"),
    _AUTOMATIC,
    _THANKS,
    _clue("names a reference number", Where.TEXT, 20, "reference"),
    _clue("confirms the arrival", Where.TEXT, 30, "received"),
    _TELLS,
    _MATTER,
)
BOUNCE: tuple[Clue, ...] = (
    _clue("subject names a failed delivery", Where.OPENING, 60, "bounce_titles"),
    _clue("reports a failed delivery", Where.TEXT, 50, "bounce_text"),
    _TELLS,
    _MATTER,
)
READ_RECEIPT: tuple[Clue, ...] = (
    _clue("subject names a read receipt", Where.OPENING, 60, "read_titles"),
    _clue("says that a message was read", Where.TEXT, 50, "read_text"),
    _MATTER,
)
CALENDAR_ANSWER = _clue("answers an invitation", Where.OPENING, 0, "calendar_titles").pattern


@dataclass(frozen=True, slots=True)
class Found:
    """What the wording came to: the sum, and the clues that made it."""

    total: int
    clues: tuple[Clue, ...]

    @property
    def names(self) -> str:
        """The clues that count for a machine, in words."""
        return "; ".join(clue.name for clue in self.clues if clue.weight > 0)

    def has(self, name: str) -> bool:
        return any(clue.name == name for clue in self.clues)


def weigh(message: Message, clues: tuple[Clue, ...], least: int = 0) -> Found:
    """Look for each clue and add up. A subject that begins with `Re:` or `WG:` is a person's and titles nothing.

    What speaks for a person is looked for only where something speaks for a machine; nothing more is, where nothing
    was found and what is left would not come to `least`.
    """
    subject = fields.folded(message.subject[:300])
    title = "" if _PREFIX.match(subject) else subject
    places = {
        Where.TITLE: (title, _BRACKETS.sub("", title)),
        Where.OPENING: (title, _BRACKETS.sub("", title)),
        Where.SUBJECT: (title,),
        Where.TEXT: (fields.folded((message.own_text or message.text)[:_READ]),),
    }
    hits: list[Clue] = []
    left = sum(clue.weight for clue in clues if clue.weight > 0)
    for clue in clues:
        if not hits and left < least:
            break
        left -= max(clue.weight, 0)
        if (clue.weight >= 0 or hits) and any(text and clue.pattern.search(text) for text in places[clue.where]):
            hits.append(clue)
    return Found(sum(clue.weight for clue in hits), tuple(hits))


def absence(message: Message) -> str | None:
    """An absence notice or automatic reply by its wording: the clues, else None."""
    found = weigh(message, ABSENCE, ENOUGH - _ANSWERS)
    if found.clues == (_TITLES[-1],) and len(message.own_text or message.text) < _SHORT:
        return found.names  # a title and a few words that say nothing else
    total = found.total + (_ANSWERS if message.in_reply_to else 0)
    return found.names if total >= ENOUGH else None


def receipt(message: Message) -> str | None:
    """Another system's receipt by its wording. It must call itself automatic: officials write the rest, too."""
    found = weigh(message, RECEIPT, ENOUGH)
    return found.names if found.total >= ENOUGH and found.has(_AUTOMATIC.name) else None


def bounce(message: Message) -> str | None:
    """A failed delivery's report by its wording."""
    found = weigh(message, BOUNCE, ENOUGH)
    return found.names if found.total >= ENOUGH else None


def is_bounce_title(message: Message) -> bool:
    """Whether the subject begins as a failed delivery's report does."""
    return bool(weigh(message, BOUNCE[:1]).clues)


def read_receipt(message: Message) -> str | None:
    """A read receipt by its wording: the title with the sentence, or with nothing at all."""
    found = weigh(message, READ_RECEIPT, ENOUGH)
    empty = not message.text.strip() and found.has("subject names a read receipt") and bool(message.in_reply_to)
    return found.names if found.total >= ENOUGH or empty else None
