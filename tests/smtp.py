"""A real SMTP server of one's own (aiosmtpd) on a free loopback port, in the test's own event loop.

Plain, TLS or STARTTLS with certificates of a test authority, AUTH where users are given. It keeps every
message with its envelope, and answers what `answers` says at MAIL, RCPT and after the final dot. For
servers that misbehave see `tests/opponents/smtp_server.py`.

    async with SmtpServer(security="starttls", users={"post": "geheim"}) as server:
        ...  # server.host, server.port, server.ca_file, server.messages
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: A reply line, or a function that gets the address (after the final dot: the content) and returns a reply
#: line, or None for "250".
Answer = str | Callable[[str], str | None]


@dataclass(frozen=True)
class Received:
    """One accepted message with all that was said about it."""

    envelope_from: str
    recipients: tuple[str, ...]
    data: bytes
    mail_options: tuple[str, ...]
    encrypted: bool
    login: str | None
    ehlo: str
    connection: int


class Certificates:
    """A test authority with one certificate for localhost and 127.0.0.1, and one for another name."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ca-")
        authority = trustme.CA()
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self.server = _context(authority.issue_cert("localhost", "127.0.0.1"))
        self.wrong_name = _context(authority.issue_cert("elsewhere.example"))

    def close(self) -> None:
        self._folder.cleanup()


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@dataclass
class SmtpServer:
    """`answers` has the keys MAIL, RCPT and END. `offers` are further EHLO lines, `hides` is taken away."""

    security: Literal["none", "tls", "starttls"] = "none"
    users: Mapping[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    size_limit: int | None = None
    certificate: Literal["server", "wrong_name"] = "server"
    host: str = "127.0.0.1"
    messages: list[Received] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0

    async def __aenter__(self) -> SmtpServer:
        self._certificates = Certificates()
        self.ca_file = self._certificates.ca_file
        self._context = getattr(self._certificates, self.certificate)
        self._open: set[SMTP] = set()
        self._server = await asyncio.get_running_loop().create_server(
            self._protocol, self.host, 0, ssl=self._context if self.security == "tls" else None
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self.hang_up()
        await self._server.wait_closed()
        self._certificates.close()

    async def hang_up(self) -> None:
        """Cut every open connection, as a server does that restarts."""
        for protocol in tuple(self._open):
            if protocol.transport is not None:
                protocol.transport.abort()
        for _ in range(50):  # aiosmtpd is not told of the end where a TLS handshake failed
            if not self._open:
                break
            await asyncio.sleep(0.01)
        self._open.clear()

    def _protocol(self) -> SMTP:
        self.connections += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # aiosmtpd warns of AUTH without TLS: loopback
            return _Protocol(self, self.connections)


class _Protocol(SMTP):  # type: ignore[misc]
    """aiosmtpd's protocol, counting what is open."""

    def __init__(self, owner: SmtpServer, number: int) -> None:
        self.owner = owner
        super().__init__(
            _Handler(owner, number),
            data_size_limit=owner.size_limit,
            hostname="mail.test",
            tls_context=owner._context if owner.security == "starttls" else None,
            require_starttls=owner.security == "starttls",
            auth_required=bool(owner.users),
            auth_require_tls=owner.security == "starttls",
            authenticator=owner_authenticator(owner),
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.owner._open.add(self)
        self.owner.most_at_once = max(self.owner.most_at_once, len(self.owner._open))
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.owner._open.discard(self)
        super().connection_lost(error)


def owner_authenticator(owner: SmtpServer) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = owner.users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=known, handled=False, auth_data=data.login.decode() if known else None)

    return check


class _Handler:
    """aiosmtpd's hooks, called by name."""

    def __init__(self, owner: SmtpServer, number: int) -> None:
        self.owner, self.number = owner, number

    def _answer(self, step: str, argument: str) -> str | None:
        answer = self.owner.answers.get(step)
        return answer(argument) if callable(answer) else answer

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        hidden = (*self.owner.hides, *(() if self.owner.users else ("AUTH",)))
        kept = [line for line in responses if line[4:].split(" ")[0] not in hidden]
        return [*kept[:-1], *(f"250-{offer}" for offer in self.owner.offers), kept[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._answer("MAIL", address.strip("<>")):
            return refusal
        envelope.mail_from = address  # "<>" for the empty sender: aiosmtpd takes "" for none yet
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self._answer("RCPT", address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        if refusal := self._answer("END", content.decode("latin-1")):
            return refusal
        encrypted = session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None
        self.owner.messages.append(
            Received(
                envelope_from=(envelope.mail_from or "").strip("<>"),
                recipients=tuple(envelope.rcpt_tos),
                data=content,
                mail_options=tuple(envelope.mail_options),
                encrypted=encrypted,
                login=session.auth_data if isinstance(session.auth_data, str) else None,
                ehlo=session.host_name or "",
                connection=self.number,
            )
        )
        return f"250 2.0.0 queued as {len(self.owner.messages)}"
