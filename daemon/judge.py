"""What becomes of messages, from bytes to `Record`: the thinking half of intake, without clock or I/O.

`inspect` walks the same way with an empty past, so that it can say what the daemon would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from classifiers import Prediction, Text, requested_times
from daemon import deliveries, gate, mime, reader, rules, threads
from daemon.errors import TemplateError, Unsendable
from daemon.model import (
    UNKNOWN_ARRIVAL,
    Address,
    Category,
    Decision,
    Issued,
    Kind,
    Past,
    Planned,
    RawMessage,
    Reading,
    Reason,
    Record,
    RequestedTime,
    Role,
    Seen,
    TicketRef,
    Verdict,
)
from daemon.policy import Policy
from daemon.store import Question
from daemon.threads.providers import PUBLIC

#: The language of a ticket's history, which `anliegen tickets show` prints.
LANGUAGE = "en"

#: An acknowledgement that the hourly cap delays leaves this long before its time runs out.
LAST_CHANCE = timedelta(hours=1)


@dataclass(slots=True)
class _Tally:
    """The past plus what this batch has decided so far."""

    past: Past
    seen: dict[str, Seen] = field(default_factory=dict)
    acks_to: Counter[str] = field(default_factory=Counter)
    acks_on: Counter[int] = field(default_factory=Counter)
    acks: int = 0

    def twin(self, fingerprint: str) -> Seen | None:
        return self.past.seen.get(fingerprint) or self.seen.get(fingerprint)

    def history(self, address: str, ticket_id: int | None) -> gate.History:
        return gate.History(
            to_sender=self.past.acks_to.get(address, 0) + self.acks_to[address],
            on_thread=self.past.acks_on.get(ticket_id, 0) + self.acks_on[ticket_id] if ticket_id else 0,
            this_hour=self.past.acks_this_hour + self.acks,
            hard_bounced=address in self.past.bounced,
        )

    def acknowledged(self, address: str, ticket_id: int | None) -> None:
        self.acks_to[address] += 1
        self.acks += 1
        if ticket_id is not None:
            self.acks_on[ticket_id] += 1


def read(raw: RawMessage, policy: Policy) -> Reading:
    """Parse one message and ask the gate. Never raises: what cannot be read says so."""
    return reader.read(raw, policy.config.limits, surroundings(policy))


def remembered(raw: RawMessage, subject: str, text: str, author: Address | None, message_id: str | None) -> Reading:
    """A message whose octets are no longer kept, as the database remembers it: for delivering it once more."""
    message = replace(
        mime.unread(raw.sha256, raw.size),
        subject=subject,
        text=text,
        own_text=text,
        from_=(author,) if author else (),
        message_id=message_id,
        complete=False,
    )
    return Reading(raw, message, Verdict(Kind.PERSON, False, answer_to=author))


def surroundings(policy: Policy) -> gate.Surroundings:
    """What the gate must know of us."""
    config = policy.config
    return gate.Surroundings(
        own_addresses=config.own_addresses,
        authentication_servers=tuple(config.gate.authentication_servers),
        forms=frozenset(address.casefold() for address in config.gate.forms),
        issued=partial(threads.is_ours, policy.key),
    )


def question(readings: Iterable[Reading], policy: Policy) -> Question:
    """What the store is to look up for a batch."""
    fingerprints: set[str] = set()
    ids: set[str] = set()
    numbers: set[str] = set()
    addresses: set[str] = set()
    for reading in readings:
        message, verdict = reading.message, reading.verdict
        fingerprints.update((message.fingerprint, reading.raw.sha256))  # that of an unreadable one is its digest
        ids.update(threads.ids(message, policy.key))
        numbers.update(threads.numbers(message, policy.key))
        if verdict.answer_to:
            addresses.add(verdict.answer_to.key)
    return Question(fingerprints, ids, numbers, addresses)


def judge(
    readings: Sequence[Reading], policy: Policy, past: Past, numbers: Iterator[str], now: datetime
) -> list[Record]:
    """Decide a batch. `numbers` gives a ticket number for each that needs one."""
    tally = _Tally(past)
    predictions = predict([r for r in readings if r.verdict.kind.opens_ticket], policy)
    return [_record(reading, policy, tally, predictions, numbers, now) for reading in readings]


def trouble(error: Exception) -> str:
    """Why a message could not be judged, for quarantine: a template names its own line."""
    if isinstance(error, TemplateError):
        return str(error)
    return f"An error in this release ended the judging ({type(error).__name__}); a later one may succeed."


def predict(readings: Sequence[Reading], policy: Policy) -> dict[str, Prediction]:
    """The model's word on each message, by the message's SHA-256, in one go."""
    texts = [Text(reading.message.subject, reading.message.own_text) for reading in readings]
    found = policy.classifier.predict(texts) if texts else []
    return {reading.raw.sha256: prediction for reading, prediction in zip(readings, found, strict=True)}


def decide(reading: Reading, prediction: Prediction, policy: Policy) -> Decision:
    """Rules first, then the model; an unreadable message is nobody's guess but the fallback's."""
    decision = rules.decide(reading.message, reading.verdict, prediction, policy.config, reading.raw.key.mailbox)
    if decision.category is Category.APPOINTMENT:
        decision = replace(decision, requested_times=_wishes(reading, policy))
    if reading.verdict.kind is not Kind.UNREADABLE:
        return decision
    fallback = policy.config.fallback.key
    return replace(
        decision,
        language=policy.config.organisation.languages[0],
        category=Category.OTHER,
        confidence=0.0,
        unsure=True,
        department=fallback,
        department_by="fallback",
        department_confidence=0.0,
        department_unsure=True,
        queue=fallback,
    )


def _wishes(reading: Reading, policy: Policy) -> tuple[RequestedTime, ...]:
    """Times that a person asks for."""
    text = f"{reading.message.subject}\n{reading.message.own_text}"
    found = requested_times(text, reading.raw.received_at, policy.config.organisation.zone)
    return tuple(RequestedTime(*wish) for wish in found)


def _record(
    reading: Reading,
    policy: Policy,
    tally: _Tally,
    predictions: Mapping[str, Prediction],
    numbers: Iterator[str],
    now: datetime,
) -> Record:
    twin = tally.twin(reading.message.fingerprint)
    if twin is not None:
        return _plain(reading, Role.DUPLICATE, joins=twin.ticket_id)
    tally.seen[reading.message.fingerprint] = Seen(0, None)
    if not reading.verdict.kind.opens_ticket:
        return _machine(reading, policy, tally.past)
    decision = decide(reading, predictions[reading.raw.sha256], policy)
    match threads.match(reading.message, reading.verdict, tally.past, policy.key):
        case threads.Joined(ticket) | threads.Linked(ticket) if _is_staff(reading, ticket, policy):
            note = "Staff wrote; the text is kept with the ticket and was not sent on."
            return replace(_plain(reading, Role.NOTE, joins=ticket.ticket_id), notes=(note,))
        case threads.Joined(ticket, by):
            return _further(reading, policy, tally, decision, ticket, by, now)
        case threads.Linked(ticket, why):
            record = _first(reading, policy, tally, decision, next(numbers), now)
            note = f"May belong to {ticket.number}: {why}."
            return replace(record, linked=ticket.ticket_id, notes=(*record.notes, note))
    return _first(reading, policy, tally, decision, next(numbers), now)


def _is_staff(reading: Reading, ticket: TicketRef, policy: Policy) -> bool:
    """A department, or a clerk of its house, answers what we forwarded: sent back, that would be a loop."""
    author = reading.message.author
    forged = any(signal.signal == "dmarc_fail" for signal in reading.verdict.signals)
    if author is None or forged or author.key == ticket.from_address.casefold():
        return False
    departments = deliveries.department_addresses(policy)
    houses = {address.rpartition("@")[2] for address in departments} - PUBLIC
    return author.key in departments or author.domain in houses


def _plain(reading: Reading, role: Role, *, joins: int | None = None) -> Record:
    trouble = reading.trouble if role is not Role.DUPLICATE else None
    return Record(reading.raw, role, reading.message, reading.verdict, joins=joins, quarantine=trouble)


def _machine(reading: Reading, policy: Policy, past: Past) -> Record:
    """A machine's word: noted on the ticket it is about, else set aside. Nothing is answered."""
    about = threads.about(reading.message, past, policy.key)
    if about is None:
        return _plain(reading, Role.ASIDE)
    news = threads.bounce(reading.message, reading.verdict, about, LANGUAGE)
    what = threads.note(reading.message, reading.verdict, LANGUAGE)
    told = f"{what} {about.target}: {news.words}" if news and isinstance(about, Issued) else what
    return replace(_plain(reading, Role.NOTE, joins=about.ticket_id or None), notes=(told,), bounce=news)


