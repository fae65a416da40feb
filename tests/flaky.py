"""A world that fails on command, for tests of the two halves of the plot without sockets and without waiting.

A `Town` outlives every process: mailbox, what the SMTP server has taken, the time. A `Process` is one life
of the daemon on it: the real Intake and Dispatch on the real store, its lanes without threads. Time is the
event loop's and passes only where everything sleeps. Every call into the world is a place where the
process may die: after `Died` nothing of it touches the world again, as after SIGKILL.
"""

from __future__ import annotations

import asyncio
import hashlib
import selectors
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from classifiers import Prediction, Text
from daemon import reader
from daemon.config import Config
from daemon.dispatch import Dispatch
from daemon.errors import SourceError, SourceRefused, StoreError
from daemon.intake import Intake
from daemon.leases import Leases
from daemon.model import Claimed, InDoubt, MessageKey, Outcome, RawMessage, Reading, Refused, Retry, Sent
from daemon.policy import Policy
from daemon.ports import Begin, Known
from daemon.rendering import Renderer
from daemon.store import Store

#: Messages that the source hands over together.
BATCH = 3


class Died(BaseException):
    """The process was killed here."""


class _Selector(selectors.DefaultSelector):
    """Never waits: where nothing is ready, the loop's clock moves to the next timer."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits for something that never comes"
            self.passed += max(timeout, 0)
        return ready


def _unless_died(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Nobody looks at what the dead left behind."""
    if not isinstance(context.get("exception"), Died):
        loop.default_exception_handler(context)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which an hour of sleep takes no time."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)
        self.set_exception_handler(_unless_died)

    def time(self) -> float:
        return self._virtual.passed


class FixedClassifier:
    """Sees a complaint about rubbish in everything."""

    def predict(self, texts: Sequence[Text]) -> list[Prediction]:
        categories, topics = {"complaint": 0.99, "praise": 0.01}, {"abfall": 0.99, "bauamt": 0.01}
        return [Prediction("de", categories, topics, 0.8, 0.8, ("Tonne",), "fixed") for _ in texts]


@dataclass
class Mail:
    """A mail as somebody sent it."""

    data: bytes
    received_at: datetime
    sender: str
    machine: bool = False
    poison: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Taken:
    """One acceptance by the other side; `told` is False where its answer was lost on the way."""

    delivery: int
    target: str
    address: str
    message_id: str
    data: bytes
    at: datetime
    life: int
    told: bool


@dataclass
class Town:
    """What is there whether the daemon lives or not."""

    start: datetime
    loop: VirtualLoop
    uidvalidity: int = 1
    next_uid: int = 1
    inbox: dict[int, Mail] = field(default_factory=dict)
    processed: dict[int, Mail] = field(default_factory=dict)
    next_place: int = 1
    taken: list[Taken] = field(default_factory=list)
    jumped: timedelta = timedelta(0)
    imap_faults: deque[str] = field(default_factory=deque)
    smtp_faults: deque[str] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    imap_down: bool = False
    smtp_down: str | None = None

    def now(self) -> datetime:
        """The clock on the wall, as the daemon sees it (`ports.Clock`)."""
        return self.start + self.jumped + timedelta(seconds=self.loop.time())

    def arrive(self, mail: Mail) -> None:
        self.inbox[self.next_uid] = mail
        self.next_uid += 1
        self.news.set()

    def renumber(self) -> None:
        """The server lost its index: every message has a new UID under a new UIDVALIDITY."""
        self.uidvalidity += 1
        self.inbox = dict(enumerate(self.inbox.values(), 1))
        self.next_uid = len(self.inbox) + 1

    def heal(self) -> None:
        self.imap_faults.clear()
        self.smtp_faults.clear()
        self.imap_down, self.smtp_down = False, None


