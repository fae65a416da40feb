"""Which mailboxes this worker reads: the living side of `store.workers`.

Says every few seconds that the worker lives, and so learns what it holds. `intake` asks before each batch
(`mine`) and before each settle (`keep`); what is beyond this worker's share is given back between two batches.
Decision 0150.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from daemon.errors import StoreError
from daemon.lane import Lane
from daemon.logs import event
from daemon.ports import Clock
from daemon.store import Workers

log = logging.getLogger(__name__)

#: Beats in the time for which a lease is given.
BEATS = 4
#: For how long one counts as alive that has no others beside it: nobody waits to take anything over.
LONELY = timedelta(minutes=15)


class Leases:
    """One instance a process: `run` is its life, after a first `beat`. `others`: how many more live."""

    def __init__(
        self, workers: Workers, lane: Lane, clock: Clock, worker: str, names: Sequence[str], *, alone: bool
    ) -> None:
        """`names`: the mailboxes of the configuration. `alone`: no other worker can be alive."""
        self.workers, self.lane, self.clock = workers, lane, clock
        self.worker, self.names, self.alone, self.shares = worker, names, alone, True
        self.term = LONELY if alone else workers.term
        self.heard: Callable[[datetime, float], None] = lambda _moment, _seconds: None
        self._held: frozenset[str] = frozenset()
        self._surplus: set[str] = set()
        self._shunned: dict[str, float] = {}
        self.others, self._beaten_at = 0, float("-inf")
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Beat until cancelled. A database that fails is tried again with the next beat."""
        while True:
            await asyncio.sleep(self.term.total_seconds() / BEATS)
            with suppress(StoreError):
                await self.beat()

    async def beat(self) -> None:
        """Say that this worker lives, and learn what it holds. Raises `StoreError`."""
        asked_at = _now()
        self._shunned = {name: until for name, until in self._shunned.items() if until > asked_at}
        found = await self.lane.run(
            self.workers.beat,
            self.worker,
            self.names,
            self.clock.now(),
            shares=self.shares,
            shunned=tuple(self._shunned),
            term=self.term,
        )
        self.heard(found.at, _now() - asked_at)
        if found.held != self._held:
            event(log, logging.INFO, "mailboxes", held=len(found.held), others=found.others)
        self._held, self.others, self._beaten_at = found.held, found.others, asked_at
        self._surplus = set(found.surplus)
        self._changed.set()
        self._changed = asyncio.Event()

    async def mine(self, name: str) -> bool:
        """Whether this worker goes on reading a mailbox. Call it between two batches: what is beyond the share
        is given back here."""
        if name in self._surplus:
            await self.give_back(name)
        return name in self._held and self._is_fresh()

    def _is_fresh(self) -> bool:
        """False after a long sleep, or without a database: others may have taken over."""
        return self.alone or _now() - self._beaten_at < self.term.total_seconds()

    async def keep(self, name: str) -> bool:
        """Look into the database whether a mailbox is still this worker's; renews the lease."""
        return self.alone or await self.lane.run(self.workers.keep, name, self.worker, self.clock.now())

    async def give_back(self, name: str, shun: float = 0.0) -> None:
        """Let another worker read a mailbox, where there is one; and do not take it again for so many seconds."""
        if self.alone or not self.others or name not in self._held:
            return
        self._held, self._shunned[name] = self._held - {name}, _now() + shun
        self._surplus.discard(name)
        await self.lane.run(self.workers.give_back, name, self.worker, self.clock.now())

    async def change(self, seconds: float) -> None:
        """Return when it may have changed what this worker holds, or after that many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()


def _now() -> float:
    """The loop's own clock, for patience only."""
    return asyncio.get_running_loop().time()
