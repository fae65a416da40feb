"""Deliveries by HTTP POST: the ticket as JSON to another program of the office, signed.

Owns the request, its signature, which addresses may be reached, and what a status means; the JSON itself is
`rendering`'s. The only module that uses aiohttp as a client. Binding: RFC 9110 §15 (status), §10.2.3
(Retry-After), RFC 6585 §4 (429), RFC 8470 §5.2 (425), RFC 2104 (HMAC); decisions 0054 and 0055.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from daemon.config import Config
from daemon.config import WebhookTarget as Settings
from daemon.errors import ConfigError
from daemon.model import Claimed, InDoubt, Outcome, Refused, Retry, Sent
from daemon.ports import Begin, Clock

if TYPE_CHECKING:
    import aiohttp  # loaded with the first webhook: a tenth of a start, and most offices have none

_SECONDS, _CONNECT_SECONDS = 60, 10  # receivers should answer first, work later
_LONGEST_WAIT = timedelta(hours=6)  # Retry-After is believed up to here
_AGAIN = frozenset({408, 425, 429})  # and every 5xx: not now
_OVERLOADED = frozenset({429, 502, 503, 504})  # said of the receiver, not of this ticket
_FORBIDDEN = "is an address that webhooks may not reach"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052 §2.1: an IPv4 address in its last four octets


@dataclass(slots=True)
class _Sending:
    """How far one request came: what its body's generator tells."""

    begun: bool = False
    lost: bool = False
    error: Exception | None = None


class WebhookTarget:
    """All webhooks of the configuration; a delivery's address is the URL, which names its settings."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self._busy: set[asyncio.Task[Outcome]] = set()
        self._closed = False

    def use(self, config: Config) -> None:
        """Take over a configuration that was read anew."""
        self._config = config

    async def deliver(self, delivery: Claimed, begin: Begin) -> Outcome:
        """See `ports.Target`. `begin` is called when the connection stands, before the body."""
        settings = self._settings(delivery.address)
        if settings is None:
            return Retry("The configuration no longer names this webhook: the delivery waits for it to be named again.")
        if self._closed:
            return Retry("The program is stopping: the delivery waits.")
        try:
            secret, context = settings.read_secret(), _context(settings)
        except (ConfigError, OSError) as error:
            return _pause(settings, f"cannot be used: {error}")
        task = asyncio.create_task(self._post(delivery, begin, settings, secret, context))
        self._busy.add(task)
        try:
            return await task
        finally:
            task.cancel()
            self._busy.discard(task)

    async def close(self) -> None:
        """Cut what is under way: those deliveries end as they would with a cut connection."""
        self._closed = True
        for task in tuple(self._busy):
            task.cancel()

    def _settings(self, url: str) -> Settings | None:
        entries = (entry for department in self._config.department for entry in department.deliver)
        return next((entry for entry in entries if isinstance(entry, Settings) and entry.webhook == url), None)

    async def _post(
        self, delivery: Claimed, begin: Begin, settings: Settings, secret: str, context: ssl.SSLContext
    ) -> Outcome:
        import aiohttp

        sending = _Sending()
        # A connection of its own for each: reused ones die unnoticed, and POST cannot be repeated blindly.
        connector = aiohttp.TCPConnector(ssl=context, force_close=True, socket_factory=_gatekeeper(settings))
        headers = signed_headers(delivery, secret, self._clock.now())
        try:
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    timeout=aiohttp.ClientTimeout(total=_SECONDS, sock_connect=_CONNECT_SECONDS),
                    cookie_jar=aiohttp.DummyCookieJar(),
                ) as http,
                http.post(
                    settings.webhook, data=_body(delivery, begin, sending), headers=headers, allow_redirects=False
                ) as answer,
            ):
                return self._outcome(settings, answer.status, answer.headers.get("Retry-After", ""))
        except asyncio.CancelledError:
            if not self._closed:
                raise
            return _silence(settings, sending, "was cut off when the program stopped")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if sending.error is not None:
                raise sending.error from None
            return _silence(settings, sending, _what(error))

    def _outcome(self, settings: Settings, status: int, retry_after: str) -> Outcome:
        said = f"The webhook at {_host(settings)} answered HTTP {status}"
        if 200 <= status < 300:
            return Sent(f"HTTP {status}")
        if status in _AGAIN or status >= 500:
            after = patience(retry_after, self._clock.now())
            return Retry(f"{said}: it is tried again later.", target_wide=status in _OVERLOADED, after=after)
        if 300 <= status < 400:
            return Refused(f"{said}, a redirect, and those are not followed: name the final URL in `webhook`.")
        return Refused(
            f"{said}: it is not sent again by itself. Where the URL or the secret was wrong, correct it, then "
            "`anliegen outbox retry`."
        )


async def _body(delivery: Claimed, begin: Begin, sending: _Sending) -> AsyncIterator[bytes]:
    """The body, which asks for leave at the last moment: headers wait for it in aiohttp's buffer."""
    try:
        sending.begun = await begin()
    except Exception as error:
        sending.error = error
        raise
    sending.lost = not sending.begun
    if sending.lost:
        raise ConnectionAbortedError
    yield delivery.data


