"""imapclient, with what it lacks: the one module that imports it.

Owns the socket (so that it can be cut from outside), TLS, the login, IDLE, APPEND of untouched octets and
COPYUID. Every function blocks, for as long as the server is silent but never longer than the time-out.
Binding: RFC 3501, RFC 2177 (IDLE), RFC 4315 (UIDPLUS), RFC 6851 (MOVE), RFC 8314 (TLS), RFC 5530 (codes).
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Sequence

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError

from daemon.config import LOOPBACK, Mailbox
from daemon.errors import ConfigError, SourceError, SourceRefused

#: What the library raises where the server says NO or BAD; the connection goes on.
Refusal = IMAPClientError
#: Its subclass: the server said BYE or hung up; the connection is over.
HungUp = IMAPClientAbortError

#: Answers that speak of the moment, not of the account (RFC 5530 §3, RFC 9051 §7.1).
_PASSING = frozenset({"UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT", "CONTACTADMIN"})
#: imaplib keeps every untagged answer until asked for; these must survive, the others would only pile up.
_KEPT = frozenset({"READ-ONLY", "BYE", "CAPABILITY"})
_ADDRESS = re.compile(r"\S+@\S+")


class _Wire(imaplib.IMAP4):
    """imaplib on a socket whose twin is handed out before the first octet (`opened`)."""

    _idle: bytes

    def __init__(self, client: Client, context: ssl.SSLContext | None) -> None:
        self._client, self._context = client, context
        super().__init__(client.host, client.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        seconds = self._client.seconds
        raw = socket.create_connection((self.host, self.port), timeout=seconds)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            self._client.opened(raw.dup())
            return raw if self._context is None else self._context.wrap_socket(raw, server_hostname=self.host)
        except BaseException:
            raw.close()
            raise

    def start_idle(self) -> None:
        """IDLE, up to the server's "+". Bears with untagged answers before it, unlike the library's own."""
        self._idle = self._command("IDLE")
        while self._get_response() is not None:
            if self.tagged_commands[self._idle] is not None:
                raise Refusal(f"idle failed: {self._get_tagged_response(self._idle)}")

    def end_idle(self) -> tuple[str, list[bytes]]:
        """DONE, up to the answer to IDLE. Whatever was said meanwhile is among the untagged answers."""
        self.send(b"DONE\r\n")
        answer: tuple[str, list[bytes]] = self._get_tagged_response(self._idle)
        return answer

    def append_octets(self, folder: str, data: bytes) -> tuple[str, list[bytes]]:
        """APPEND. The literal is a synchronising one: a server that says no says so before the mail is sent."""
        self.literal = data  # type: ignore[assignment]  # octets, whatever the library's types say
        answer: tuple[str, list[bytes]] = self._simple_command("APPEND", folder, "()")
        return answer


class Client(IMAPClient):  # type: ignore[misc]  # the library has no types
    """One connection. Not for two threads at once, but its socket's twin may be shut down from any."""

    def __init__(self, mailbox: Mailbox, opened: Callable[[socket.socket], None]) -> None:
        """Connect, up to and with TLS; `opened` gets a twin of the socket as soon as there is one."""
        self.seconds, self.opened = float(mailbox.timeout_seconds), opened
        self.idling, self.news = False, False
        self._context = None if mailbox.security == "none" else _trust(mailbox)
        tls = mailbox.security == "tls"
        super().__init__(mailbox.host, mailbox.port, ssl=tls, ssl_context=self._context, timeout=self.seconds)
        self.normalise_times = False
        # At its debug level imaplib formats every answer, bodies and all, whether or not anybody listens.
        self._imap.debug = 0

    def secure(self) -> None:
        """STARTTLS. Fails closed: raises where it is not offered or does not succeed (RFC 8314 §5.2)."""
        self.starttls(self._context)

    def _create_IMAP4(self) -> _Wire:  # noqa: N802 - the library's name
        return _Wire(self, self._context if self.ssl else None)

    def log_in(self, username: str, password: str) -> None:
        """AUTHENTICATE PLAIN where offered: it carries any password as UTF-8 (RFC 4616 §2); else LOGIN."""
        if self.has_capability("AUTH=PLAIN"):
            self.plain_login(username, password)
        elif (username + password).isascii():
            self.login(username, password)
        else:
            raise LoginError("login failed: it takes no letters beyond ASCII in user name and password")
        self.capabilities()

    def forget(self) -> None:
        """Drop the untagged answers that nobody asked for: they belong to no later command."""
        for kind in [kind for kind in self._imap.untagged_responses if kind not in _KEPT]:
            del self._imap.untagged_responses[kind]

    @property
    def told_of_mail(self) -> bool:
        """True where the server has spoken of the folder's size (EXISTS) since `forget`."""
        return "EXISTS" in self._imap.untagged_responses

    def start_idle(self) -> bool:
        """Begin IDLE (RFC 2177). Returns True where something lies waiting to be read already."""
        self.news = False
        self._imap.start_idle()
        self.idling = True
        return self.told_of_mail or self._has_octets_waiting()

    def end_idle(self) -> None:
        """End IDLE and read what came meanwhile; `news` then says whether it spoke of mail."""
        self.idling = False
        self._checkok("idle", *self._imap.end_idle())
        self.news = self.told_of_mail

    def _has_octets_waiting(self) -> bool:
        """True where octets were read from the socket already: the kernel will not tell of those again."""
        sock = self.socket()
        sock.settimeout(0)
        try:
            return bool(self._imap.file.peek(1))
        except OSError:  # TLS says "nothing yet" this way
            return False
        finally:
            sock.settimeout(self.seconds)

    def append_octets(self, folder: str, data: bytes) -> None:
        """APPEND exactly these octets, without flags; the library's own would rewrite bare CR and LF."""
        self._checkok("append", *self._imap.append_octets(self._normalise_folder(folder), data))

    def moved_to(self) -> dict[int, tuple[int, int]]:
        """Where the last MOVE or COPY put each UID, as far as the server said so (RFC 4315 §3).

        imaplib files the response code of tagged and untagged answers alike under its name.
        """
        _, answers = self._imap.response("COPYUID")
        found: dict[int, tuple[int, int]] = {}
        for answer in answers or []:
            found.update(read_copyuid(answer))
        return found


