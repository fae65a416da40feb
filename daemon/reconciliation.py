"""Compares what lies in a mailbox with what is recorded, and imports what is missing.

What COPYUID told us is looked up by place; the rest by the SHA-256 of its octets. Nothing is moved here:
what is imported from the folder is settled by the daemon's next round, since it is then recorded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from daemon import judge
from daemon.config import Config, Mailbox
from daemon.model import DeliveryStatus, MessageKey, RawMessage, Reason, Record
from daemon.policy import Policy
from daemon.ports import Clock
from daemon.sources.imap import ImapSource
from daemon.store import Store


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found; `imported` are the numbers of the tickets that a repair made of it."""

    seen: int
    accounted: int
    missing: tuple[MessageKey, ...]
    imported: tuple[str, ...] = field(default=())


async def compare(store: Store, config: Config, mailbox: Mailbox, policy: Policy | None, clock: Clock) -> Comparison:
    """Walk both folders; with a policy, import what is missing. Raises `SourceError`."""
    source = ImapSource(mailbox, config.database, config.limits)
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
                number = _import(store, policy, raw, clock)
                imported += [number] if number else []
        return Comparison(seen, seen - len(missing), tuple(missing), tuple(imported))
    finally:
        await source.close()


async def _each(source: ImapSource) -> AsyncIterator[MessageKey]:
    async for keys in source.survey():
        for key in keys:
            yield key


def _import(store: Store, policy: Policy, raw: RawMessage, clock: Clock) -> str | None:
    """Record one message; its acknowledgement is withheld for a person to decide."""
    now = clock.now()
    policy = replace(policy, key=store.secret())
    readings = [judge.read(raw, policy)]
    past = store.journal.past(judge.question(readings, policy), now)
    year = now.astimezone(policy.config.organisation.zone).year
    records = judge.judge(readings, policy, past, iter(store.journal.numbers(year, 1)), now)
    store.journal.record([silenced(record) for record in records], now)
    return records[0].number


def silenced(record: Record) -> Record:
    """The record with its acknowledgement withheld."""
    if record.decision is None:
        return record
    reason = record.decision.reason or Reason("imported", "reconcile --repair", "a person decides")
    deliveries = tuple(
        replace(d, status=DeliveryStatus.WITHHELD, why=reason.signal) if d.target == "acknowledgement" else d
        for d in record.deliveries
    )
    return replace(record, decision=replace(record.decision, acknowledge=False, reason=reason), deliveries=deliveries)
