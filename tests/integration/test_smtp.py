"""The mail target against a real SMTP server: what arrives, on which connections, how protected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from daemon.config import Smtp
from daemon.model import Sent
from daemon.targets.mail import MailTarget
from tests.deliveries import MESSAGE, Begin, claimed
from tests.opponents.smtp_server import Opponent
from tests.smtp import SmtpServer

LOGIN = {"username": "post", "password": "geheim"}


def settings(server: SmtpServer | Opponent, **changes: object) -> Smtp:
    found: dict[str, object] = {
        "host": "localhost" if isinstance(server, SmtpServer) else server.host,
        "port": server.port,
        "security": server.security if isinstance(server, SmtpServer) else "none",
        "from": "Stadt Musterlingen <post@musterlingen.example>",
    }
    if isinstance(server, SmtpServer):
        found["ca_file"] = server.ca_file
    return Smtp.model_validate(found | changes)


@asynccontextmanager
async def target_for(
    server: SmtpServer | Opponent, *, idle_seconds: float = 30, patience: float = 5, **changes: object
) -> AsyncIterator[MailTarget]:
    patient = {"timeout_seconds": patience, "data_timeout_seconds": patience}
    target = MailTarget(settings(server, **changes).model_copy(update=patient), idle_seconds=idle_seconds)
    try:
        yield target
    finally:
        await target.close()


async def test_a_message_arrives_as_it_is_with_its_envelope() -> None:
    begin = Begin()
    async with SmtpServer() as server, target_for(server) as target:
        outcome = await target.deliver(claimed(envelope_from="bounce@musterlingen.example"), begin)
        received = server.messages[0]
    assert outcome == Sent("250 2.0.0 queued as 1")
    assert begin.calls == 1
    assert received.data == MESSAGE
    assert received.envelope_from == "bounce@musterlingen.example"
    assert received.recipients == ("abfall@musterlingen.example",)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_encryption_and_login(security: str) -> None:
    async with SmtpServer(security=security, users={"post": "geheim"}) as server:  # type: ignore[arg-type]
        async with target_for(server, **LOGIN) as target:
            outcome = await target.deliver(claimed(), Begin())
        received = server.messages[0]
    assert isinstance(outcome, Sent)
    assert received.encrypted
    assert received.login == "post"
