"""What a person at a desk does to a ticket: correct it, hand it to another department, let mail go out."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from daemon import deliveries, judge
from daemon.errors import Unsendable
from daemon.model import (
    Address,
    Category,
    Decision,
    Kind,
    MessageKey,
    Past,
    Planned,
    RawMessage,
    Reading,
    Reason,
    Role,
)
from daemon.policy import Policy
from daemon.rendering import ascii_address
from daemon.seclusion import Seclusion
from daemon.store import Store
from daemon.store.aside import SetAside
from daemon.store.by_hand import Unsent
from daemon.store.tickets import Changes, Original, TicketView
from daemon.tables import MessageRow, QuarantineRow


async def correct(store: Store, policy: Policy, number: str, changes: Changes, now: datetime, actor: str) -> None:
    """Write a correction; a department that is new to the ticket gets its deliveries, and one whose delivery
    was refused or came back gets it once more."""
    policy = replace(policy, key=store.secret())
    view, original = store.tickets.find(number), store.tickets.original(number)
    planned = []
    if view is not None and original is not None and changes.department is not None:
        reading = _again(original, policy)
        decision = _as_stored(view, changes)
        lost = {delivery.target for delivery in view.deliveries if delivery.status == "refused"}
        planned = [
            each
            for each in deliveries.to_department(policy, number, reading, decision, now)
            if changes.department != view.row.queue or each.target in lost
        ]
    store.tickets.change(number, changes, changes.department, planned, now, actor)


def release(store: Store, policy: Policy, ids: Collection[int], now: datetime, actor: str) -> list[int]:
    """Let deliveries go out (again); return those that will. An acknowledgement that never left is written anew
    first: its date, and the day that it names, are then of today (decision 0142)."""
    policy = replace(policy, key=store.secret())
    for unsent in store.by_hand.unsent(ids):
        with suppress(Unsendable):
            store.by_hand.rewrite(unsent.delivery_id, _anew(store, policy, unsent, now))
    return store.outbox.retry(ids, now, actor)


def _anew(store: Store, policy: Policy, unsent: Unsent, now: datetime) -> Planned:
    """The acknowledgement as it would be written now, by what the ticket says now."""
    view, row = store.tickets.find(unsent.number), unsent.message
    assert view is not None
    reading = _remembered(row)
    to = reading.verdict.answer_to or Address("", unsent.address)
    to = to if ascii_address(to.addr) == unsent.address else Address("", unsent.address)
    reading = replace(reading, verdict=replace(reading.verdict, answer_to=to))
    decision = replace(_as_stored(view, Changes()), acknowledge=True, department_unsure=view.row.department_unsure)
    further = row.role == Role.FURTHER
    return deliveries.acknowledgement(policy, unsent.number, reading, decision, None, now, further=further)


async def read_again(store: Store, policy: Policy, row: QuarantineRow, now: datetime) -> str | None:
    """Read a quarantined message once more; the sentence why it still cannot be read, or None.

    What succeeds takes the place of the empty ticket that was opened for it: category, department,
    deliveries, and the acknowledgement as far as the gate allows.
    """
    if row.data is None:
        return "The message is too large for the database: it lies in the mailbox; look at it there."
    policy = replace(policy, key=store.secret())
    key = MessageKey(row.mailbox, row.uidvalidity, row.uid, row.folder)
    raw = RawMessage(key, row.data, row.received_at, row.size, row.sha256)
    seclusion = Seclusion()
    try:
        reading = await seclusion.read(raw, policy.config.limits, judge.surroundings(policy))
    finally:
        await seclusion.close()
    if reading.trouble is not None:
        return reading.trouble
    number = store.tickets.number_at(key)
    past = store.journal.past(judge.question([reading], policy), now)
    fresh = [number] if number else store.journal.numbers(now.astimezone(policy.config.organisation.zone).year, 1)
    [record] = judge.judge([reading], policy, past, iter(fresh), now)
    store.journal.replace(record, now)
    store.quarantine.mark([row.id or 0], "retried")
    return None


async def adopt(store: Store, policy: Policy, found: SetAside, now: datetime) -> str:
    """Make a message that was set aside a person's ticket; its number. The acknowledgement waits for a person."""
    policy = replace(policy, key=store.secret())
    reading = _again(Original(found.row, found.data), policy)
    aside = Reason("set_aside", found.row.signal or found.row.kind, "a person decides")
    verdict = replace(reading.verdict, kind=Kind.PERSON, acknowledge=False, reason=aside)
    year = now.astimezone(policy.config.organisation.zone).year
    [number] = store.journal.numbers(year, 1)
    [record] = judge.judge([replace(reading, verdict=verdict)], policy, Past(), iter([number]), now)
    store.journal.replace(record, now)
    return number


def _again(original: Original, policy: Policy) -> Reading:
    """The message once more: from its octets while they are kept, else as what the database knows of it."""
    row = original.row
    key = MessageKey(row.mailbox, row.uidvalidity, row.uid, row.folder)
    raw = RawMessage(key, original.data or b"", row.received_at, row.size, row.sha256, original.data is not None)
    return judge.read(raw, policy) if original.data is not None else _remembered(row)


def _remembered(row: MessageRow) -> Reading:
    """The message as the database knows it."""
    key = MessageKey(row.mailbox, row.uidvalidity, row.uid, row.folder)
    raw = RawMessage(key, b"", row.received_at, row.size, row.sha256, complete=False)
    author = Address(row.from_name or "", row.from_address) if row.from_address else None
    return judge.remembered(raw, row.subject or "", row.text or "", author, row.message_id)


def _as_stored(view: TicketView, changes: Changes) -> Decision:
    """The ticket's decision as stored, with the person's word over it."""
    row = view.row
    return Decision(
        language=row.language,
        category=Category(changes.category or row.category),
        confidence=1.0 if changes.category else row.confidence,
        unsure=False if changes.category else row.unsure,
        department=changes.department or row.department,
        department_by="staff",
        department_confidence=1.0,
        department_unsure=False,
        queue=changes.department or row.queue,
        acknowledge=False,
        reason=None,
        priority=row.priority,
        tags=tuple(row.tags),
        evidence=tuple(row.reasons.get("evidence", ())),
        model=row.model,
    )
