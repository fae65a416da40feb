"""The first half of the plot: mailbox -> recorded decision. The other half is `dispatch`.

    what the folder holds -> read -> gate -> look up the past -> decide -> record -> settle

A batch is recorded in one transaction before any of it is settled in IMAP (invariant 1), and one bad
message never stops the others (invariant 7): attempts are committed before the work; what was open when a
process died, or when reading took too long, is read once more alone in a process of its own (`seclusion`),
after the others; and a batch that fails is repeated message by message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import TypeVar

from daemon import judge, reader
from daemon.errors import LeaseLost, Overtaken, SourceError, SourceRefused, StoreError
from daemon.lane import Lane
from daemon.leases import Leases
from daemon.logs import event
from daemon.model import MessageKey, Past, RawMessage, Reading, Record, Role
from daemon.policy import Policy
from daemon.ports import Clock, Source
from daemon.seclusion import Seclusion
from daemon.store import Store

log = logging.getLogger(__name__)

R = TypeVar("R")
#: How a batch is read: together, or what is suspected in a process of its own.
Read = Callable[[Sequence[RawMessage]], Awaitable[list[Reading]]]

#: Seconds before a failed mailbox is tried again; doubled up to the longest.
FIRST_GAP, LONGEST_GAP = 2.0, 300.0
#: The first gap after a server said no (a wrong password): accounts get locked by whoever asks again at once.
REFUSED_GAP = 15.0
#: Seconds in which a batch must have been read or judged, and for each of its messages a little more.
SECONDS, SECONDS_EACH = 5.0, 0.2


class Intake:
    """Reads one mailbox. `watch` is its life, `drain` its life in `run --once`."""

    def __init__(
        self,
        source: Source,
        store: Store,
        database: Lane,
        thinking: Lane,
        policy: Callable[[], Policy],
        clock: Clock,
        seclusion: Seclusion,
        *,
        leases: Leases,
        recorded: Callable[[], None],
    ) -> None:
        """`leases` say whether this worker reads the mailbox. `recorded` is called after each commit: the outbox
        may have work."""
        self.source, self.store, self.database, self.thinking = source, store, database, thinking
        self.policy, self.clock, self.leases, self.recorded = policy, clock, leases, recorded
        self.seclusion, self.name = seclusion, source.name
        self._owed: set[MessageKey] = set()

    async def watch(self) -> None:
        """Read whenever something may have come, until cancelled; failures are tried again, ever more slowly."""
        gap = FIRST_GAP
        while True:
            try:
                if await self.round():
                    gap = FIRST_GAP
                    await self.source.wait(self._patience())
                else:
                    await self.leases.change(self._patience())
            except LeaseLost as lost:
                event(log, logging.INFO, "lease_lost", str(lost), mailbox=self.name)
            except (SourceError, StoreError) as error:
                await self._failed(error)
                await self._let_others_try(error, gap)
                gap = max(gap, REFUSED_GAP) if isinstance(error, SourceRefused) else gap
                await asyncio.sleep(gap)
                gap = min(gap * 2, LONGEST_GAP)

    async def drain(self, patience: timedelta) -> bool:
        """Walk the folder until it is empty of news; False where that failed for as long as our patience."""
        failing_since, gap = None, FIRST_GAP / 2
        while True:
            try:
                if await self.round():
                    return True
                raise LeaseLost(f"Another worker reads {self.name}; its mail is safe there.")
            except (SourceError, StoreError, LeaseLost) as error:
                await self._failed(error)
                failing_since = failing_since or self.clock.now()
                if self.clock.now() - failing_since >= patience:
                    words = "What is not recorded stays in the mailbox; the next run takes it in."
                    event(log, logging.ERROR, "gave_up", words, mailbox=self.name)
                    return False
                await asyncio.sleep(gap)
                gap = min(gap * 2, 10)

    async def round(self) -> bool:
        """Walk the folder once; False where another worker holds the mailbox."""
        if not await self.leases.mine(self.name):
            return False
        await self._give_back()
        open_attempts = await self.database.run(self.store.journal.open_attempts, self.name)
        suspected: list[RawMessage] = []
        async with aclosing(self.source.unsettled(self._known)) as batches:
            async for batch in batches:
                suspected += [raw for raw in batch if raw.key in open_attempts]
                if innocent := [raw for raw in batch if raw.key not in open_attempts]:
                    await self._take_in(innocent, self._together)
                if not await self.leases.mine(self.name):
                    return False
        for raw in suspected:
            await self._take_in([raw], self._secluded)
        if open_attempts:
            await self.seclusion.close()
            await self.database.run(self.store.journal.forget_attempts, self.name)
        await self.database.run(self.store.mailboxes.round_done, self.name, self.clock.now())
        return True

    async def _known(self, keys: Sequence[MessageKey]) -> Collection[MessageKey]:
        return await self.database.run(self.store.journal.known, keys)

    async def _take_in(self, batch: Sequence[RawMessage], read: Read) -> None:
        """One batch, from bytes to settled."""
        keys = [raw.key for raw in batch]
        try:
            await self._decide_and_record(await read(batch))
        except (StoreError, asyncio.CancelledError):
            self._owed.update(keys)
            with suppress(StoreError):
                await self._give_back()
            raise
        self.recorded()
        if not await self.leases.keep(self.name):
            raise LeaseLost(f"Another worker reads {self.name} now; it settles what is recorded.")
        places = await self.source.settle(keys)
        await self.database.run(self.store.journal.settled, places, self._processed_folder(), self.clock.now())

    async def _give_back(self) -> None:
        """Take attempts back that the database or our own end cut short: no message is to blame."""
        if self._owed:
            await self.database.run(self.store.journal.give_back, list(self._owed))
            self._owed.clear()

    async def _together(self, batch: Sequence[RawMessage]) -> list[Reading]:
        """Read a batch in this process; where that does not end, each message in another."""
        await self._begin(batch)
        limits, around = self.policy().config.limits, judge.surroundings(self.policy())
        try:
            return await self._think(len(batch), lambda: [reader.read(raw, limits, around) for raw in batch])
        except (TimeoutError, MemoryError) as error:
            why = "Each message is read alone, in a process of its own."
            event(log, logging.ERROR, "reading_failed", why, mailbox=self.name, error=type(error).__name__)
        try:
            return [await self.seclusion.read(raw, limits, around) for raw in batch]
        finally:
            await self.seclusion.close()

    async def _secluded(self, batch: Sequence[RawMessage]) -> list[Reading]:
        """Read what may have ended a process. The attempt counts from here: nothing before it could end ours."""
        limits, around = self.policy().config.limits, judge.surroundings(self.policy())
        readings = [await self.seclusion.read(raw, limits, around) for raw in batch]
        attempts = await self._begin(batch)
        for place, raw in enumerate(batch):
            if (ends := attempts[raw.key] - 1) >= limits.attempts:
                trouble = f"The program ended {ends} times while it worked on this message."
                readings[place] = reader.by_its_head(raw, limits, around, trouble)
        return readings

    async def _begin(self, batch: Sequence[RawMessage]) -> dict[MessageKey, int]:
        keys = [raw.key for raw in batch]
        return await self.database.run(self.store.journal.begin, keys, self.clock.now())

    async def _think(self, count: int, call: Callable[[], R]) -> R:
        return await self.thinking.run_within(SECONDS + SECONDS_EACH * count, call)

    async def _decide_and_record(self, readings: Sequence[Reading]) -> None:
        """Judge by what is recorded, and again where another mailbox's batch with the same mail came first."""
        while True:
            with suppress(Overtaken):
                await self._record(await self._decide(readings))
                return

    async def _decide(self, readings: Sequence[Reading]) -> list[Record]:
        """Judge a batch; what the model or a template trips over is judged alone."""
        policy, now = self.policy(), self.clock.now()
        past = await self.database.run(self.store.journal.past, judge.question(readings, policy), now)
        numbers = await self._numbers(readings, policy)
        try:
            unused = iter(numbers)
            records = await self._think(len(readings), lambda: judge.judge(readings, policy, past, unused, now))
        except Exception as error:
            event(log, logging.ERROR, "judging_failed", "Each message is judged alone.", error=type(error).__name__)
            return [record for reading in readings for record in await self._alone(reading, past)]
        if rest := list(unused):
            await self.database.run(self.store.journal.give_back_numbers, rest)
        return records

    async def _numbers(self, readings: Sequence[Reading], policy: Policy) -> list[str]:
        """A ticket number for each message that may open one."""
        year = self.clock.now().astimezone(policy.config.organisation.zone).year
        count = sum(reading.verdict.kind.opens_ticket for reading in readings)
        return await self.database.run(self.store.journal.numbers, year, count) if count else []

    async def _alone(self, reading: Reading, past: Past) -> list[Record]:
        policy, now = self.policy(), self.clock.now()
        numbers = await self._numbers([reader.unread(reading.raw, "")], policy)
        try:
            return await self._think(1, lambda: judge.judge([reading], policy, past, iter(numbers), now))
        except Exception as error:
            trouble, kind = judge.trouble(error), type(error).__name__  # a template's sentence may quote the mail
            event(log, logging.ERROR, "quarantine", mailbox=self.name, uid=reading.raw.key.uid, error=kind)
        by_head = reader.by_its_head(reading.raw, policy.config.limits, judge.surroundings(policy), trouble)
        with suppress(Exception):
            return await self._think(1, lambda: judge.judge([by_head], policy, Past(past.seen), iter(numbers), now))
        bare = reader.unread(reading.raw, trouble)
        return await self._think(1, lambda: judge.judge([bare], policy, Past(past.seen), iter(numbers), now))

    async def _record(self, records: list[Record]) -> None:
        """Write the batch; where one message spoils the transaction, the others are written without it."""
        now = self.clock.now()
        try:
            await self.database.run(self.store.journal.record, records, now)
        except (StoreError, Overtaken):
            raise
        except Exception as error:
            event(log, logging.ERROR, "record_failed", "Each message is written alone.", error=type(error).__name__)
            for record in records:
                await self._record_alone(record)
        self._report(records)

    async def _record_alone(self, record: Record) -> None:
        now = self.clock.now()
        try:
            await self.database.run(self.store.journal.record, [record], now)
        except (StoreError, Overtaken):
            raise
        except Exception as error:
            if await self._known([record.raw.key]):
                return  # another worker, whose lease began when ours ended, was faster
            trouble = f"The database did not take this message ({type(error).__name__}); a later release may."
            event(log, logging.ERROR, "quarantine", trouble, mailbox=self.name, uid=record.raw.key.uid)
            bare = reader.unread(record.raw, trouble)
            plain = Record(record.raw, Role.ASIDE, bare.message, bare.verdict, quarantine=trouble)
            await self.database.run(self.store.journal.record, [plain], now)

    def _report(self, records: Sequence[Record]) -> None:
        for record in records:
            decision = record.decision
            event(
                log,
                logging.WARNING if record.quarantine else logging.INFO,
                "quarantine" if record.quarantine else "recorded",
                mailbox=self.name,
                uid=record.raw.key.uid,
                kind=record.verdict.kind,
                role=record.role,
                ticket=record.number or "-",
                category=decision.category if decision else "-",
                queue=decision.queue if decision else "-",
                withheld=(decision.reason.signal if decision and decision.reason else "-"),
            )

    async def _failed(self, error: Exception) -> None:
        event(log, logging.ERROR, "mailbox", str(error), mailbox=self.name)
        if isinstance(error, LeaseLost):
            return  # nothing is wrong with the mailbox
        with suppress(StoreError):
            await self.database.run(self.store.mailboxes.failing, self.name, str(error), self.clock.now())

    async def _let_others_try(self, error: Exception, gap: float) -> None:
        """A server that does not answer here may answer another worker; one that says no says it to all."""
        if isinstance(error, SourceError) and not isinstance(error, SourceRefused) and gap > FIRST_GAP:
            with suppress(StoreError):
                await self.leases.give_back(self.name, shun=gap)

    def _processed_folder(self) -> str:
        mailbox = self.policy().config.mailbox_of(self.name)
        return mailbox.processed_folder if mailbox else ""

    def _patience(self) -> float:
        """Seconds to wait for news: a third of the lease at most, so that others get their share soon."""
        config = self.policy().config
        mailbox = config.mailbox_of(self.name)
        return min(mailbox.poll_seconds if mailbox else 60, config.worker.lease_seconds / 3)
