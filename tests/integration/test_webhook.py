"""The webhook target against a real HTTP server on the loopback."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.config import Config, parse
from daemon.model import InDoubt, Refused, Retry, Sent
from daemon.targets.webhook import WebhookTarget
from tests.deliveries import Begin, claimed
from tests.http import HttpServer
from tests.values import NOW, StillClock, raw_config

BODY = json.dumps({"ticket": "2026-000001", "subject": "Grüße"}).encode()


def config_with(url: str, **settings: object) -> Config:
    """A whole configuration with one webhook."""
    other = {"key": "bauamt", "name": "Bauamt", "deliver": [{"mail": "bau@musterlingen.example"}]}
    return parse(
        raw_config(department=[other, {"key": "abfall", "name": "Abfall", "deliver": [{"webhook": url, **settings}]}]),
        Path(),
    )


@asynccontextmanager
async def target_for(url: str, **settings: object) -> AsyncIterator[WebhookTarget]:
    target = WebhookTarget(config_with(url, **{"allow_private": True, **settings}), StillClock())
    try:
        yield target
    finally:
        await target.close()


def ticket(url: str, **changes: object):  # type: ignore[no-untyped-def]
    return claimed(target="webhook", address=url, data=BODY, **changes)


async def test_the_ticket_arrives_signed() -> None:
    async with HttpServer() as server, target_for(server.url, secret="schluessel") as target:
        begin = Begin()
        assert await target.deliver(ticket(server.url), begin) == Sent("HTTP 204")
        request = server.requests[0]
    assert begin.calls == 1
    assert request.body == BODY
    assert request.headers["Content-Type"] == "application/json"
    timestamp = request.headers["X-Anliegen-Timestamp"]
    expected = hmac.new(b"schluessel", timestamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert request.headers["X-Anliegen-Signature"] == f"sha256={expected}"
    assert int(timestamp) == NOW.timestamp()


async def test_the_same_delivery_keeps_its_key_and_another_gets_its_own() -> None:
    async with HttpServer() as server, target_for(server.url) as target:
        for number in (1, 1, 2):
            await target.deliver(ticket(server.url, id=number), Begin())
    first, again, other = (request.headers["Idempotency-Key"] for request in server.requests)
    assert first == again != other
    assert "X-Anliegen-Signature" not in server.requests[0].headers  # without a secret none is made up


@pytest.mark.parametrize(
    ("status", "kind", "wide"),
    [
        (200, Sent, None), (202, Sent, None), (204, Sent, None),
        (301, Refused, None), (307, Refused, None),
        (400, Refused, None), (401, Refused, None), (404, Refused, None), (413, Refused, None), (422, Refused, None),
        (408, Retry, False), (425, Retry, False), (500, Retry, False),
        (429, Retry, True), (502, Retry, True), (503, Retry, True), (504, Retry, True),
    ],
)  # fmt: skip
async def test_what_a_status_means(status: int, kind: type, wide: bool | None) -> None:
    async with HttpServer(status, {"Location": "http://127.0.0.1:9/elsewhere"}) as server:
        async with target_for(server.url) as target:
            outcome = await target.deliver(ticket(server.url), Begin())
        assert len(server.requests) == 1
    assert isinstance(outcome, kind)
    assert getattr(outcome, "target_wide", None) == wide


async def test_retry_after_is_honoured() -> None:
    async with HttpServer(503, {"Retry-After": "120"}) as server, target_for(server.url) as target:
        outcome = await target.deliver(ticket(server.url), Begin())
    assert isinstance(outcome, Retry)
    assert outcome.after == timedelta(minutes=2)


async def test_a_cut_after_the_body_is_in_doubt() -> None:
    async with HttpServer("cut") as server, target_for(server.url) as target:
        outcome = await target.deliver(ticket(server.url), Begin())
    assert isinstance(outcome, InDoubt)


async def test_an_endless_answer_is_not_read() -> None:
    async with HttpServer("flood") as server, target_for(server.url) as target:
        assert isinstance(await target.deliver(ticket(server.url), Begin()), Sent)


async def test_close_ends_what_hangs() -> None:
    async with HttpServer("hang") as server, target_for(server.url) as target:
        under_way = asyncio.create_task(target.deliver(ticket(server.url), Begin()))
        while not server.requests:
            await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            await target.close()
            assert isinstance(await under_way, InDoubt)
        assert isinstance(await target.deliver(ticket(server.url), Begin()), Retry)


async def test_a_lost_claim_sends_nothing() -> None:
    async with HttpServer() as server, target_for(server.url) as target:
        outcome = await target.deliver(ticket(server.url), Begin(held=False))
    assert isinstance(outcome, Retry)
    assert not outcome.target_wide
    assert server.requests == []


async def test_an_error_of_our_own_is_not_the_receivers() -> None:
    async def broken() -> bool:
        raise LookupError("database")

    async with HttpServer() as server, target_for(server.url) as target:
        with pytest.raises(LookupError):
            await target.deliver(ticket(server.url), broken)
    assert server.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_private_addresses_are_refused_after_resolution(host: str) -> None:
    begin = Begin()
    async with HttpServer() as server:
        url = server.url.replace("127.0.0.1", host)
        async with target_for(url, allow_private=False) as target:
            outcome = await target.deliver(ticket(url), begin)
    assert isinstance(outcome, Retry)
    assert outcome.target_wide
    assert "allow_private" in outcome.why
    assert (begin.calls, server.requests) == (0, [])


async def test_https_with_ones_own_authority() -> None:
    async with HttpServer(encrypted=True) as server, target_for(server.url, ca_file=str(server.ca_file)) as target:
        assert isinstance(await target.deliver(ticket(server.url), Begin()), Sent)


async def test_an_untrusted_certificate_gets_nothing() -> None:
    begin = Begin()
    async with HttpServer(encrypted=True) as server, target_for(server.url) as target:
        outcome = await target.deliver(ticket(server.url), begin)
    assert isinstance(outcome, Retry)
    assert "certificate" in outcome.why
    assert (begin.calls, server.requests) == (0, [])


async def test_nobody_listens() -> None:
    async with HttpServer() as server:
        url = server.url
    begin = Begin()
    async with target_for(url) as target:
        outcome = await target.deliver(ticket(url), begin)
    assert isinstance(outcome, Retry)
    assert outcome.target_wide
    assert begin.calls == 0


async def test_a_secret_that_cannot_be_read_pauses() -> None:
    async with HttpServer() as server, target_for(server.url, secret_env="NICHT_GESETZT") as target:
        outcome = await target.deliver(ticket(server.url), Begin())
    assert isinstance(outcome, Retry)
    assert outcome.target_wide
    assert "NICHT_GESETZT" in outcome.why
    assert server.requests == []


async def test_a_url_that_is_no_longer_configured_and_one_that_is_new() -> None:
    async with HttpServer() as server, target_for("https://elsewhere.example/hook") as target:
        outcome = await target.deliver(ticket(server.url), Begin())
        assert isinstance(outcome, Retry)
        assert not outcome.target_wide  # the others of that host, if any, are well
        target.use(config_with(server.url, allow_private=True))
        assert isinstance(await target.deliver(ticket(server.url), Begin()), Sent)
