"""What is kept no longer than needed: the octets of messages whose deliveries are all settled."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from daemon.logs import event

if TYPE_CHECKING:
    from daemon.app import App

log = logging.getLogger(__name__)


async def purge(app: App) -> None:
    """Delete octets that nobody needs any more, unless `database.keep_messages` says to keep them."""
    if app.config.database.keep_messages:
        return
    purged = await app.database.run(app.store.journal.purge, app.clock.now())
    if purged:
        event(log, logging.INFO, "purged", messages=purged)
