"""The world of the webhook target: a real HTTP server."""

from __future__ import annotations

from pathlib import Path

from daemon.config import parse
from daemon.model import Claimed
from daemon.targets.webhook import WebhookTarget
from tests.deliveries import claimed
from tests.http import HttpServer
from tests.values import StillClock, raw_config


class World:
    async def __aenter__(self) -> World:
        self.server = await HttpServer().__aenter__()
        self.running = True
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """The server goes away."""
        if self.running:
            self.running = False
            await self.server.__aexit__(None, None, None)

    def target(self) -> WebhookTarget:
        department = {
            "key": "abfall",
            "name": "Abfall",
            "deliver": [{"webhook": self.server.url, "allow_private": True}],
        }
        return WebhookTarget(parse(raw_config(department=[department]), Path()), StillClock())

    def delivery(self, number: int) -> Claimed:
        return claimed(id=number, target="webhook", address=self.server.url, data=b'{"number": %d}' % number)

    def arrived(self) -> list[bytes]:
        return [request.body for request in self.server.requests]
