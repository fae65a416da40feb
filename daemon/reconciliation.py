"""Compares what lies in a mailbox with what is recorded, and imports what is missing.

What COPYUID told us is looked up by place; the rest by the SHA-256 of its octets. Nothing is moved here:
what is imported from the folder is settled by the daemon's next round, since it is then recorded. It is read in a
child (`seclusion`): what is missing may be missing because it ends whoever reads it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from daemon import judge, reader
from daemon.config import Config, Mailbox
from daemon.model import DeliveryStatus, MessageKey, Past, Planned, Reading, Reason, Record
from daemon.policy import Policy
from daemon.ports import Clock
from daemon.seclusion import Seclusion
from daemon.sources.imap import ImapSource
from daemon.store import Store
from daemon.store.figures import IMPORTED


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found; `imported` are the numbers of the tickets that a repair made of it, `joined` counts the messages
    that opened none."""

    seen: int
    accounted: int
    missing: tuple[MessageKey, ...]
    imported: tuple[str, ...] = field(default=())
    joined: int = 0


async def compare(
    store: Store,
    config: Config,
    mailbox: Mailbox,
    policy: Policy | None,
    clock: Clock,
    seclusion: Seclusion | None = None,
) -> Comparison:
    """Walk both folders; with a policy, import what is missing. Raises `SourceError`, and `StoreError`."""
    source, seclusion = ImapSource(mailbox, config.database, config.limits), seclusion or Seclusion()
    policy = replace(policy, key=store.secret()) if policy else None
    try:
        seen = 0
        missing: list[MessageKey] = []
        imported: list[str] = []
        folders = (mailbox.folder, mailbox.processed_folder)
        placed = {folder: store.journal.placed(mailbox.name, folder) for folder in folders}
        async for key in _each(source):
            seen += 1
            if (key.uidvalidity, key.uid) in placed[key.folder]:
                continue
            raw = await source.read(key)
            if raw is None or store.journal.hashes(mailbox.name, [raw.sha256]):
                continue
            missing.append(key)
            if policy is not None:
                reading = await seclusion.read(raw, config.limits, judge.surroundings(policy))
                number = _import(store, policy, reading, clock.now())
                imported += [number] if number else []
        joined = len(missing) - len(imported) if policy is not None else 0
        return Comparison(seen, seen - len(missing), tuple(missing), tuple(imported), joined)
    finally:
        await seclusion.close()
        await source.close()


async def _each(source: ImapSource) -> AsyncIterator[MessageKey]:
    async for keys in source.survey():
        for key in keys:
            yield key


def _import(store: Store, policy: Policy, reading: Reading, now: datetime) -> str | None:
    """Record one message. What went out for it may have gone out before: a person decides."""
    key = reading.raw.key
    past = store.journal.past(judge.question([reading], policy), now)
    numbers = store.journal.numbers(now.astimezone(policy.config.organisation.zone).year, 1)
    records = _judged(reading, policy, past, numbers, now)
    box = policy.config.mailbox_of(key.mailbox)
    settled = box is not None and key.folder == box.processed_folder
    store.journal.record([silenced(record, settled=settled) for record in records], now)
    return records[0].number


def _judged(reading: Reading, policy: Policy, past: Past, numbers: list[str], now: datetime) -> list[Record]:
    """The judgement; where it fails, that of the header, else that of nothing: as intake does it."""
    try:
        return judge.judge([reading], policy, past, iter(numbers), now)
    except Exception as error:
        trouble = judge.trouble(error)
    by_head = reader.by_its_head(reading.raw, policy.config.limits, judge.surroundings(policy), trouble)
    with suppress(Exception):
        return judge.judge([by_head], policy, Past(past.seen), iter(numbers), now)
    return judge.judge([reader.unread(reading.raw, trouble)], policy, Past(past.seen), iter(numbers), now)


def silenced(record: Record, *, settled: bool) -> Record:
    """The record with its acknowledgement withheld; where the message was `settled` once, and so handed on, with all
    its deliveries (decision 0141)."""
    if record.decision is None:
        return record
    reason = record.decision.reason or Reason(IMPORTED, "reconcile --repair", "a person decides")
    deliveries = tuple(_withheld(d) if settled or d.target == "acknowledgement" else d for d in record.deliveries)
    note = "Imported by `reconcile --repair`: " + (
        "neither acknowledged nor handed on, since that may have been done." if settled else "not acknowledged."
    )
    decision = replace(record.decision, acknowledge=False, reason=reason)
    return replace(record, decision=decision, deliveries=deliveries, notes=(*record.notes, note))


def _withheld(planned: Planned) -> Planned:
    why = f"{IMPORTED}: it may have gone out before; `anliegen outbox retry` sends it, `outbox dismiss` leaves it"
    return replace(planned, status=DeliveryStatus.WITHHELD, why=why)
