"""The mail to a department: what we know on top, the citizen's text below, the original attached.

From our own address and marked as automatic, so a clerk's absence notice never reaches the citizen; Reply-To
the citizen, so staff answer from the program they have. Binding: RFC 3834 §5; docs/decisions/0044, 0045.
"""

from __future__ import annotations

from daemon.calendar import Calendar
from daemon.config import Config
from daemon.errors import Unsendable
from daemon.model import Address, Decision, Message, is_overruled, likely
from daemon.rendering.acknowledgement import language_tag
from daemon.rendering.facts import ForwardFacts
from daemon.rendering.headers import ascii_address, one_line, shortened
from daemon.rendering.letter import Automatic, Letter
from daemon.rendering.parts import Part, clean, multipart, original_part, text_part
from daemon.rendering.templates import Values
from daemon.rendering.words import Words

_SUBJECT_LENGTH = 200
_REASONS = 12
_REASON_LENGTH = 160
_ATTACHMENTS = 50


def attaches(facts: ForwardFacts, limit: int) -> bool:
    """True where the original goes along. `limit` in octets counts for it alone, before base64."""
    return facts.original is not None and len(facts.original) <= limit


def body(facts: ForwardFacts, text: str, limit: int) -> Part:
    """The text, and with it the original where `attaches` says so."""
    if facts.original is None or not attaches(facts, limit):
        return text_part(text)
    return multipart("mixed", text_part(text), original_part(facts.original, facts.eight_bit))


def subject_values(facts: ForwardFacts, config: Config, words: Words, language: str) -> Values:
    """What the subject's template may use. The citizen's own subject is offered, but ours does without."""
    return {
        "token": facts.token,
        "ticket": facts.ticket,
        "category": words.categories[facts.decision.category],
        "department": config.department_of(facts.department).name_in(language),
        "subject": shortened(facts.message.subject, 60),
        "further": facts.further,
    }


def values(facts: ForwardFacts, config: Config, calendar: Calendar, words: Words, language: str) -> Values:
    """What the forward's template may use; listed in docs/texts.md."""
    decision, message = facts.decision, facts.message
    return {
        **subject_values(facts, config, words, language),
        "received": words.at(calendar.local(facts.received_at)),
        "sender": _sender(message),
        "subject": shortened(message.subject, _SUBJECT_LENGTH),
        "confidence": _percent(decision.confidence),
        "unsure": decision.unsure,
        "decided_department": config.department_of(decision.department).name_in(language),
        "department_confidence": _percent(decision.department_confidence),
        "department_unsure": decision.department_unsure,
        "priority": decision.priority,
        "tags": [one_line(tag) for tag in decision.tags],
        "decided_by": decision.department_by.partition(":")[0],
        "rules": [shortened(f"{hit.rule}: {hit.why}", _REASON_LENGTH) for hit in decision.rules if hit.hit][:_REASONS],
        "evidence": [_clue(text, config, words, language) for text in _evidence(decision, overruled=False)],
        "overruled": [_clue(text, config, words, language) for text in _evidence(decision, overruled=True)],
        "other_departments": _others(decision, config, language),
        "requested_times": [
            {"text": shortened(time.text, 100), "start": words.at(calendar.local(time.start)) if time.start else ""}
            for time in decision.requested_times
        ],
        "acknowledged": decision.acknowledge and not facts.further,
        "withheld": one_line(f"{decision.reason.signal}, {decision.reason.rule}") if decision.reason else "",
        "answerable": _answerable(facts.reply_to) is not None,
        "attached": attaches(facts, config.delivery.forward_limit),
        "size": _size(message.size),
        "where": one_line(facts.where),
        "text": clean(message.text).strip(),
        "attachments": [
            {"name": shortened(part.name, 100), "type": one_line(part.content_type), "size": _size(part.size)}
            for part in message.attachments[:_ATTACHMENTS]
        ],
    }


def letter(facts: ForwardFacts, config: Config, calendar: Calendar, language: str, subject: str) -> Letter:
    """The header. Never raises for the citizen's address: one that cannot be written to is left out."""
    return Letter(
        sender=Address(config.smtp.from_name or config.organisation.name, config.smtp.from_address),
        to=Address("", facts.to.addr),
        subject=subject,
        date=calendar.local(facts.now),
        message_id=facts.message_id,
        automatic=Automatic.GENERATED,
        language=language_tag(language, config),
        loop=config.smtp.from_address,
        reply_to=_answerable(facts.reply_to),
    )


def _answerable(address: Address | None) -> Address | None:
    try:
        return Address(address.name, ascii_address(address.addr)) if address else None
    except Unsendable:
        return None


def _sender(message: Message) -> str:
    author = message.author
    return one_line(f"{author.name} <{author.addr}>" if author.name else author.addr) if author else ""


def _evidence(decision: Decision, *, overruled: bool) -> list[str]:
    """What spoke for the decision; or for what the model had thought, where a rule or a person decided otherwise."""
    said = (decision.category, decision.department, decision.department_by)
    return [text for text in decision.evidence[:_REASONS] if is_overruled(text, *said) is overruled]


def _clue(text: str, config: Config, words: Words, language: str) -> str:
    """What spoke for a decision, "appointment: Termin, brauche", with the key in words."""
    key, colon, rest = text.partition(": ")
    names = {department.key: department.name_in(language) for department in config.department} | words.categories
    return shortened(f"{names.get(key, key)}{colon}{rest}", _REASON_LENGTH)


def _others(decision: Decision, config: Config, language: str) -> list[str]:
    """The next most likely departments, as far as they still exist."""
    names = {department.key: department.name_in(language) for department in config.department}
    runners = likely(decision.department_runners_up, decision.department_confidence)
    return [
        f"{names[runner.key]} ({_percent(runner.probability)} %)"
        for runner in runners
        if runner.key in names and runner.key != decision.department
    ]


def _percent(probability: float) -> str:
    return f"{max(0.0, min(1.0, probability)) * 100:.0f}"


def _size(octets: int) -> str:
    return f"{octets / 1_000_000:.0f} MB" if octets >= 1_000_000 else f"{max(1, round(octets / 1000))} kB"
