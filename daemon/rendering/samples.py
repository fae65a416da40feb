"""Made-up facts for trying templates: everything known, and nothing but the least. For `check` and its tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from daemon.calendar import Calendar
from daemon.config import Config, Department, Hours, Organisation
from daemon.model import Address, Attachment, Category, Decision, Message, Reason, RequestedTime, RuleHit, Runner
from daemon.rendering import acknowledgement, admin, forward
from daemon.rendering.facts import (
    AckFacts,
    AlarmFacts,
    DailyFacts,
    ForwardFacts,
    LateTicket,
    PausedDoor,
    WithheldTicket,
)
from daemon.rendering.templates import Values
from daemon.rendering.words import Words

_NOW = datetime(2026, 3, 30, 12, 5, tzinfo=UTC)  # the Monday before Easter: with closed days ahead
_TICKET, _TOKEN, _ID = "2026-000123", "[#2026-000123-K7QX3M]", "<ack.1@musterlingen.example>"
_DAY = ["08:00-12:30", "13:30-16:30"]
_HOURS = Hours(mon=_DAY, tue=_DAY, wed=_DAY, thu=["13:30-19:00"], fri=["07:15-13:30"])
_CITIZEN = Address("Erika Musterfrau", "erika@example.org")
_URL = "https://www.musterlingen.example/"


def of(name: str, config: Config, calendar: Calendar, words: Words) -> list[Values] | None:
    """What a template is filled with in turn, by its path; None where a path means nothing to the program."""
    folder, _, rest = name.partition("/")
    language, _, file = rest.partition("/")
    if name == "ack/page.html.j2":
        return [{"title": "Titel", "language": "de-DE", "content": "Inhalt"}]
    if folder == "ack" and file == "subject.j2":
        return [
            acknowledgement.subject_values(_ack(category, subject)) for category in Category for subject in ("", "Müll")
        ]
    if folder == "ack":
        return list(_acknowledgements(config, calendar, words, language))
    if folder == "forward":
        facts = [_forward(further, full) for further in (False, True) for full in (False, True)]
        subjects = file == "subject.j2"
        return [
            forward.subject_values(item, config, words, language)
            if subjects
            else forward.values(item, config, calendar, words, language)
            for item in facts
        ]
    if folder == "admin" and file.startswith("alarm"):
        return [admin.alarm_values(facts, calendar, words) for facts in _alarms()]
    if folder == "admin" and file.startswith("daily"):
        return [admin.daily_values(facts, calendar, words) for facts in _dailies()]
    return None


def configured(config: Config, full: bool) -> Config:
    """The configuration with every fact that a text can mention, or with none of them."""
    organisation, least = config.organisation, {"key": "tiefbau", "name": "Tiefbauamt"}
    place = {key: getattr(organisation, key) for key in ("name", "timezone", "country", "subdivision", "languages")}
    facts = {"street": "Marktplatz 1", "city": "12345 Musterlingen", "phone": "+49 (0)6123 456-0"}
    links = dict.fromkeys(("website", "privacy_url", "formal_filing_url"), _URL)
    more = {"phone": "06123 456-78", "hours": _HOURS, "phone_hours": _HOURS, "appointment_url": _URL, "answer_days": 10}
    department = Department.model_validate(least | (more | {"address": "Bauhof 2, 12345 Musterlingen"} if full else {}))
    town = Organisation.model_validate(place | (facts | links if full else {}))
    return config.model_copy(update={"organisation": town, "department": [department]})


def _acknowledgements(config: Config, calendar: Calendar, words: Words, language: str) -> Iterator[Values]:
    for full in (True, False):
        for unsure in (False, True):
            for category in Category:
                facts = _ack(category, "Schlagloch in der Hauptstraße", unsure)
                yield acknowledgement.values(facts, configured(config, full), calendar, words, language)


def _ack(category: Category, subject: str, unsure: bool = False) -> AckFacts:
    message = _message(subject)
    return AckFacts(_TICKET, _TOKEN, _CITIZEN, message, "de", category, unsure, "tiefbau", unsure, _NOW, _ID, _NOW)


def _forward(further: bool, full: bool) -> ForwardFacts:
    return ForwardFacts(
        ticket=_TICKET,
        token=_TOKEN,
        to=Address("", "tiefbau@musterlingen.example"),
        reply_to=_CITIZEN if full else None,
        message=_message("Schlagloch" if full else "", full),
        original=b"Subject: Schlagloch\r\n\r\n" if full else None,
        decision=_decision(full),
        department="tiefbau",
        received_at=_NOW,
        where="buergerpost/Bearbeitet",
        message_id=_ID,
        now=_NOW,
        further=further,
    )


def _message(subject: str, full: bool = True) -> Message:
    attachment = Attachment("Foto.jpg", "image/jpeg", 1_500_000)
    return Message(
        sha256="0" * 64,
        size=2_000_000,
        headers=(),
        subject=subject,
        from_=(_CITIZEN,) if full else (),
        sender=(),
        reply_to=(),
        to=(),
        cc=(),
        message_id="<1@example.org>",
        in_reply_to=(),
        references=(),
        date=None,
        content_type="text/plain",
        content_params=(),
        content_types=("text/plain",),
        text="In der Hauptstraße ist ein Schlagloch." if full else "",
        own_text="",
        quoted_text="",
        signature="",
        attachments=(attachment, Attachment("", "application/pdf", 10)) if full else (),
        report=None,
        fingerprint="",
    )


def _decision(full: bool) -> Decision:
    return Decision(
        language="de",
        category=Category.COMPLAINT,
        confidence=0.87,
        unsure=not full,
        department="tiefbau",
        department_by="model" if full else "fallback",
        department_confidence=0.74,
        department_unsure=not full,
        queue="tiefbau",
        acknowledge=full,
        reason=None if full else Reason("auto_submitted", "auto-replied", "RFC 3834 §2"),
        tags=("Straße",) if full else (),
        rules=(RuleHit("Straßen", True, "subject: schlagloch"),) if full else (),
        evidence=("complaint: „ist ein Schlagloch“", "tiefbau: Straße, Schlagloch") if full else (),
        department_runners_up=(Runner("ordnungsamt", 0.2),) if full else (),
        requested_times=(RequestedTime("morgen um 9", _NOW), RequestedTime("bald")) if full else (),
    )


def _alarms() -> Iterator[AlarmFacts]:
    late = LateTicket(_TICKET, _NOW, "451 4.7.1 later")
    paused = PausedDoor("smtp", _NOW, 12, "connection refused")
    to = Address("", "admin@musterlingen.example")
    yield AlarmFacts(to, _ID, _NOW, (late,), (paused,))
    yield AlarmFacts(to, _ID, _NOW, (late, late))
    yield AlarmFacts(to, _ID, _NOW, (), (paused,))


def _dailies() -> Iterator[DailyFacts]:
    alarm = next(_alarms())
    withheld = (WithheldTicket(_TICKET, _NOW, "list_unsubscribe", "RFC 2369 §3"),)
    yield DailyFacts(alarm.to, _ID, _NOW)
    yield DailyFacts(alarm.to, _ID, _NOW, 40, 38, 1, 2, 3, withheld, alarm.paused, alarm.late, (_TICKET,))
