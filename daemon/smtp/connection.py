"""One SMTP connection: connecting, encryption, login, commands, a message's octets.

The only module that knows aiosmtplib. A reply is a value, whatever its code; where none came, or where a
step before MAIL went wrong, `SmtpTrouble` says at which step. What follows from it is `replies`' business.
Binding: RFC 5321, RFC 3207 (STARTTLS), RFC 8314 §3 (TLS, never a fall-back to plain text), RFC 4954 (AUTH).
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from typing import cast

import aiosmtplib

from daemon.config import LOOPBACK, Smtp
from daemon.errors import ConfigError
from daemon.smtp.replies import Reply, Step

_BLOCK = 65536  # octets of a message handed over at once: what a big message costs in memory
_BUFFERED = 4 * _BLOCK  # octets that may wait in the socket's buffer
_RESET_SECONDS = 5.0  # a connection is not worth more waiting
_LOGIN_METHODS = ("plain", "login", "cram-md5")  # the login is encrypted: the simplest comes first
_OTHER_METHOD = (504, 534)  # this mechanism is not to be had (RFC 4954 §4, §6): try the next


class SmtpTrouble(Exception):
    """The dialogue ended at a step: with a reply, or, where none came, with `what` happened instead."""

    def __init__(self, step: Step, reply: Reply | None = None, what: str = "") -> None:
        super().__init__(what)
        self.step, self.reply, self.what = step, reply, what


class Connection:
    """A connection on which MAIL may be said. Made by `connect`."""

    def __init__(self, smtp: aiosmtplib.SMTP, timeout: float) -> None:
        self._smtp, self._timeout = smtp, timeout

    @property
    def alive(self) -> bool:
        return self._smtp.is_connected

    @property
    def encrypted(self) -> bool:
        return self._smtp.get_transport_info("sslcontext") is not None

    def offers(self, extension: str) -> bool:
        """Whether the server named an extension after EHLO (after TLS, where there is TLS)."""
        return self._smtp.supports_extension(extension)

    @property
    def size_limit(self) -> int:
        """The largest message the server takes, in octets; 0 where it does not say (RFC 1870 §3)."""
        words = self._smtp.esmtp_extensions.get("size", "").split()
        return int(words[0]) if words and words[0].isdecimal() else 0

    async def command(self, step: Step, *words: str) -> Reply:
        """Send a command line and return the reply. The words are ASCII without control characters."""
        with _reported(step):
            reply = await self._smtp.execute_command(*(word.encode("ascii") for word in words))
        return Reply(reply.code, reply.message)

    async def content(self, data: bytes, patience: float) -> Reply:
        """Send a message after 354 and return the one reply, which may come early (a size limit).

        aiosmtplib's own way copies the message several times and cannot tell an answer to DATA from one to
        the message; this needs two blocks of memory (decision 0051). `patience`, in seconds, begins after
        the final dot (RFC 5321 §4.5.3.2.6); a block may take as long as a command.
        """
        with _reported(Step.END):
            protocol = self._smtp.protocol
            if protocol is None:
                raise ConnectionResetError
            reply = asyncio.ensure_future(protocol.read_response())
            try:
                await asyncio.sleep(0)  # from here on a reply is heard
                complete = await self._write(protocol, data, reply)
                answer = await asyncio.wait_for(reply, patience)
            except BaseException:
                self.abort()
                raise
            finally:
                reply.cancel()
                await asyncio.gather(reply, return_exceptions=True)
        if not complete:
            self.abort()  # the server reads commands where we were still writing the message
            if answer.code < 400:
                raise SmtpTrouble(Step.END, what="answered before the message was complete")
        return Reply(answer.code, answer.message)

    async def _write(
        self, protocol: aiosmtplib.protocol.SMTPProtocol, data: bytes, reply: asyncio.Future[aiosmtplib.SMTPResponse]
    ) -> bool:
        """Write the message and the final dot; False where a reply came before the dot."""
        dot = b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n"
        if len(data) <= _BLOCK:  # nearly every mail: all of it at once
            protocol.write(b"".join((*blocks(data), dot)))
            return True
        for block in blocks(data):
            protocol.write(block)
            await asyncio.wait_for(self._drained(reply), self._timeout)
            if reply.done():
                return False
        protocol.write(dot)
        return True

    async def _drained(self, reply: asyncio.Future[aiosmtplib.SMTPResponse]) -> None:
        """Return when the peer has taken most of what was written, has answered, or is gone.

        aiosmtplib has no public way to wait for that. Looking is cheap, and happens with big messages only.
        """
        while not reply.done() and self._transport is not None:
            if self._transport.get_write_buffer_size() <= _BUFFERED:
                return
            await asyncio.sleep(0.005)

    @property
    def _transport(self) -> asyncio.WriteTransport | None:
        return cast("asyncio.WriteTransport | None", self._smtp.transport)

    async def reset(self) -> bool:
        """RSET (RFC 5321 §4.1.1.5); whether the connection is ready for the next transaction. Soon, and never raises."""
        try:
            return self.alive and (await self._smtp.execute_command(b"RSET", timeout=_RESET_SECONDS)).code == 250
        except (aiosmtplib.SMTPException, OSError):
            return False

    async def quit(self) -> None:
        """Say QUIT (RFC 5321 §4.1.1.10) and close. Never raises."""
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await self._smtp.quit(timeout=1)
        self.abort()

    def abort(self) -> None:
        """Cut at once, also while a command waits for its reply."""
        transport = self._transport
        self._smtp.close()
        if transport is not None:
            transport.abort()


async def connect(smtp: Smtp) -> Connection:
    """Connect, encrypt, greet and log in as configured. Raises `SmtpTrouble`; nothing is left open then."""
    if smtp.security == "none" and smtp.host not in LOOPBACK:  # RFC 8314 §3: fail closed
        raise SmtpTrouble(Step.GREETING, what="is to be spoken to without encryption; set smtp.security to tls")
    context = _context(smtp) if smtp.security != "none" else None  # reading the authorities takes 30 ms
    password = _password(smtp)
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        use_tls=smtp.security == "tls",
        start_tls=False,  # asked for below; None would mean "only where it is offered"
        tls_context=context,
        local_hostname="localhost",  # set below, when our address is known; keeps aiosmtplib from asking DNS
        timeout=smtp.timeout_seconds,
    )
    connection = Connection(client, smtp.timeout_seconds)
    try:
        await _greet(client, smtp)
        if smtp.username is not None:
            await _log_in(client, smtp.username, password)
    except BaseException:
        connection.abort()
        raise
    return connection


async def _greet(client: aiosmtplib.SMTP, smtp: Smtp) -> None:
    with _reported(Step.GREETING):
        await client.connect()
    with _reported(Step.EHLO):
        client.local_hostname = smtp.helo_name or own_name(client.get_transport_info("sockname"))
        await client.ehlo()
    if smtp.security == "starttls":
        with _reported(Step.STARTTLS):
            await client.starttls()
        with _reported(Step.EHLO):
            await client.ehlo()  # RFC 3207 §4.2: what was said before TLS is void


async def _log_in(client: aiosmtplib.SMTP, username: str, password: str) -> None:
    """Try one mechanism; the next only where the server rules this one out, not the password.

    aiosmtplib's `login` tries them all, which makes three failures of one wrong password and locks accounts.
    """
    tries = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
    offered = [method for method in _LOGIN_METHODS if method in client.server_auth_methods]
    if not offered:
        raise SmtpTrouble(Step.AUTH, what="offers no login that we know, though smtp.username is set")
    for method in offered:
        with _reported(Step.AUTH):
            try:
                await tries[method](username, password)
            except aiosmtplib.SMTPAuthenticationError as error:
                if error.code in _OTHER_METHOD and method != offered[-1]:
                    continue
                raise
        return


def own_name(sockname: tuple[str, ...]) -> str:
    """What EHLO says: this machine's full name, else its address (RFC 5321 §4.1.3, §4.1.4). No DNS."""
    name = socket.gethostname()
    if re.fullmatch(r"(?i)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", name) and not name.endswith((".localdomain", ".local")):
        return name
    address = ipaddress.ip_address(sockname[0].partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _context(smtp: Smtp) -> ssl.SSLContext:
    """Certificate and host name are always checked; `ca_file` adds trust to the system's."""
    context = ssl.create_default_context()
    if smtp.ca_file is not None:
        try:
            context.load_verify_locations(cafile=smtp.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SmtpTrouble(
                Step.GREETING,
                what=f"cannot be trusted: smtp.ca_file {smtp.ca_file} is of no use ({error.strerror or error})",
            ) from None
    return context


def _password(smtp: Smtp) -> str:
    """Read for each connection, so that a new password needs no restart."""
    try:
        return smtp.read_password()
    except ConfigError as error:
        raise SmtpTrouble(Step.AUTH, what=f"cannot be logged in to ({str(error).rstrip('.')})") from None


@contextlib.contextmanager
def _reported(step: Step) -> Iterator[None]:
    """Turn whatever aiosmtplib can raise into `SmtpTrouble` at this step."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        if error.code > 0:
            raise SmtpTrouble(step, Reply(error.code, error.message)) from None
        raise SmtpTrouble(step, what=f"did not speak SMTP at {step.value} ({error.message})") from None
    except aiosmtplib.SMTPException as error:
        raise SmtpTrouble(step, what=_what(error.__cause__ or error, step)) from None
    except (OSError, ValueError) as error:  # TimeoutError and ssl.SSLError are OSErrors
        raise SmtpTrouble(step, what=_what(error, step)) from None


def _what(error: BaseException, step: Step) -> str:
    """What happened instead of a reply, to follow "The SMTP server "."""
    match error:
        case ssl.SSLCertVerificationError():
            return (
                f"has a certificate that is not trusted ({error.verify_message}), so nothing was sent; where your "
                "own authority signed it, name the authority's file in smtp.ca_file"
            )
        case ssl.SSLError():
            return f"could not agree on encryption at {step.value} ({error.reason or error}; is smtp.security right?)"
        case socket.gaierror():
            return f"has a name that cannot be looked up ({error.strerror}; is smtp.host right?)"
        case TimeoutError():
            return f"did not answer in time at {step.value}"
        case ConnectionRefusedError():
            return "cannot be reached (connection refused; are smtp.host and smtp.port right?)"
        case ConnectionError():
            return f"ended the connection at {step.value}"
        case _:
            return f"failed at {step.value} ({error})"


def blocks(data: bytes) -> Iterator[bytes]:
    """A message with CRLF line ends in blocks, the dots at line starts doubled (RFC 5321 §4.5.2)."""
    start = 0
    while start < len(data):
        end = min(start + _BLOCK, len(data))
        if end < len(data):
            end = (data.rfind(b"\n", start, end) + 1) or end
        block = data[start:end].replace(b"\n.", b"\n..")
        at_line_start = start == 0 or data[start - 1 : start] == b"\n"
        yield b"." + block if at_line_start and block.startswith(b".") else block
        start = end


def with_crlf(data: bytes) -> bytes:
    """Lone CR and LF made CRLF (RFC 5321 §2.3.8): some servers take them for the message's end."""
    if data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r"):
        return data
    return re.sub(rb"\r\n|\r|\n", b"\r\n", data)
