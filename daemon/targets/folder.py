"""Deliveries into an IMAP folder (`{ folder = "Abfall" }`): the stored octets, appended unchanged.

Each mailbox has a connection of its own here, so that reading and delivering never wait for each other. A
delivery in doubt is looked for before it is appended again: a folder, unlike SMTP, can be asked.
Binding: RFC 3501 §6.3.11 (APPEND), RFC 7889 (TOOBIG), architecture invariants 2 and 4.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterable
from functools import partial

from daemon.config import Mailbox
from daemon.errors import SourceError, SourceRefused
from daemon.imap import folders, reading
from daemon.imap.account import Account
from daemon.imap.client import Client, HungUp, Refusal, answer_in, code_of, is_bad
from daemon.model import Claimed, InDoubt, Outcome, Refused, Retry, Sent
from daemon.ports import Begin

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[\x21-\x7e]+>)", re.IGNORECASE | re.MULTILINE)


class FolderTarget:
    """The folders of the configured mailboxes. An address is `mailbox/folder`."""

    def __init__(self, mailboxes: Iterable[Mailbox]) -> None:
        self._drawers = {mailbox.name: _Drawer(mailbox) for mailbox in mailboxes}

    async def deliver(self, delivery: Claimed, begin: Begin) -> Outcome:
        """See `ports.Target`. `begin` is called right before APPEND."""
        name, _, folder = delivery.address.partition("/")
        drawer = self._drawers.get(name)
        if drawer is None or not folder:
            return Refused(f'No mailbox "{name}" is configured any more: name it again, or send this by hand.')
        if drawer.is_watched(folder):
            return Refused(f'The folder "{folder}" is read as incoming mail: name another for this department.')
        return await drawer.deliver(folder, delivery, begin)

    async def close(self) -> None:
        """See `ports.Target`."""
        await asyncio.gather(*(drawer.close() for drawer in self._drawers.values()))


class _Drawer:
    """One mailbox, one connection, one delivery at a time."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox, self._account, self._free = mailbox, Account(mailbox), asyncio.Lock()

    def is_watched(self, folder: str) -> bool:
        """True where mail put there would come back to us as new, or look like mail that we have moved."""
        watched = (self._mailbox.folder, self._mailbox.processed_folder)
        return any(folder == name or folder.upper() == name.upper() == "INBOX" for name in watched)

    async def deliver(self, folder: str, delivery: Claimed, begin: Begin) -> Outcome:
        async with self._free:
            used = self._account.connection is not None
            found = await self._prepare(folder, delivery)
            if isinstance(found, Retry) and used:
                found = await self._prepare(folder, delivery)  # the old connection had ended; a new one tells more
            if not isinstance(found, str):
                return found
            if not await begin():
                return Retry("Another worker has taken this delivery over: nothing was appended from here.")
            try:
                work = partial(_append, folder=found, data=delivery.data)
                return await self._account.call(work, len(delivery.data))
            except SourceError as error:
                return InDoubt(str(error))

    async def _prepare(self, folder: str, delivery: Claimed) -> str | Sent | Retry:
        """The server's name for the folder; or the outcome, where there is one already."""
        connected = False
        try:
            await self._account.connect()
            connected = True
            name = await self._account.call(partial(folders.ensure_folder, name=folder))
            if delivery.was_in_doubt:
                opened = await self._account.open(name)
                if await self._account.within(opened, partial(_holds, data=delivery.data), len(delivery.data)):
                    return Sent("It was in the folder already.")
        except SourceError as error:
            # A folder that cannot be made is one department's trouble; all else is the whole account's.
            return Retry(str(error), target_wide=not (connected and isinstance(error, SourceRefused)))
        return name

    async def close(self) -> None:
        await self._account.close()


def _append(client: Client, folder: str, data: bytes) -> Outcome:
    try:
        client.append_octets(folder, data)
    except HungUp:
        raise
    except Refusal as error:
        why = f'The folder "{folder}" did not take it ({answer_in(error)})'
        if is_bad(error) or code_of(error) == "TOOBIG":
            return Refused(f"{why}: it is not sent again, a person has to look at it.")
        return Retry(f"{why}: it is tried again.")
    return Sent()


def _holds(client: Client, data: bytes) -> bool:
    """True where the selected folder holds exactly these octets."""
    head = data.partition(b"\r\n\r\n")[0]
    named = _MESSAGE_ID.search(head)
    size = len(data)
    uids = reading.with_message_id(client, named[1].decode("ascii")) if named else reading.with_size(client, size)
    wanted = hashlib.sha256(data).hexdigest()
    bodies = (reading.found(client, uid, size + reading.PIECE) for uid in uids)
    return any(isinstance(body, reading.Body) and body.sha256 == wanted for body in bodies)