class Process:
    """One life of the daemon. `live` lets time pass in it, `stop` ends it politely, death ends it in mid-air."""

    def __init__(self, town: Town, config: Config, renderer: Renderer, life: int) -> None:
        self.town, self.config, self.life = town, config, life
        self.dead = False
        self.steps_to_death: int | None = None
        self.store_faults: dict[str, list[str]] = {}
        self.store = Store.open(config)
        self.database, self.thinking = FlakyLane(self, "database"), FlakyLane(self, "thinking")
        worker = f"life-{life}"
        self.leases = Leases(self.store.workers, self.database, town, worker, ["buergerpost"], alone=True)  # type: ignore[arg-type]
        policy = Policy(config, renderer, FixedClassifier(), self.store.secret())  # type: ignore[arg-type]
        self.dispatch = Dispatch(
            self.store,
            self.database,  # type: ignore[arg-type]
            lambda: {name: FlakyTarget(self) for name in ("acknowledgement", "mail", "folder", "alarm")},
            self._fetch,
            town,
            worker=worker,
            alone=True,
            lease=timedelta(seconds=config.worker.lease_seconds),
            at_once=4,
        )
        self.intake = self._intake(policy)
        self.tasks: list[asyncio.Task[None]] = []

    def _intake(self, policy: Policy) -> Intake:
        return Intake(
            FlakySource(self),  # type: ignore[arg-type]
            self.store,
            self.database,  # type: ignore[arg-type]
            self.thinking,  # type: ignore[arg-type]
            lambda: policy,
            self.town,
            FlakySeclusion(self),  # type: ignore[arg-type]
            leases=self.leases,
            recorded=self.dispatch.wake,
        )

    async def _fetch(self, place: Any) -> bytes | None:
        await self.pause()
        mails = (*self.town.inbox.values(), *self.town.processed.values())
        return next((mail.data for mail in mails if mail.sha256 == place.sha256), None)

    async def pause(self) -> None:
        """A place where others go on, and where the process may die."""
        if self.dead:
            raise Died
        if self.steps_to_death is not None:
            self.steps_to_death -= 1
            if self.steps_to_death < 0:
                self.dead = True
                raise Died
        await asyncio.sleep(0)
        if self.dead:
            raise Died

    async def start(self) -> None:
        """As `app.open` and `service.run` do it."""
        await self.database.run(self.store.workers.take_over)
        await self.database.run(self.store.workers.enrol, self.leases.names)
        await self.leases.beat()
        await self.dispatch.recover()
        lives = (self.leases.run(), self.intake.watch(), self.dispatch.run())
        self.tasks = [asyncio.create_task(life) for life in lives]

    async def live(self, seconds: float) -> None:
        """Let time pass. A task that ended by itself ends the process, as the service does it."""
        try:
            if not self.tasks:
                await self.start()
            await asyncio.wait(self.tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        except (Died, StoreError):
            self.dead = True
        for task in self.tasks:
            if task.done() and not task.cancelled() and not isinstance(task.exception(), Died):
                await self.end()
                raise AssertionError("a task ended by itself") from task.exception()
        if self.dead:
            await self.end()

    async def stop(self) -> None:
        """SIGTERM."""
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=7)
        self.dead = True
        await self.end()

    async def end(self) -> None:
        """Nothing of this process goes on."""
        self.dead = True
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=1)  # some catch it once, to write down what became of a delivery
        self.store.close()