def signed_headers(delivery: Claimed, secret: str, now: datetime) -> dict[str, str]:
    """What goes with the body. The signature covers the time, so that an old request cannot be replayed.

    The key stays the same when the same bytes are sent again: the receiver recognises a repetition by it.
    """
    timestamp = str(int(now.timestamp()))
    key = f"{delivery.id}-{hashlib.sha256(delivery.data).hexdigest()[:32]}"
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(delivery.data)),
        "User-Agent": "anliegen",
        "Idempotency-Key": f'"{key}"',  # a string as in RFC 9651 §3.3.3, as the IETF's draft wants it
        "X-Anliegen-Delivery": key,
        "X-Anliegen-Timestamp": timestamp,
    }
    if secret:
        signature = hmac.new(secret.encode(), timestamp.encode() + b"." + delivery.data, hashlib.sha256).hexdigest()
        headers["X-Anliegen-Signature"] = f"sha256={signature}"
    return headers


def patience(retry_after: str, now: datetime) -> timedelta | None:
    """Retry-After as a span (RFC 9110 §10.2.3: seconds or a date), at most six hours; None where unreadable."""
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        wished = timedelta(seconds=min(int(text[:9]), _LONGEST_WAIT.total_seconds()))
    else:
        try:
            at = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        wished = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wished, timedelta(0)), _LONGEST_WAIT)


def allowed(address: str, *, private: bool, encrypted: bool) -> bool:
    """Whether a webhook may reach an IP address: the world's by TLS, one's own network where it is allowed.

    IPv4 addresses in disguise (RFC 4291 §2.5.5.2, RFC 6052) are judged as what they are.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        embedded = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None
        found = found.ipv4_mapped or found.sixtofour or embedded or found
    if found.is_multicast or found.is_unspecified:
        return False
    return encrypted if found.is_global else private


def _gatekeeper(settings: Settings) -> aiohttp.SocketFactoryType:
    """Refuses addresses when the socket is made: after DNS, for each address, and for literal ones too."""
    encrypted = urlsplit(settings.webhook).scheme == "https"

    def make(address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = address
        if not allowed(str(where[0]), private=settings.allow_private, encrypted=encrypted):
            raise PermissionError(_FORBIDDEN)
        return socket.socket(family, kind, protocol)

    return make


def _context(settings: Settings) -> ssl.SSLContext:
    """Certificate and host name are always checked; `ca_file` adds trust to the system's."""
    context = ssl.create_default_context()
    if settings.ca_file is not None:
        context.load_verify_locations(cafile=settings.ca_file)
    return context


def _host(settings: Settings) -> str:
    return urlsplit(settings.webhook).hostname or ""


def _pause(settings: Settings, what: str) -> Retry:
    return Retry(f"The webhook at {_host(settings)} {what}: its deliveries wait and are tried again.", target_wide=True)


def _silence(settings: Settings, sending: _Sending, what: str) -> Outcome:
    """No answer came. Before the body nothing has happened; after it nobody knows."""
    if sending.begun:
        return InDoubt(f"The webhook at {_host(settings)} {what}, when the ticket was on its way: it may have arrived.")
    if sending.lost:
        return Retry("Another worker has taken this delivery over: nothing was sent from here.")
    return _pause(settings, what)


def _what(error: Exception) -> str:
    """What happened instead of an answer, to follow "The webhook at … "."""
    import aiohttp

    match error:
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as inner):
            return f"has a certificate that is not trusted ({inner.verify_message}), so nothing was sent; see `ca_file`"
        case aiohttp.ClientConnectorDNSError():
            return "has a name that cannot be looked up"
        case aiohttp.ClientConnectorError() if _FORBIDDEN in str(error.os_error):
            return (
                "has an address inside a private network, or is to be reached without encryption: use https, and set "
                "allow_private = true where it is your own network"
            )
        case TimeoutError():
            return "did not answer in time"
        case aiohttp.ClientConnectorError():
            return f"cannot be reached ({error.os_error.strerror or type(error.os_error).__name__})"
        case aiohttp.ServerDisconnectedError() | OSError():
            return "ended the connection"
        case _:
            return f"failed ({type(error).__name__})"
