"""The mailbox as a source (`ports.Source`): what is read, in which order, and when it counts as done.

Messages that somebody has flagged \\Deleted are read like any other (decision 0012). The commands are in
`daemon.imap`; which messages are recorded is the store's knowledge, asked through `known`.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from functools import partial

from daemon.config import Database, Limits, Mailbox
from daemon.errors import SourceError, SourceRefused
from daemon.imap import folders, probing, reading, settling
from daemon.imap.account import Account
from daemon.imap.client import Client, HungUp, Refusal
from daemon.imap.connection import Connection
from daemon.imap.folders import Opened
from daemon.imap.memory import Memory
from daemon.imap.reading import Body, Bounds, Listed, Unfetchable
from daemon.imap.settling import Means
from daemon.logs import event
from daemon.model import Finding, MessageKey, RawMessage
from daemon.ports import Known

log = logging.getLogger(__name__)

#: RFC 2177 §3 asks for less than 29 minutes; routers forget a silent connection sooner.
_IDLE_SECONDS = 9 * 60
#: Octets that a message's move is worth when the time for it is reckoned.
_MOVE_OCTETS = 20_000


class ImapSource:
    """One mailbox of the configuration. It connects with the first call."""

    def __init__(self, mailbox: Mailbox, database: Database | None = None, limits: Limits | None = None) -> None:
        """`database.message_limit` and `limits` say how much of a message is kept, in octets."""
        self.name = mailbox.name
        limits = limits or Limits()
        self._mailbox = mailbox
        self._bounds = Bounds((database or Database()).message_limit, limits.parse_size, limits.message_size)
        self._account, self._memory = Account(mailbox), Memory()
        self._fetching = asyncio.Lock()
        self._prepared: Connection | None = None
        self._folder: Opened | None = None
        self._surveyed: dict[str, Opened] = {}
        self._processed, self._means, self._idles = mailbox.processed_folder, Means.LEAVE, False

    async def unsettled(self, known: Known) -> AsyncGenerator[Sequence[RawMessage], None]:
        """See `ports.Source.unsettled`."""
        folder = await self._enter()
        suspects: list[int] = []
        for low, high in reading.windows(folder, self._memory.floor + 1):
            pending = await self._pending(folder, low, high)
            suspects += [uid for uid in pending if uid in self._memory.suspects]
            fresh = [uid for uid in pending if uid not in self._memory.suspects]
            for uids in reading.chunks(fresh, self._mailbox.batch_messages):
                async for batch in self._batches(folder, uids, known):
                    yield batch
        for uid in suspects:
            async for batch in self._batches(folder, [uid], known):
                yield batch

    async def settle(self, keys: Sequence[MessageKey]) -> dict[MessageKey, tuple[int, int] | None]:
        """See `ports.Source.settle`."""
        folder = await self._entered()
        # Under another UIDVALIDITY a key names nothing any more: what lies there now has a new one.
        mine = {key.uid: key for key in keys if key == self._key(folder, key.uid)}
        places = await self._settle(folder, list(mine)) if mine else {}
        self._memory.settled(mine, left=not self._means.moves)
        return {key: places.get(key.uid) if key.uid in mine and mine[key.uid] == key else None for key in keys}

    async def wait(self, seconds: float) -> None:
        """See `ports.Source.wait`. Without IDLE, or without a connection, it is a pause."""
        end = _now() + seconds
        while (rest := end - _now()) > 0 and not self._account.closing.is_set():
            folder = self._folder
            if folder is None or not self._idles or self._account.connection is None:
                await self._account.pause(rest)
            elif (news := await self._account.within(folder, partial(_start_idle, seen=self._memory.seen))) is None:
                self._idles = False  # until the next connection
            elif news:
                return
            else:
                await self._account.stirred(min(rest, _IDLE_SECONDS))
                if not self._account.closing.is_set() and await self._account.call(_had_news):
                    return

    async def fetch(
        self, key: MessageKey, moved_to: tuple[int, int] | None, sha256: str, message_id: str | None = None
    ) -> bytes | None:
        """See `ports.Source.fetch`. A message above `limits.message_size` counts as gone: it is never read whole.

        Several tasks may call it at once, on an instance that is used for nothing else.
        """
        async with self._fetching:
            return await self._find(key, moved_to, sha256, message_id)

    async def _find(
        self, key: MessageKey, moved_to: tuple[int, int] | None, sha256: str, message_id: str | None
    ) -> bytes | None:
        if moved_to and (data := await self._fetch(self._mailbox.processed_folder, moved_to[0], [moved_to[1]], sha256)):
            return data
        if data := await self._fetch(key.folder, key.uidvalidity, [key.uid], sha256):
            return data
        opened = await self._open(self._mailbox.processed_folder) if message_id else None
        if opened is None:
            return None
        uids = await self._account.within(opened, partial(reading.with_message_id, message_id=message_id or ""))
        return await self._fetch(self._mailbox.processed_folder, opened.uidvalidity, uids, sha256)

    async def survey(self) -> AsyncIterator[Sequence[MessageKey]]:
        """See `ports.Source.survey`."""
        for name in (self._mailbox.folder, self._mailbox.processed_folder):
            opened = await self._open(name)
            if opened is None:
                continue
            self._surveyed[name] = opened
            for low, high in reading.windows(opened, 1):
                uids = await self._account.within(opened, partial(reading.search, low=low, high=high))
                yield [MessageKey(self.name, opened.uidvalidity, uid, name) for uid in uids]

    async def read(self, key: MessageKey) -> RawMessage | None:
        """See `ports.Source.read`."""
        opened = self._surveyed.get(key.folder) or await self._open(key.folder)
        if opened is None or opened.uidvalidity != key.uidvalidity:
            return None
        listed = await self._account.within(opened, partial(reading.sizes, uids=[key.uid]))
        if not listed:
            return None
        found = await self._read_one(opened, key, listed[0])
        return _failed(key, listed[0], f"This message {found}.") if isinstance(found, Unfetchable) else found

    async def probe(self) -> Sequence[Finding]:
        """See `ports.Source.probe`."""
        try:
            return await self._account.call(partial(probing.probe, mailbox=self._mailbox))
        except SourceError as error:
            return [Finding(False, str(error))]

    async def close(self) -> None:
        """See `ports.Source.close`."""
        await self._account.close()

    # Folders

    async def _enter(self) -> Opened:
        """Open the folder anew: a changed UIDVALIDITY shows here. Once a connection, learn what the server can do."""
        account = self._account
        if self._prepared is None or self._prepared is not account.connection:
            name = await account.call(partial(folders.known_folder, name=self._mailbox.folder))
            self._folder = await account.open(name)
            self._means, self._idles = await account.call(partial(_abilities, folder=self._folder))
            self._idles = self._idles and self._mailbox.idle
            if self._means.moves:
                await self._make_processed()
            self._prepared = account.connection
        elif self._folder is not None:
            self._folder = await account.open(self._folder.name)
        assert self._folder is not None
        if self._folder.uidvalidity != self._memory.uidvalidity:
            self._memory = Memory(self._folder.uidvalidity)
        return self._folder

    async def _entered(self) -> Opened:
        """The folder as `_enter` found it, on this connection."""
        if self._folder is None or self._prepared is None or self._prepared is not self._account.connection:
            return await self._enter()
        return self._folder

    async def _open(self, name: str) -> Opened | None:
        """A folder by its configured name, without preparing anything; None where there is none."""
        found = await self._account.call(partial(folders.find_folder, name=name))
        return await self._account.open(found) if found else None

    async def _make_processed(self) -> None:
        self._processed = await self._account.call(partial(folders.ensure_folder, name=self._mailbox.processed_folder))
        if self._folder is not None and self._processed == self._folder.name:
            raise SourceRefused(
                f'Mailbox "{self.name}": processed_folder is "{self._processed}" on the server, the folder that is read. '
                "Name another; nothing is read until then."
            )

    # Reading

    async def _pending(self, folder: Opened, low: int, high: int | None) -> list[int]:
        """UIDs still to do in a window; the floor follows as far as everything below is done."""
        undone = self._means is Means.KEYWORD
        found = await self._account.within(folder, partial(reading.search, low=low, high=high, undone=undone))
        pending = self._memory.pending(found)
        if found and low == self._memory.floor + 1:
            self._memory.raise_floor(pending[0] - 1 if pending else found[-1])
        return pending

    async def _batches(self, folder: Opened, uids: Sequence[int], known: Known) -> AsyncIterator[list[RawMessage]]:
        keys = [self._key(folder, uid) for uid in uids]
        recorded = set(await known(keys))
        if recorded:
            await self.settle([key for key in keys if key in recorded])
        fresh = [key.uid for key in keys if key not in recorded]
        listed = await self._account.within(folder, partial(reading.sizes, uids=fresh)) if fresh else []
        for group in reading.groups(listed, self._mailbox.batch_size):
            if batch := await self._read(folder, group):
                yield batch

    async def _read(self, folder: Opened, group: Sequence[Listed]) -> list[RawMessage]:
        """The messages of a group: small ones by one command; alone what is big or has not come whole."""
        bodies = await self._read_together(folder, group)
        read: list[RawMessage | None] = []
        for item in group:
            if item.uid in bodies:
                self._memory.read(item.uid)
                read.append(_raw(self._key(folder, item.uid), item, reading.whole(bodies.pop(item.uid))))
            else:
                read.append(await self._read_alone(folder, item))
        return [raw for raw in read if raw is not None]

    async def _read_together(self, folder: Opened, group: Sequence[Listed]) -> dict[int, bytes]:
        most = min(self._bounds.keep, self._bounds.most)
        small = [item for item in group if 0 <= item.size <= most and item.uid not in self._memory.suspects]
        if not small:
            return {}
        octets = sum(item.size for item in small)
        try:
            return await self._account.within(folder, partial(reading.together, listed=small), octets)
        except SourceError:
            self._memory.suspect([item.uid for item in small], _now())
            raise

    async def _read_alone(self, folder: Opened, item: Listed) -> RawMessage | None:
        """One message by itself. One that cannot be had is passed over, and in the end given up; None meanwhile."""
        key = self._key(folder, item.uid)
        if self._memory.given_up(item.uid, _now()):
            return _failed(key, item, "The mailbox lists this message, but its server does not hand it over.")
        try:
            found = await self._read_one(folder, key, item)
        except SourceError:
            self._memory.failed(item.uid, _now())
            raise
        if isinstance(found, Unfetchable):
            self._memory.failed(item.uid, _now())
            why = "One message cannot be read; the others are, and it is tried again."
            event(log, logging.WARNING, "unfetchable", why, mailbox=self.name, uid=item.uid)
            return None
        if found is None:
            self._memory.vanished(item.uid)
        else:
            self._memory.read(item.uid)
        return found

    async def _read_one(self, folder: Opened, key: MessageKey, item: Listed) -> RawMessage | Unfetchable | None:
        """One message in pieces; of one that is above the limit only the head, as a failure for a person to see."""
        bounds = self._bounds
        if item.size <= bounds.most:
            work = partial(reading.alone, item=item, bounds=bounds)
            body = await self._account.within(folder, work, max(item.size, reading.PIECE))
            return _raw(key, item, body) if isinstance(body, Body) else body
        data = await self._account.within(folder, partial(reading.head, item=item, octets=bounds.head), bounds.head)
        why = f"The message has {item.size} octets; limits.message_size allows {bounds.most}."
        return _failed(key, item, why, data) if isinstance(data, bytes) else data

    def _key(self, folder: Opened, uid: int) -> MessageKey:
        return MessageKey(self.name, folder.uidvalidity, uid, self._mailbox.folder)

    async def _fetch(self, name: str, uidvalidity: int, uids: Sequence[int], sha256: str) -> bytes | None:
        opened = await self._open(name)
        if opened is None or opened.uidvalidity != uidvalidity:
            return None
        for uid in uids:
            work = partial(reading.found, uid=uid, most=self._bounds.most)
            body = await self._account.within(opened, work, self._bounds.most)
            if isinstance(body, Body) and body.sha256 == sha256 and body.complete:
                return body.data
        return None

    # Settling

    async def _settle(self, folder: Opened, uids: Sequence[int]) -> settling.Places:
        """Put aside; where the processed folder has gone meanwhile, make it anew and go on."""
        for _ in range(2):
            work = partial(
                settling.settle, uids=uids, means=self._means, target=self._processed, copied=self._memory.copied
            )
            places = await self._account.within(folder, work, len(uids) * _MOVE_OCTETS)
            if places is not None:
                return places
            why = "The processed folder is gone; it is made anew."
            event(log, logging.WARNING, "folder_made_anew", why, mailbox=self.name)
            await self._make_processed()
        raise SourceRefused(
            f'Mailbox "{self.name}": nothing can be moved to "{self._processed}", though it is there. Grant the account '
            "the right; what is recorded stays in the folder until then, and is not answered twice."
        )


def _raw(key: MessageKey, item: Listed, body: Body) -> RawMessage:
    return RawMessage(key, body.data, item.received_at, body.size, body.sha256, body.complete)


def _failed(key: MessageKey, item: Listed, why: str, data: bytes = b"") -> RawMessage:
    """A message that was not read whole. Its place stands in for its hash: no two may look like one mail."""
    place = hashlib.sha256(repr(key).encode()).hexdigest()
    return RawMessage(key, data, item.received_at, max(item.size, len(data)), place, complete=False, failure=why)


def _now() -> float:
    """The loop's own clock, for gaps and patience only."""
    return asyncio.get_running_loop().time()


def _abilities(client: Client, folder: Opened) -> tuple[Means, bool]:
    return settling.means_of(client, folder), client.has_capability("IDLE")


def _start_idle(client: Client, seen: int) -> bool | None:
    """Begin IDLE; True where mail has come since the last look: of that the server has spoken already. None where
    the server offers IDLE and refuses it (too many of them, a proxy between): then we look every so often."""
    if reading.search(client, seen + 1):
        return True
    try:
        return client.start_idle()
    except HungUp:
        raise
    except Refusal:
        return None


def _had_news(client: Client) -> bool:
    return client.news
