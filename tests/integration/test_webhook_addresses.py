"""Which addresses a webhook reaches, whatever its name resolves to, however its URL writes them, whenever that changes.

What counts is the address of the connection: names are answered by the test, connections are watched and only those to
the loopback are made.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from daemon.errors import ConfigError
from daemon.model import InDoubt, Outcome, Refused, Retry, Sent
from tests.deliveries import Begin
from tests.http import HttpServer
from tests.integration.test_webhook import target_for, ticket

WORLD = "93.184.216.34"
OURS = (
    "127.0.0.1", "10.0.0.5", "172.16.9.9", "192.168.178.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "::1", "::", "fd00::5", "fe80::1", "::ffff:127.0.0.1", "::ffff:10.0.0.5", "64:ff9b::7f00:1", "2002:7f00:1::1",
)  # fmt: skip
#: Other ways to write 127.0.0.1, 0.0.0.0, 10.0.0.5 and the loopback of IPv6, as URLs may.
SPELLINGS = (
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "0", "0.0.0.0",
    "167772165", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[64:ff9b::7f00:1]", "localhost",
    "localhost.", "LOCALHOST", "①②⑦.⓪.⓪.①", "127。0。0。1",
)  # fmt: skip


class Network:
    """Answers names in turn, the last answer for all further questions; knows who was connected to."""

    def __init__(self, answers: Sequence[Sequence[str]]) -> None:
        self.answers, self.asked, self.connected = answers, 0, list[str]()

    async def getaddrinfo(self, host: Any, port: Any, **hints: Any) -> list[Any]:
        found = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [_info(address, port) for address in found]

    async def sock_connect(self, sock: socket.socket, address: tuple[Any, ...]) -> None:
        self.connected.append(str(address[0]))
        raise ConnectionRefusedError(111, "Nobody listens.")


def _info(address: str, port: int) -> Any:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def make(*answers: Sequence[str], names: bool = True) -> Network:
        found, loop = Network(answers), asyncio.get_running_loop()
        if names:
            monkeypatch.setattr(loop, "getaddrinfo", found.getaddrinfo)
        monkeypatch.setattr(loop, "sock_connect", found.sock_connect)
        return found

    return make


async def delivered(url: str, begin: Begin, **settings: object) -> Outcome:
    async with target_for(url, allow_private=False, **settings) as target:
        return await target.deliver(ticket(url), begin)


@pytest.mark.parametrize("address", OURS)
async def test_a_name_that_resolves_to_our_own_network_gets_nothing(address: str, network: Any) -> None:
    found, begin = network([address]), Begin()
    outcome = await delivered("https://hook.example/in", begin)
    assert isinstance(outcome, Retry)
    assert "allow_private" in outcome.why
    assert (found.connected, begin.calls) == ([], 0)


@pytest.mark.parametrize("host", SPELLINGS)
async def test_however_the_url_writes_it(host: str, network: Any) -> None:
    found, begin = network(names=False), Begin()
    try:
        outcome = await delivered(f"https://{host}/in", begin)
    except ConfigError:
        return  # not taken into the configuration at all
    assert isinstance(outcome, Retry)
    assert (found.connected, begin.calls) == ([], 0)


async def test_the_world_is_reached_and_a_second_address_of_ours_is_not(network: Any) -> None:
    found = network([WORLD, "127.0.0.1", "::1"])
    assert isinstance(await delivered("https://hook.example/in", Begin()), Retry)
    assert found.connected == [WORLD]


async def test_a_name_that_turns_over_after_the_first_look(network: Any) -> None:
    """DNS rebinding: there is no look-up between the check and the connection, and each delivery checks anew."""
    found = network([WORLD], ["127.0.0.1"])
    url, begin = "https://hook.example/in", Begin()
    async with target_for(url, allow_private=False) as target:
        for _ in range(3):
            assert isinstance(await target.deliver(ticket(url), begin), Retry)
    assert found.asked >= 3
    assert (found.connected, begin.calls) == ([WORLD], 0)


async def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, network: Any
) -> None:
    checked: list[str] = []
    from daemon.targets import webhook

    real = webhook.allowed
    monkeypatch.setattr(webhook, "allowed", lambda address, **how: checked.append(address) or real(address, **how))
    found = network([WORLD], ["203.0.114.7"], ["10.0.0.5"])
    for _ in range(3):
        await delivered("https://hook.example/in", Begin())
    assert [a for a in checked if ipaddress.ip_address(a).is_global] == found.connected == [WORLD, "203.0.114.7"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_leads_nowhere(status: int) -> None:
    async with (
        HttpServer() as inside,
        HttpServer(status, {"Location": inside.url}) as outside,
        target_for(outside.url) as target,
    ):
        outcome = await target.deliver(ticket(outside.url), Begin())
    assert isinstance(outcome, Refused)
    assert "redirect" in outcome.why
    assert (len(outside.requests), inside.requests) == (1, [])


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"])
async def test_no_proxy_of_the_environment_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with HttpServer() as server, HttpServer() as proxy:
        monkeypatch.setenv(name, proxy.url.removesuffix("/hook"))
        async with target_for(server.url) as target:
            assert isinstance(await target.deliver(ticket(server.url), Begin()), Sent)
    assert (len(server.requests), proxy.requests) == (1, [])


async def test_no_password_file_of_the_user_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login canary password canary\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    async with HttpServer() as server, target_for(server.url) as target:
        assert not isinstance(await target.deliver(ticket(server.url), Begin()), InDoubt)
        assert "Authorization" not in server.requests[0].headers