def _first(reading: Reading, policy: Policy, tally: _Tally, decision: Decision, number: str, now: datetime) -> Record:
    """A new ticket: acknowledged if nothing forbids it, and handed to its department."""
    reading, undated = _dated(reading, now)
    old = _before_cut_over(reading, policy)
    reason, not_before = (decision.reason or undated or old), None
    if reason is None and reading.verdict.answer_to:
        reason, not_before = _brake(reading, policy, tally, None, now)
    decision = replace(decision, reason=reason, acknowledge=reason is None)
    planned: list[Planned] = []
    if reading.verdict.answer_to is not None and old is None:
        try:
            planned.append(deliveries.acknowledgement(policy, number, reading, decision, not_before, now))
        except Unsendable as error:
            reason = Reason("no_usable_address", str(error), "RFC 6531 §3")
            decision = replace(decision, reason=reason, acknowledge=False)
        if decision.acknowledge:
            tally.acknowledged(reading.verdict.answer_to.key, None)
    if old is None:
        planned.extend(deliveries.to_department(policy, number, reading, decision, now))
    return replace(
        _plain(reading, Role.FIRST),
        decision=decision,
        number=number,
        deliveries=tuple(planned),
    )


def _further(
    reading: Reading,
    policy: Policy,
    tally: _Tally,
    decision: Decision,
    ticket: TicketRef,
    by: str,
    now: datetime,
) -> Record:
    """The citizen wrote again: the same people get it. By default it gets no second acknowledgement."""
    decision = replace(decision, department=ticket.queue, queue=ticket.queue, department_unsure=False)
    planned = [*deliveries.to_department(policy, ticket.number, reading, decision, now, further=True)]
    if decision.acknowledge and _wants_receipt(reading, policy, tally, ticket) and reading.verdict.answer_to:
        planned.append(deliveries.acknowledgement(policy, ticket.number, reading, decision, None, now, further=True))
        tally.acknowledged(reading.verdict.answer_to.key, ticket.ticket_id)
    return replace(
        _plain(reading, Role.FURTHER, joins=ticket.ticket_id),
        decision=decision,
        deliveries=tuple(planned),
        notes=(f"A further message joined by {by}.",),
    )


