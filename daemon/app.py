"""The composition root: builds everything from one configuration.

What is built here is handed down as arguments; nothing below reaches up.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from daemon import allocator, learning
from daemon import config as configuration
from daemon.clock import SharedClock, SystemClock
from daemon.config import Config
from daemon.dispatch import Dispatch
from daemon.errors import ConfigError, SourceError
from daemon.intake import Intake
from daemon.lane import Lane
from daemon.leases import Leases
from daemon.logs import event
from daemon.policy import Policy
from daemon.ports import Target
from daemon.rendering import Renderer
from daemon.seclusion import Seclusion
from daemon.sources.imap import ImapSource
from daemon.store import Store
from daemon.store.outbox import Whereabouts
from daemon.targets.folder import FolderTarget
from daemon.targets.mail import MailTarget
from daemon.targets.webhook import WebhookTarget

log = logging.getLogger(__name__)


#: How long the SMTP server may take to say at start what it offers; the daemon starts without an answer.
ASKING_SECONDS = 5.0


class App:
    """Everything that a running daemon has. `open` before use, `close` after."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path, self.config = path, config
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.database, self.thinking = Lane("database"), Lane("thinking")
        self.store = Store.open(config)
        self.alone = self.store.database.path is not None
        self.clock = SystemClock() if self.alone else SharedClock()
        names = [mailbox.name for mailbox in config.mailbox]
        self.leases = Leases(self.store.workers, self.database, self.clock, self.worker, names, alone=self.alone)

    async def open(self) -> None:
        """Take the lock, bring the schema up to date, load the model. Raises `AnliegenError`s."""
        allocator.give_back_soon()
        if self.alone:
            await self.database.run(self.store.database.hold)
            await self.database.run(self.store.database.migrate)
            await self.database.run(self.store.workers.take_over)
        else:
            await self.database.run(self.store.database.require)
        await self._join()
        if made := await self.database.run(self.store.after_restore, self.clock.now()):
            why = "The database is a copy put back: what was open in it waits for a person (`anliegen outbox list`)."
            event(log, logging.WARNING, "restored", why, made=made)
        key = await self.database.run(self.store.secret)
        self.model, classifier = await learning.current(self.store, self.database, self.thinking, self.config)
        self.policy = Policy(self.config, Renderer(self.config), classifier, key)
        self.mail = MailTarget(self.config.smtp)
        self.webhook = WebhookTarget(self.config, self.clock)
        self.targets = build_targets(self.config, self.mail, self.webhook)
        with suppress(TimeoutError):
            eight_bit = await asyncio.wait_for(self.mail.takes_eight_bit(), ASKING_SECONDS)
            self.policy = replace(self.policy, eight_bit=eight_bit)
        self.sources = {mailbox.name: self._source(mailbox.name) for mailbox in self.config.mailbox}
        self._originals: dict[str, ImapSource] = {}
        self.dispatch = Dispatch(
            self.store,
            self.database,
            lambda: self.targets,
            self.fetch,
            self.clock,
            worker=self.worker,
            alone=self.alone,
            lease=self.store.term,
            at_once=2 * self.config.smtp.connections,
            others=lambda: self.leases.others > 0,
        )
        self.intakes = [
            Intake(
                source,
                self.store,
                self.database,
                self.thinking,
                lambda: self.policy,
                self.clock,
                Seclusion(),
                leases=self.leases,
                recorded=self.dispatch.wake,
            )
            for source in self.sources.values()
        ]
        await self.dispatch.recover()

    async def _join(self) -> None:
        """Become one of the workers: from here on time is the database's, where several share it."""
        await self.database.run(self.store.workers.enrol, self.leases.names)
        if isinstance(self.clock, SharedClock):
            self.leases.heard = self.clock.heard
        await self.leases.beat()

    def _source(self, name: str) -> ImapSource:
        mailbox = self.config.mailbox_of(name)
        assert mailbox is not None
        return ImapSource(mailbox, self.config.database, self.config.limits)

    async def fetch(self, place: Whereabouts) -> bytes | None:
        """The octets of a message that is too large for the database, on a connection of its own."""
        name = place.key.mailbox
        if self.config.mailbox_of(name) is None:
            raise SourceError(f'mailbox "{name}" is no longer configured: add it again to send its originals.')
        source = self._originals.setdefault(name, self._source(name))
        return await source.fetch(place.key, place.moved_to, place.sha256, place.message_id)

    async def reload(self) -> list[str]:
        """Read the file again; return the problems, or [] where the new rules, departments and texts hold."""
        try:
            fresh = configuration.load(self.path)
        except ConfigError as error:
            return error.problems
        texts = Renderer(fresh)
        if problems := texts.check(ours=False):
            return problems
        if changed := needing_restart(self.config, fresh):
            event(
                log, logging.WARNING, "reload", "These need a restart, the old ones stay:", sections=",".join(changed)
            )
        kept = {name: getattr(self.config, name) for name in RESTART}
        self.config = fresh.model_copy(update=kept)
        self.webhook.use(self.config)
        self.policy = replace(self.policy, config=self.config, renderer=Renderer(self.config))
        return []

    async def close(self) -> None:
        """Give everything back, within a few seconds."""
        for source in (*getattr(self, "sources", {}).values(), *getattr(self, "_originals", {}).values()):
            with suppress(Exception):
                await source.close()
        for target in set(getattr(self, "targets", {}).values()):
            with suppress(Exception):
                await target.close()
        for intake in getattr(self, "intakes", ()):
            await intake.seclusion.close()
        with suppress(Exception):
            await self.database.run(self.store.workers.leave, self.worker, self.clock.now())
        self.thinking.close()
        self.database.close()
        self.store.close()


#: Sections that connections and the database were built from.
RESTART = ("mailbox", "smtp", "database", "worker")


def needing_restart(old: Config, new: Config) -> list[str]:
    """Sections that differ and take effect only with a new process."""
    return [name for name in RESTART if getattr(old, name) != getattr(new, name)]


def build_targets(config: Config, mail: MailTarget, webhook: WebhookTarget) -> Mapping[str, Target]:
    """Each word that a delivery's `target` may be, and who answers it."""
    return {
        "acknowledgement": mail,
        "mail": mail,
        "alarm": mail,
        "folder": FolderTarget(config.mailbox),
        "webhook": webhook,
    }
