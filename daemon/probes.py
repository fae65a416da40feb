"""What `anliegen check` finds when it knocks at every door: mailboxes, SMTP server, database. Changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from daemon.config import Config
from daemon.errors import StoreError
from daemon.model import Finding
from daemon.sources.imap import ImapSource
from daemon.store import Store
from daemon.store.database import sqlite_path, writable
from daemon.targets.mail import MailTarget


async def all_servers(config: Config) -> AsyncIterator[Finding]:
    """Every door in turn; a closed one hides no other."""
    for mailbox in config.mailbox:
        source = ImapSource(mailbox, config.database, config.limits)
        for finding in await source.probe():
            yield finding
        await source.close()
    target = MailTarget(config.smtp)
    for finding in await target.probe():
        yield finding
    await target.close()
    yield database(config)


def database(config: Config) -> Finding:
    """Whether the database can be read and written, and what it holds. A missing one is not made."""
    try:
        path = sqlite_path(config.database.url, config.base)
        if path is not None and not writable(path):
            return Finding(False, f"database: this user cannot write {path}: nothing could be recorded.")
        if path is not None and not path.exists():
            return Finding(True, f"database: `anliegen run` will make {path}.")
        return _contents(Store.open(config, read_only=True))
    except StoreError as error:
        return Finding(False, f"database: {error}")


def _contents(store: Store) -> Finding:
    try:
        if not store.database.is_current():
            return Finding(False, "database: the schema is older than this release; run `anliegen db upgrade`.")
        return Finding(True, f"database: {store.tickets.counted()} tickets.")
    finally:
        store.close()