def _wants_receipt(reading: Reading, policy: Policy, tally: _Tally, ticket: TicketRef) -> bool:
    """`acknowledgement.replies`: a short receipt for a further message, unless this ticket had one today."""
    verdict, limits = reading.verdict, policy.config.acknowledgement
    if not limits.replies or not verdict.acknowledge or verdict.answer_to is None:
        return False
    if _before_cut_over(reading, policy) is not None:
        return False
    history = tally.history(verdict.answer_to.key, ticket.ticket_id)
    return history.on_thread == 0 and gate.brake(verdict, history, limits) is None


def _dated(reading: Reading, now: datetime) -> tuple[Reading, Reason | None]:
    """Where the mailbox does not tell when a message arrived, nobody knows whether that was before the cut-over: it
    counts from now on, and a person decides on the acknowledgement."""
    if reading.raw.received_at != UNKNOWN_ARRIVAL:
        return reading, None
    why = Reason("arrival_unknown", "the mailbox does not say when it arrived", "configuration: acknowledge_since")
    return replace(reading, raw=replace(reading.raw, received_at=now)), why


def _before_cut_over(reading: Reading, policy: Policy) -> Reason | None:
    """What arrived before the mailbox's `acknowledge_since` is recorded in silence; no default, no exception."""
    mailbox = policy.config.mailbox_of(reading.raw.key.mailbox)
    if mailbox is None or reading.raw.received_at >= mailbox.acknowledge_since:
        return None
    return Reason("before_cut_over", reading.raw.received_at.isoformat(), "configuration: acknowledge_since")


def _brake(
    reading: Reading, policy: Policy, tally: _Tally, ticket_id: int | None, now: datetime
) -> tuple[Reason | None, datetime | None]:
    """The caps: a reason to withhold, or a moment to wait for. The cap in all delays and never drops."""
    assert reading.verdict.answer_to is not None
    history = tally.history(reading.verdict.answer_to.key, ticket_id)
    match gate.brake(reading.verdict, history, policy.config.acknowledgement):
        case gate.Delay(span):
            # the brake alone never breaks the promise of `acknowledgement.within_hours`
            latest = deliveries.deadline(policy, reading) - LAST_CHANCE
            return None, max(now, min(now + span, latest))
        case reason:
            return reason, None
