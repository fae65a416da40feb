"""The second half of the plot: outbox -> world. `claim` -> `target.deliver` -> close. Nothing else sends.

What became of a delivery is written right after the other side's answer; deliveries that begin or end
together share a commit, and none waits for a batch to fill (architecture, invariant 4).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from daemon.errors import SourceError, StoreError
from daemon.lane import Lane
from daemon.logs import event
from daemon.model import Claimed, InDoubt, Outcome, Refused, Retry, Sent
from daemon.ports import Clock, Target
from daemon.store import Store
from daemon.store.claims import LARGE
from daemon.store.outbox import Whereabouts
from daemon.store.watch import Pause
from daemon.wall import Wall

log = logging.getLogger(__name__)

#: Octets that may be on their way at once, one large delivery excepted: bounds memory (decision 0121).
IN_FLIGHT = 16_000_000
#: Deliveries claimed together: one look into the outbox for as many sends.
CLAIMS = 50
#: Seconds that deliveries on their way get to end by themselves when the daemon stops.
DRAIN_SECONDS = 5.0
#: What a claim that has begun may take at shutdown.
CLAIM_SECONDS = 0.5
#: How long `run --once` keeps trying a door that fails before it gives up.
PATIENCE = timedelta(seconds=60)
#: The longest sleep between two looks into the outbox, in seconds.
LONGEST_SLEEP = 60.0

#: Gets the octets of a message that is too large for the database; None where they are gone.
Fetch = Callable[[Whereabouts], Awaitable[bytes | None]]

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class SharedCommit(Generic[Item, Answer]):
    """Callers that come while a commit is under way share the next one; nobody waits for more to come."""

    def __init__(self, commit: Callable[[list[Item]], Awaitable[Callable[[Item], Answer]]]) -> None:
        self._commit = commit
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Answer:
        """Write the item, together with whoever else is here; raises what the commit raised."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        return await asyncio.shield(future)

    async def _work(self) -> None:
        while self._waiting:
            shared, self._waiting = self._waiting, []
            try:
                answer = await self._commit([item for item, _ in shared])
            except Exception as error:
                for _, future in shared:
                    future.set_exception(error)
            else:
                for item, future in shared:
                    future.set_result(answer(item))


@dataclass(frozen=True, slots=True)
class _Step:
    """What is to be written of a delivery: what became of it, or (no outcome) that it is about to be sent."""

    delivery: int
    outcome: Outcome | None = None


