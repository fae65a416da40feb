"""Mail to the administrator: the warning that the hours run out, and the daily list.

Ticket numbers, times and causes only; whose tickets these are stands in the program, not in a mailbox.
"""

from __future__ import annotations

from datetime import datetime

from daemon.calendar import Calendar
from daemon.config import Config
from daemon.model import Address
from daemon.rendering.acknowledgement import language_tag
from daemon.rendering.facts import AlarmFacts, DailyFacts, LateTicket, PausedDoor
from daemon.rendering.headers import one_line
from daemon.rendering.letter import Automatic, Letter
from daemon.rendering.templates import Values
from daemon.rendering.words import Words

_LISTED = 200  # lines of one list; more than that is read in the program


def alarm_values(facts: AlarmFacts, calendar: Calendar, words: Words) -> Values:
    """What the warning's templates may use; listed in docs/texts.md."""
    return {"late": _late(facts.late, calendar, words), "paused": _paused(facts.paused, calendar, words)}


def daily_values(facts: DailyFacts, calendar: Calendar, words: Words) -> Values:
    """What the daily mail's templates may use; listed in docs/texts.md."""
    numbers = {
        name: getattr(facts, name) for name in ("received", "acknowledged", "quarantined", "refused", "in_doubt")
    }
    lists = (facts.withheld, facts.paused, facts.late, facts.imported)
    return numbers | {
        "today": words.day(calendar.local(facts.now).date()),
        "attention": any(lists) or any((facts.quarantined, facts.refused, facts.in_doubt)),
        "late": _late(facts.late, calendar, words),
        "paused": _paused(facts.paused, calendar, words),
        "withheld": [
            {
                "ticket": item.ticket,
                "received": _at(item.received_at, calendar, words),
                "signal": item.signal,
                "rule": item.rule,
            }
            for item in facts.withheld[:_LISTED]
        ],
        "imported": list(facts.imported[:_LISTED]),
    }


def letter(facts: AlarmFacts | DailyFacts, config: Config, calendar: Calendar, language: str, subject: str) -> Letter:
    """The header of either mail."""
    return Letter(
        sender=Address(config.smtp.from_name or config.organisation.name, config.smtp.from_address),
        to=Address("", facts.to.addr),
        subject=subject,
        date=calendar.local(facts.now),
        message_id=facts.message_id,
        automatic=Automatic.GENERATED,
        language=language_tag(language, config),
        loop=config.smtp.from_address,
    )


def _late(items: tuple[LateTicket, ...], calendar: Calendar, words: Words) -> list[dict[str, str]]:
    return [
        {"ticket": item.ticket, "due": _at(item.due, calendar, words), "why": one_line(item.why)}
        for item in items[:_LISTED]
    ]


def _paused(items: tuple[PausedDoor, ...], calendar: Calendar, words: Words) -> list[dict[str, str]]:
    return [
        {
            "door": item.door,
            "since": _at(item.since, calendar, words),
            "waiting": str(item.waiting),
            "why": one_line(item.why),
        }
        for item in items
    ]


def _at(moment: datetime, calendar: Calendar, words: Words) -> str:
    return words.at(calendar.local(moment))
