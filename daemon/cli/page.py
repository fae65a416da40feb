"""One ticket as a page for people: what it is, where it lies and why, what was sent, what happened. Text alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from daemon.cli.shared import safe
from daemon.config import Config
from daemon.model import Runner, is_overruled, likely
from daemon.store.tickets import DeliveryView, EventView, TicketView
from daemon.tables import TicketRow

#: Columns that the words on the left take.
LEFT = 12


def lines(view: TicketView, history: Sequence[EventView], config: Config) -> Iterator[str]:
    """The page, line by line; everything that mail says is made fit for a terminal."""
    row = view.row
    yield f"{row.number}  {row.status}" + (f", priority {row.priority}" if row.priority != "normal" else "")
    yield safe(row.subject) or "(no subject)"
    yield ""
    for name, words in (*_facts(view, history, config), *_reasons(row)):
        yield f"{name:{LEFT}}{words}"
    yield from ("", "Deliveries")
    for delivery in view.deliveries:
        yield _sent(delivery, config)
    if not view.deliveries:
        yield "  none"
    yield from ("", "History")
    for line in history:
        change = " → ".join(safe(word) for word in (line.old, line.new) if word)
        yield f"  {_local(line.at, config)}  {line.actor:10} {line.what} {change}"


def _facts(view: TicketView, history: Sequence[EventView], config: Config) -> Iterator[tuple[str, str]]:
    row = view.row
    yield "from", " ".join(safe(word) for word in (row.from_name, f"<{row.from_address or 'nobody'}>") if word)
    yield "received", f"{_local(row.received_at, config)}, {row.mailbox}, {_count(view.messages, 'message')}"
    person = next((line.actor for line in reversed(history) if line.what == "category"), None)
    how = f"set by {safe(person)}" if person else f"{row.confidence:.0%}{', a guess' if row.unsure else ''}"
    yield "category", f"{row.category} ({how}), {row.language}"
    yield from _runners("category", row.confidence, row)
    yield "queue", row.queue
    best = f"{row.department} by {row.department_by} ({row.department_confidence:.0%})"
    yield "department", best + (", a guess" if row.department_unsure else "")
    yield from _runners("department", row.department_confidence, row)
    if row.tags:
        yield "tags", ", ".join(row.tags)


def _runners(question: str, confidence: float, row: TicketRow) -> Iterator[tuple[str, str]]:
    stored = (Runner(**each) for each in row.reasons.get(f"{question}_runners_up", ()))
    if found := likely(stored, confidence):
        yield "else", ", ".join(f"{safe(each.key)} ({each.probability:.0%})" for each in found)


def _reasons(row: TicketRow) -> Iterator[tuple[str, str]]:
    if row.ack_withheld:
        why = f"{row.ack_withheld}: {safe(row.ack_withheld_value)} ({row.ack_withheld_rule})"
        yield "withheld", f"the acknowledgement, because of {why}"
    for rule in row.reasons.get("rules", ()):
        if rule.get("hit"):
            yield "rule", safe(f"{rule.get('rule')}: {rule.get('why')}")
    for words in row.reasons.get("evidence", ()):
        overruled = is_overruled(words, row.category, row.department, row.department_by)
        yield ("the model", f"had thought of {safe(words)}") if overruled else ("because of", safe(words))
    for wish in row.reasons.get("requested_times", ()):
        when = " to ".join(moment for moment in (wish.get("start"), wish.get("end")) if moment)
        yield "wishes", safe(f'"{wish.get("text")}"') + (f": {when}" if when else "")


def _sent(delivery: DeliveryView, config: Config) -> str:
    state = f"{delivery.status}, dismissed" if delivery.dismissed_at else delivery.status
    words = (
        f"  {delivery.id:>5}  {delivery.target:15} {state:10} {_local(delivery.at, config)}  {safe(delivery.address)}"
    )
    return words + (f"\n         {safe(delivery.why)}" if delivery.why else "")


def _local(moment: datetime, config: Config) -> str:
    return f"{moment.astimezone(config.organisation.zone):%Y-%m-%d %H:%M}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")