def read_copyuid(answer: bytes | None) -> dict[int, tuple[int, int]]:
    """`38505 304,319:320 3956:3958` as {304: (38505, 3956), …}; {} where it is no such thing."""
    words = (answer or b"").decode("ascii", "replace").split()
    if len(words) != 3 or not words[0].isdigit():
        return {}
    sources, places = _numbers(words[1]), _numbers(words[2])
    # RFC 4315 §3: both sets name as many messages, in the same order.
    return dict(zip(sources, [(int(words[0]), uid) for uid in places], strict=True)) if _pairs(sources, places) else {}


def _pairs(sources: Sequence[int], places: Sequence[int]) -> bool:
    return bool(sources) and len(sources) == len(places)


def _numbers(numbers: str) -> list[int]:
    """A sequence set without `*`, in its own order; [] where it is malformed or absurdly long."""
    found: list[int] = []
    for part in numbers.split(","):
        ends = re.fullmatch(r"(\d{1,10})(?::(\d{1,10}))?", part)
        if not ends:
            return []
        first, last = int(ends[1]), int(ends[2] or ends[1])
        if abs(last - first) > 100_000:
            return []
        found.extend(range(min(first, last), max(first, last) + 1))
    return found


def _trust(mailbox: Mailbox) -> ssl.SSLContext:
    """Certificates and names are always checked (RFC 8314 §5.3); `ca_file` adds to the system's trust."""
    context = ssl.create_default_context()
    if mailbox.ca_file is not None:
        try:
            context.load_verify_locations(mailbox.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SourceRefused(
                f'mailbox "{mailbox.name}": ca_file {mailbox.ca_file} cannot be used ({error}); no mail is read '
                "until it can."
            ) from None
    return context


def connect(mailbox: Mailbox, opened: Callable[[socket.socket], None]) -> Client:
    """Connect and log in. Raises `SourceError`, or `SourceRefused` where only a person can help."""
    if mailbox.security == "none" and mailbox.host not in LOOPBACK:
        raise SourceRefused(
            f'mailbox "{mailbox.name}": security = "none" is for loopback hosts only; no mail is read until it is '
            '"tls" or "starttls".'
        )
    try:
        password = mailbox.read_password()
    except ConfigError as error:
        raise SourceRefused(f'mailbox "{mailbox.name}": {error} No mail is read until then.') from None
    with contextlib.ExitStack() as undo:
        client = Client(mailbox, opened)
        undo.callback(hang_up, client)
        if mailbox.security == "starttls":
            client.secure()
        client.log_in(mailbox.username, password)
        undo.pop_all()
    return client


def hang_up(client: Client) -> None:
    """Close the socket without a word."""
    with contextlib.suppress(Exception):
        client.shutdown()


def code_of(error: BaseException) -> str:
    """The response code in a refusal, `TRYCREATE` for example; "" where there is none."""
    found = re.search(r"\[([A-Z-]+)", str(error))
    return found[1] if found else ""


def is_passing(error: BaseException) -> bool:
    """True where the server's refusal speaks of the moment only."""
    return code_of(error) in _PASSING


def is_bad(error: BaseException) -> bool:
    """True where the server said BAD: it does not understand what it got, and never will."""
    return "command error: BAD" in str(error)


def answer_in(error: BaseException) -> str:
    """The server's own words in a refusal, short, on one line and without addresses."""
    text = re.sub(r"^[A-Za-z ]+ (failed|command error): ", "", str(error))
    return _ADDRESS.sub("…", " ".join(text.split()))[:200]


def explain(mailbox: Mailbox, error: BaseException) -> SourceError:
    """Any error of this connection as a sentence. Never the exception's own text where it may quote mail."""
    where = f'mailbox "{mailbox.name}": {mailbox.host}:{mailbox.port}'
    again = "It is tried again with growing gaps; no mail is lost."
    if isinstance(error, SourceError):
        return error
    if isinstance(error, LoginError):
        return _explain_login(mailbox, error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return SourceRefused(
            f"{where} shows a certificate that is not trusted ({error.verify_message}). Name its authority in ca_file, "
            f"or the host as the certificate does. {again}"
        )
    if isinstance(error, CapabilityError):
        return SourceRefused(f"{where} does not offer what is needed ({error}). {again}")
    if isinstance(error, imaplib.IMAP4.readonly):
        return SourceRefused(f"{where} lets the folder be read, not changed; grant the account the right. {again}")
    return SourceError(f"{where} {_what_happened(error)}. {again}")


def _explain_login(mailbox: Mailbox, error: LoginError) -> SourceError:
    where = f'mailbox "{mailbox.name}": {mailbox.host}:{mailbox.port}'
    if isinstance(error.__context__, HungUp):
        return SourceError(f"{where} hung up during the login. It is tried again with growing gaps; no mail is lost.")
    if is_passing(error):
        return SourceError(
            f"{where} cannot log anybody in now ({answer_in(error)}). It is tried again; no mail is lost."
        )
    return SourceRefused(
        f"{where} refuses the login ({answer_in(error)}). Check username and password of this mailbox; it is tried "
        "again, slowly."
    )


def _what_happened(error: BaseException) -> str:
    """What went wrong, as the rest of a sentence that begins with the server's name."""
    if isinstance(error, HungUp):
        return "ended the connection"
    if isinstance(error, Refusal) and not isinstance(error, ProtocolError):
        return f"refused a command ({answer_in(error)})"
    if isinstance(error, TimeoutError):
        return "did not answer in time"
    if isinstance(error, socket.gaierror):
        return f"is a name that cannot be resolved ({error.strerror})"
    if isinstance(error, ssl.SSLError):
        return f"does not manage TLS ({getattr(error, 'reason', None) or type(error).__name__})"
    if isinstance(error, OSError):
        return f"cannot be reached ({error.strerror or type(error).__name__})"
    return f"answered with something that is not IMAP ({type(error).__name__})"