class FlakyLane:
    """`lane.Lane` without a thread. The process may die before a call or after it; a database may fail."""

    def __init__(self, process: Process, name: str) -> None:
        self.process, self.name = process, name
        self._turn = asyncio.Lock()

    async def run(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await asyncio.shield(asyncio.ensure_future(self._run(call.__name__, lambda: call(*args, **kwargs))))

    async def run_within(self, seconds: float, call: Callable[[], Any]) -> Any:
        return await self.run(call)

    async def _run(self, name: str, call: Callable[[], Any]) -> Any:
        async with self._turn:
            return await self._call(name, call)

    async def _call(self, name: str, call: Callable[[], Any]) -> Any:
        process = self.process
        await process.pause()
        faults = process.store_faults.get(name) or process.store_faults.get("any")
        fault = faults.pop() if faults and self.name == "database" else "ok"
        if fault == "fails":
            raise StoreError("The disk is full.")
        result = call()
        if fault == "answer lost":
            raise StoreError("The connection ended while the answer to COMMIT was on its way.")
        await process.pause()
        return result


class FlakySeclusion:
    """`seclusion.Seclusion` without a process; a poisonous mail ends the other process, not this one."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def read(self, raw: RawMessage, limits: Any, around: Any) -> Reading:
        await self.process.pause()
        return reader.read(raw, limits, around)

    async def close(self) -> None:
        await asyncio.sleep(0)


class FlakySource:
    """`ports.Source` over the town's inbox. Faults, one an operation: drop, drop after, short, hang, no, bad, bye."""

    name = "buergerpost"

    def __init__(self, process: Process) -> None:
        self.process, self.town = process, process.town
        self.opened: int | None = None

    async def unsettled(self, known: Known) -> AsyncGenerator[Sequence[RawMessage], None]:
        await self._ask()
        self.opened = self.town.uidvalidity
        waiting = sorted(self.town.inbox)
        while waiting:
            uids, waiting = waiting[:BATCH], waiting[BATCH:]
            keys = {MessageKey(self.name, self.opened, uid): uid for uid in uids}
            recorded = await known(list(keys))
            if recorded:
                await self.settle(list(recorded))
            fault = await self._ask()
            fresh = [self._raw(key, uid) for key, uid in keys.items() if key not in recorded and uid in self.town.inbox]
            if fault == "short":
                fresh = fresh[:-1]
            if fresh and self.opened == self.town.uidvalidity:
                yield fresh

    def _raw(self, key: MessageKey, uid: int) -> RawMessage:
        mail = self.town.inbox[uid]
        return RawMessage(key, mail.data, mail.received_at, len(mail.data), mail.sha256)

    async def settle(self, keys: Sequence[MessageKey]) -> dict[MessageKey, tuple[int, int] | None]:
        fault = await self._ask()
        places: dict[MessageKey, tuple[int, int] | None] = dict.fromkeys(keys)
        for key in keys:
            if key.uidvalidity == self.town.uidvalidity and (mail := self.town.inbox.pop(key.uid, None)):
                self.town.processed[self.town.next_place] = mail
                places[key] = (1, self.town.next_place)
                self.town.next_place += 1
        await self.process.pause()
        if fault == "drop after":
            raise SourceError("The connection ended before the answer to MOVE.")
        return places

    async def wait(self, seconds: float) -> None:
        await self.process.pause()
        try:
            async with asyncio.timeout(seconds):
                await self.town.news.wait()
        except TimeoutError:
            pass
        self.town.news.clear()
        await self.process.pause()

    async def _ask(self) -> str:
        await self.process.pause()
        fault = self.town.imap_faults.popleft() if self.town.imap_faults else "ok"
        if fault == "drop" or self.town.imap_down:
            raise SourceError("The server hung up.")
        if fault == "hang":
            await asyncio.sleep(5)
            raise SourceError("The server did not answer.")
        if fault == "no":
            raise SourceRefused("The server refuses the login.")
        if fault in ("bad", "bye"):
            raise SourceError(f"The server said {fault.upper()}.")
        return fault


class FlakyTarget:
    """`ports.Target`: what an SMTP server may do, one fault a delivery."""

    def __init__(self, process: Process) -> None:
        self.process, self.town = process, process.town

    async def deliver(self, delivery: Claimed, begin: Begin) -> Outcome:
        await self.process.pause()
        fault = self.town.smtp_faults.popleft() if self.town.smtp_faults else "ok"
        fault = self.town.smtp_down or fault
        if fault == "greeting":
            return Retry("421 closing", target_wide=True)
        if fault == "recipient":
            return Refused("550 5.1.1 no such user")
        if fault == "later":
            return Retry("451 greylisted")
        if fault == "raises":
            raise RuntimeError("an error in the target")
        if not await begin():
            return Retry("Another worker has taken this delivery over.")
        await self.process.pause()
        if fault == "cut before":
            return InDoubt("The connection ended in the middle of the data.")
        if fault == "refused at the end":
            return Refused("554 5.7.1 not wanted")
        if fault == "later at the end":
            return Retry("452 4.3.1 full")
        return await self._take(delivery, fault)

    async def _take(self, delivery: Claimed, fault: str) -> Outcome:
        told = fault not in ("cut after", "hang")
        self.town.taken.append(
            Taken(
                delivery.id,
                delivery.target,
                delivery.address,
                delivery.message_id,
                delivery.data,
                self.town.now(),
                self.process.life,
                told,
            )
        )
        if fault == "hang":
            await asyncio.sleep(600)
        await self.process.pause()
        return Sent("250 ok") if told else InDoubt("The connection ended before the answer.")

    async def close(self) -> None:
        return None