class Dispatch:
    """Sends what is due. One instance a process; `run` is its life, `drain` its life in `run --once`."""

    def __init__(
        self,
        store: Store,
        lane: Lane,
        targets: Callable[[], Mapping[str, Target]],
        fetch: Fetch,
        clock: Clock,
        *,
        worker: str,
        alone: bool,
        lease: timedelta,
        at_once: int,
        others: Callable[[], bool] = lambda: False,
    ) -> None:
        """`alone`: no other worker can be alive. `at_once`: deliveries on their way at the same time. `others`:
        whether other workers live."""
        self.store, self.lane, self.targets, self.fetch, self.clock = store, lane, targets, fetch, clock
        self.worker, self.alone, self.lease, self.at_once = worker, alone, lease, at_once
        self.others, self._wall = others, Wall(clock)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._sizes: dict[int, int] = {}
        self._begun: set[int] = set()
        self._room = asyncio.Semaphore(at_once)
        self._claiming: asyncio.Task[None] | None = None
        self._shut: dict[str, Retry] = {}
        self._unwritten_since: datetime | None = None
        self._woken = asyncio.Event()
        self._step = SharedCommit(self._commit)

    def wake(self) -> None:
        """Something new may be due."""
        self._woken.set()

    async def recover(self) -> None:
        """Take over what dead workers left behind; called at start."""
        await self.lane.run(self.store.outbox.lift)
        await self._take_over(self.clock.now(), alone=self.alone)

    async def _take_over(self, now: datetime, *, alone: bool) -> None:
        await self.lane.run(self.store.outbox.set_back, now)
        doubtful = await self.lane.run(self.store.outbox.recover, now, alone=alone)
        if doubtful:
            event(log, logging.WARNING, "in_doubt", "Sent once more after the configured time.", deliveries=doubtful)

    async def run(self) -> None:
        """Send until cancelled; then let what is on its way end, for a few seconds."""
        keeper = asyncio.create_task(self._keep_claims())
        try:
            while True:
                self._woken.clear()
                await self._fill_surely()
                await self._sleep()
        finally:
            keeper.cancel()
            await self._stop()

    async def drain(self, patience: timedelta = PATIENCE) -> bool:
        """Send until nothing is due; False where a door, or the database, failed for as long as our patience."""
        keeper = asyncio.create_task(self._keep_claims())
        try:
            while not self._stuck(patience):
                self._woken.clear()
                await self._fill()
                if self._tasks:
                    await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED, timeout=1)
                elif not await self._hope(patience):
                    return not await self._given_up()
            return False
        finally:
            keeper.cancel()
            await self._stop()

    def _stuck(self, patience: timedelta) -> bool:
        """An outcome could not be written for that long: what was sent is in doubt at the next start."""
        return self._unwritten_since is not None and self.clock.now() - self._unwritten_since >= patience

    async def _given_up(self) -> list[Pause]:
        """The doors that are shut at the end of `run --once`, each with its line in the log."""
        pauses = await self.lane.run(self.store.watch.pauses)
        for pause in pauses:
            words = "Its deliveries wait in the outbox; the next run sends them."
            event(log, logging.ERROR, "gave_up", words, door=pause.door, waiting=pause.waiting)
        return pauses

    async def _hope(self, patience: timedelta) -> bool:
        """Wait for a door that failed only lately; False where nothing more can be done now."""
        now = self.clock.now()
        if await self.lane.run(self.store.watch.open_now, now):
            return True
        pauses = [p for p in await self.lane.run(self.store.watch.pauses) if now - p.since < patience]
        if not pauses:
            return False
        soonest = min(p.until for p in pauses)
        await asyncio.sleep(min(max((soonest - now).total_seconds(), 0.05), 5.0))
        return True

    async def _fill_surely(self) -> None:
        try:
            await self._fill()
        except StoreError as error:
            event(log, logging.ERROR, "store", str(error))
            await asyncio.sleep(1)

    async def _fill(self) -> None:
        """Claim what is due, before what was claimed runs out. Where we are stopped meanwhile, `_stop` waits for it:
        what was claimed goes back."""
        if len(self._tasks) < self.at_once and self._rest() <= 0:
            self._claiming = asyncio.create_task(self._claim())
            await asyncio.shield(self._claiming)

    async def _claim(self) -> None:
        """Claim, and start what was claimed."""
        ordinary = [size for size in self._sizes.values() if size <= LARGE]
        claimed = await self.lane.run(
            self.store.outbox.claim,
            self.worker,
            self.clock.now(),
            count=self._share() - len(self._tasks),
            octets=IN_FLIGHT - sum(ordinary),
            large=len(ordinary) == len(self._sizes),
        )
        for delivery in claimed:
            self._sizes[delivery.id] = delivery.size
            self._shut.pop(delivery.door, None)
            task = asyncio.create_task(self._deliver(delivery), name=f"delivery-{delivery.id}")
            self._tasks[delivery.id] = task
            task.add_done_callback(partial(self._done, delivery.id))

    def _share(self) -> int:
        """How many deliveries to claim at most: where others live they get their part of what is due."""
        return min(CLAIMS, 4 * self.at_once) if self.others() else CLAIMS

    def _rest(self) -> float:
        """Seconds in which others, where there are any, may show that a door is not shut for them."""
        return self._wall.seconds_left() if self.others() else 0.0

    def _done(self, key: int, _: asyncio.Task[None]) -> None:
        self._tasks.pop(key, None)
        self._sizes.pop(key, None)
        self._begun.discard(key)
        self._woken.set()

    async def _sleep(self) -> None:
        """Until a delivery ends, something is recorded, or the next one is due."""
        due = None if self._tasks else await self._next_due()
        wait = LONGEST_SLEEP if due is None else (due - self.clock.now()).total_seconds()
        with suppress(TimeoutError):
            async with asyncio.timeout(min(max(wait, self._rest(), 0.05), LONGEST_SLEEP)):
                await self._woken.wait()

    async def _next_due(self) -> datetime | None:
        try:
            return await self.lane.run(self.store.watch.next_due)
        except StoreError:
            return None

    async def _deliver(self, delivery: Claimed) -> None:
        """One delivery, from claim to written outcome. Never raises."""

        async def begin() -> bool:
            if await self._step(_Step(delivery.id)):
                self._begun.add(delivery.id)
            return delivery.id in self._begun

        try:
            async with self._room:
                outcome = self._still_shut(delivery) or await self._attempt(delivery, begin)
        except asyncio.CancelledError:
            why = "The program was stopped while this was being sent."
            outcome = InDoubt(why) if delivery.id in self._begun else Retry(why, after=timedelta(0))
        except Exception as error:
            event(log, logging.ERROR, "delivery_failed", error=type(error).__name__, delivery=delivery.id)
            why = f"An error in the program ({type(error).__name__}) ended this attempt."
            outcome = InDoubt(why) if delivery.id in self._begun else Retry(why)
        if isinstance(outcome, Retry) and outcome.target_wide:
            if delivery.door not in self._shut:
                self._wall.met()
            self._shut[delivery.door] = outcome
        elif isinstance(outcome, Sent):
            self._wall.gone()
        _report(delivery, outcome)
        await self._write(delivery, outcome)

    def _still_shut(self, delivery: Claimed) -> Retry | None:
        """What was claimed together with a delivery whose door turned out shut does not knock again."""
        return self._shut.get(delivery.door)

    async def _attempt(self, delivery: Claimed, begin: Callable[[], Awaitable[bool]]) -> Outcome:
        target = self.targets().get(delivery.target)
        if target is None:
            return Refused(f'This release knows no target "{delivery.target}".')
        if not delivery.data:
            try:
                data = await self._original(delivery.id)
            except SourceError as error:
                return Retry(f"The original could not be fetched from the mailbox: {error}")
            if data is None:
                return Refused("The original is gone from the mailbox; nothing was sent.")
            delivery = replace(delivery, data=data)
        return await target.deliver(delivery, begin)

    async def _original(self, delivery_id: int) -> bytes | None:
        place = await self.lane.run(self.store.outbox.whereabouts, delivery_id)
        return None if place is None else await self.fetch(place)

    async def _write(self, delivery: Claimed, outcome: Outcome) -> None:
        """Write the outcome, and keep trying: an answer that is lost may mean a second mail."""
        gap = 0.5
        while True:
            try:
                await self._step(_Step(delivery.id, outcome))
                self._unwritten_since = None
                return
            except StoreError as error:
                self._unwritten_since = self._unwritten_since or self.clock.now()
                event(log, logging.ERROR, "store", str(error), delivery=delivery.id)
                await asyncio.sleep(gap)
                gap = min(gap * 2, 30)

    async def _commit(self, steps: list[_Step]) -> Callable[[_Step], bool]:
        ids = [step.delivery for step in steps if step.outcome is None]
        outcomes = [(step.delivery, step.outcome) for step in steps if step.outcome is not None]
        begun = await self.lane.run(self.store.outbox.step, ids, outcomes, self.worker, self.clock.now())
        return lambda step: step.delivery in begun

    async def _keep_claims(self) -> None:
        """Three times a lease: renew what is on its way, then take over what others left, or we lost sight of."""
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            with suppress(StoreError):
                now = self.clock.now()
                if ids := list(self._tasks):
                    await self.lane.run(self.store.outbox.renew, ids, self.worker, now)
                await self._take_over(now, alone=False)

    async def _stop(self) -> None:
        """What has begun may end; what has not goes back into the queue at once."""
        await self._end_claim()
        begun = [task for key, task in self._tasks.items() if key in self._begun]
        for key, task in self._tasks.items():
            if key not in self._begun:
                task.cancel()
        if begun:
            await asyncio.wait(begun, timeout=DRAIN_SECONDS)
        late = list(self._tasks.values())
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=1.5)

    async def _end_claim(self) -> None:
        """A claim under way may end, and what it took goes back; of one that takes long nothing is started any more."""
        if self._claiming is not None:
            done, late = await asyncio.wait({self._claiming}, timeout=CLAIM_SECONDS)
            for task in late:
                task.cancel()
            for task in done:
                task.cancelled() or task.exception()  # told where it happened


def _report(delivery: Claimed, outcome: Outcome) -> None:
    level = logging.INFO if isinstance(outcome, Sent) else logging.WARNING
    wide = {"door": "paused"} if isinstance(outcome, Retry) and outcome.target_wide else {}
    event(
        log,
        level,
        type(outcome).__name__.lower(),
        delivery=delivery.id,
        ticket=delivery.ticket or "-",
        target=delivery.target,
        attempt=delivery.attempts + 1,
        **wide,
    )
