"""What `anliegen check` finds when it knocks at every door: mailboxes, SMTP server, database. Changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from daemon.config import Config
from daemon.errors import StoreError
from daemon.model import Finding
from daemon.sources.imap import ImapSource
from daemon.store import Store
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
    """Whether the database can be read, and what it holds."""
    try:
        store = Store.open(config, read_only=True)
    except StoreError as error:
        return Finding(True, f"database: {error}")
    try:
        if not store.database.is_current():
            return Finding(False, "database: the schema is older than this release; run `anliegen db upgrade`.")
        return Finding(True, f"database: {store.tickets.counted()} tickets.")
    except StoreError as error:
        return Finding(False, f"database: {error}")
    finally:
        store.close()
