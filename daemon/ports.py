"""The doors to the world where it is slow or random: mail source, delivery target, clock.

The contract of each is in its docstring; `tests/contracts` runs one suite over every implementation.
The store is no port: tests use the real one on a temporary file.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol

from daemon.model import Claimed, Finding, MessageKey, Outcome, RawMessage

#: Marks a delivery as `sending` durably, after a last look at the claim; called by a target right before
#: the first octet of the payload leaves (SMTP: before DATA). Returns False where the claim is lost: the
#: target then sends nothing and returns `Retry`.
Begin = Callable[[], Awaitable[bool]]

#: Tells which of these messages are recorded already: they are settled without being fetched again.
Known = Callable[[Sequence[MessageKey]], Awaitable[Collection[MessageKey]]]


class Clock(Protocol):
    """Where "now" comes from. Only `app.py` hands out the system's."""

    def now(self) -> datetime:
        """The current moment, aware, in UTC."""
        ...


class Source(Protocol):
    """A mailbox. Not safe for use by two tasks at once, `close` excepted; a second instance is.

    Every method raises `SourceError` (or `SourceRefused`) where the server fails, hangs or contradicts
    itself; the source is then disconnected and the next call connects anew, at once: the growing gaps
    between attempts are the caller's, who knows how long to go on. No call loses a message, or changes its
    flags where it stays; a message leaves `folder` only through `settle`.
    """

    name: str

    def unsettled(self, known: Known) -> AsyncGenerator[Sequence[RawMessage], None]:
        """Yield what lies in the folder, oldest first, in batches bounded in count and octets.

        Messages for which `known` says yes are settled on the way, not yielded. The order is that of the
        UIDs, but those that could not be read before come last, by themselves. One that cannot be read at
        all is yielded with its `failure` in the end, so that it can be recorded and settled: it stops no
        other. Ends when the folder has been walked once.
        """
        ...

    async def settle(self, keys: Sequence[MessageKey]) -> dict[MessageKey, tuple[int, int] | None]:
        """Move recorded messages to the processed folder; say where each lies now.

        The value is (UIDVALIDITY, UID) in the processed folder where the server said so (COPYUID), else
        None. A message that is no longer there counts as settled.
        """
        ...

    async def wait(self, seconds: float) -> None:
        """Return when something may have changed, or after that many seconds at the latest."""
        ...

    async def fetch(
        self, key: MessageKey, moved_to: tuple[int, int] | None, sha256: str, message_id: str | None = None
    ) -> bytes | None:
        """The whole bytes of one message, from wherever it lies now; None where it is gone or differs.

        `message_id` (with its angle brackets) helps to find one whose new place the server never told.
        """
        ...

    def survey(self) -> AsyncIterator[Sequence[MessageKey]]:
        """Yield where every message of the folder and of the processed folder lies. Changes nothing."""
        ...

    async def read(self, key: MessageKey) -> RawMessage | None:
        """One message that `survey` named, read as `unsettled` reads; None where it is gone."""
        ...

    async def probe(self) -> Sequence[Finding]:
        """Log in, look at capabilities and folders, change nothing; what was found, as sentences. Never raises."""
        ...

    async def close(self) -> None:
        """Log out and end the thread within 5 s, also while a command hangs."""
        ...


class Target(Protocol):
    """Where deliveries go. Safe for several deliveries at once.

    Never raises for what the other side does: that is the `Outcome`. A cut or a time-out before `begin`
    was called is `Retry`, and so is one after it where certainly nothing was taken (SMTP: before 354); from then
    on, and before the answer, it is `InDoubt`.
    """

    async def deliver(self, delivery: Claimed, begin: Begin) -> Outcome:
        """Hand over one delivery's final bytes."""
        ...

    async def close(self) -> None:
        """Give connections back. Within 5 s."""
        ...
