"""The world of the IMAP source: a Dovecot."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType

from daemon.config import Database, Limits, Mailbox
from daemon.sources.imap import ImapSource
from tests.dovecot import Dovecot


class World:
    """A mailbox that others use, too."""

    async def __aenter__(self) -> World:
        self.server = Dovecot().__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.remove()

    def source(
        self, *, batch_messages: int = 50, batch_size: int = 16_000_000, message_limit: int = 10_000_000
    ) -> ImapSource:
        """A source that reads this mailbox and keeps at most so much."""
        server = self.server
        mailbox = Mailbox.model_validate(
            {
                "name": "post",
                "host": "localhost",
                "port": server.tls_port,
                "ca_file": server.ca_file,
                "username": "post",
                "password": server.password,
                "acknowledge_since": "2026-01-01T00:00:00Z",
                "batch_messages": batch_messages,
                "batch_size": batch_size,
            }
        )
        return ImapSource(mailbox, Database(message_limit=message_limit), Limits(parse_size=message_limit // 2))

    def deliver(self, mail: bytes, received_at: datetime | None = None) -> None:
        """New mail."""
        self.server.deliver(mail, received=received_at)

    def waiting(self) -> list[bytes]:
        """What lies where new mail lies."""
        return self.server.messages()

    def settled(self) -> list[bytes]:
        """What lies where settled mail lies."""
        return self.server.messages(folder="Bearbeitet") if "Bearbeitet" in self.server.folders() else []

    def delete_waiting(self, mail: bytes) -> None:
        """Somebody deletes a mail by hand."""
        position = self.waiting().index(mail)
        with self.server.client() as client:
            client.select_folder("INBOX")
            uid = client.search("ALL")[position]
            client.delete_messages([uid])
            client.uid_expunge([uid])

    def vanish(self) -> None:
        """The other side goes away."""
        self.server.stop(hard=True)

    def come_back(self) -> None:
        self.server.start()
