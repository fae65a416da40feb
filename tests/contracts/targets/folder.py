"""The world of the folder target: a real Dovecot."""

from __future__ import annotations

import asyncio

from daemon.config import Mailbox
from daemon.model import Claimed
from daemon.targets.folder import FolderTarget
from tests.deliveries import claimed
from tests.dovecot import Dovecot, message


class World:
    async def __aenter__(self) -> World:
        self.server = await asyncio.to_thread(Dovecot().__enter__)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.server.remove)

    async def stop(self) -> None:
        """The server goes away, its open connections too."""
        await asyncio.to_thread(self.server.stop, hard=True)

    def target(self) -> FolderTarget:
        plain = {
            "name": "post",
            "host": "localhost",
            "port": self.server.tls_port,
            "ca_file": self.server.ca_file,
            "username": "post",
            "password": self.server.password,
            "acknowledge_since": "2026-01-01T00:00:00Z",
            "timeout_seconds": 5,
        }
        return FolderTarget([Mailbox.model_validate(plain)])

    def delivery(self, number: int) -> Claimed:
        return claimed(id=number, target="folder", address="post/Abfall", data=message(number))

    def arrived(self) -> list[bytes]:
        return self.server.messages(folder="Abfall") if "Abfall" in self.server.folders() else []
