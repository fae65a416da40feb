"""The world of the mail target: a real SMTP server."""

from __future__ import annotations

from daemon.config import Smtp
from daemon.model import Claimed
from daemon.targets.mail import MailTarget
from tests.deliveries import MESSAGE, claimed
from tests.smtp import SmtpServer


class World:
    async def __aenter__(self) -> World:
        self.server = await SmtpServer(security="tls").__aenter__()
        self.running = True
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """The server goes away."""
        if self.running:
            self.running = False
            await self.server.__aexit__(None, None, None)

    def target(self) -> MailTarget:
        plain = {
            "host": "localhost",
            "port": self.server.port,
            "ca_file": self.server.ca_file,
            "from": "post@musterlingen.example",
            "timeout_seconds": 5,
        }
        return MailTarget(Smtp.model_validate(plain))

    def delivery(self, number: int) -> Claimed:
        return claimed(id=number, data=b"Number: %d\r\n" % number + MESSAGE)

    def arrived(self) -> list[bytes]:
        return [message.data for message in self.server.messages]
