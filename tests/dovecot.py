"""A real Dovecot of one's own: own folder, free loopback ports, static passwords.

Runs as root (mail then belongs to `nobody`) or as a plain user. Ends only the process it started. Dovecot
offers plain text and STARTTLS on `port` and TLS on `tls_port`; the certificate is for `localhost` and
127.0.0.1 and is signed by `ca_file`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

import trustme
from imapclient import IMAPClient

DOVECOT = Path("/usr/sbin/dovecot")
PASSWORD = "geheim"

#: What 2.3 says after login, as far as it matters here; `without` takes words out of it.
CAPABILITIES = (
    "IMAP4rev1 LITERAL+ SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES MULTIAPPEND "
    "UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES "
    "WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE SNIPPET=FUZZY PREVIEW=FUZZY STATUS=SIZE SAVEDATE SPECIAL-USE"
)

_CONFIG = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1, 127.0.0.2
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = {location}
mail_plugins =
mailbox_idle_check_interval = 1 secs
ssl = {ssl}
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
ssl_dh =
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
auth_cache_size = 0
mail_max_userip_connections = 100
imap_capability = {capabilities}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap {{
  process_limit = 100
}}
{extra}
"""


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Dovecot:
    """One server. A context manager: `with Dovecot() as server:`."""

    host = "localhost"

    def __init__(
        self,
        users: Sequence[str] = ("post",),
        *,
        password: str = PASSWORD,
        without: Iterable[str] = (),
        storage: str = "sdbox",
        separator: str = "/",
        prefix: str = "",
        tls: bool = True,
        extra: str = "",
    ) -> None:
        """`without`: capabilities that are not offered. `storage`: sdbox or maildir. `prefix`: of the personal
        namespace, for example "INBOX." with `separator` ".". `tls`: False for a server without any. `extra`:
        further lines of dovecot.conf."""
        self.users, self.password = tuple(users), password
        self.without = frozenset(without)
        self.storage, self.separator, self.prefix = storage, separator, prefix
        self.tls, self.extra = tls, extra
        self.base = Path(tempfile.mkdtemp(prefix="anliegen-imap-"))
        self.port, self.tls_port = free_port(), free_port()
        self.ca_file = self.base / "ca.pem"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Dovecot:
        try:
            self._prepare()
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Stop the server and delete all it had."""
        self.stop(hard=True)
        shutil.rmtree(self.base, ignore_errors=True)

    def start(self) -> None:
        """Start, and return once its ports answer."""
        with (self.base / "stderr").open("wb") as errors:
            self._process = subprocess.Popen(
                [DOVECOT, "-F", "-c", self.base / "dovecot.conf"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        deadline = time.monotonic() + 20
        while not all(self._answers(port) for port in (self.port, self.tls_port)[: 1 + self.tls]):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Dovecot does not start: {self.log()[-2000:]}")
            time.sleep(0.02)

    def stop(self, *, hard: bool = False) -> None:
        """End the server: politely, or (`hard`) with every connection cut as if the machine had gone."""
        if self._process is None:
            return
        workers = _children(self._process.pid) if hard else []
        self._process.send_signal(signal.SIGTERM)
        for pid in workers:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(20)
        self._process = None

    def restart(self, *, hard: bool = False) -> None:
        self.stop(hard=hard)
        self.start()

    def reconfigure(self) -> None:
        """Write the configuration anew, from this object's attributes, and restart."""
        self.stop()
        self._configure()
        self.start()

    def log(self) -> str:
        """What the server wrote."""
        files = (self.base / "stderr", self.base / "dovecot.log")
        return "\n".join(path.read_text("utf-8", "replace") for path in files if path.exists())

    @contextlib.contextmanager
    def client(self, user: str = "post") -> Iterator[IMAPClient]:
        """A logged-in connection of the test's own."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        client.normalise_times = False
        try:
            client.plain_login(user, self.password)
            yield client
        finally:
            with contextlib.suppress(Exception):
                client.logout()

    def deliver(
        self, message: bytes, user: str = "post", folder: str = "INBOX", received: datetime | None = None
    ) -> None:
        """Put one message into a folder, with this INTERNALDATE (else now)."""
        self.deliver_all([message], user, folder, received)

    def deliver_all(
        self, messages: Iterable[bytes], user: str = "post", folder: str = "INBOX", received: datetime | None = None
    ) -> None:
        """Put many messages into a folder over one connection."""
        with self.client(user) as client:
            for message in messages:
                client.append(folder, message, msg_time=received)

    def folders(self, user: str = "post") -> list[str]:
        """The names of all folders, sorted."""
        with self.client(user) as client:
            return sorted(name for _, _, name in client.list_folders())

    def uids(self, user: str = "post", folder: str = "INBOX") -> list[int]:
        """The UIDs in a folder."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            return [int(uid) for uid in client.search("ALL")]

    def messages(self, user: str = "post", folder: str = "INBOX") -> list[bytes]:
        """The bytes of every message in a folder, in the order of their UIDs."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
            return [found[uid][b"BODY[]"] for uid in sorted(found)]

    def flags(self, user: str = "post", folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """The flags of every message in a folder."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            return dict(client.get_flags(uids)) if uids else {}

    def _answers(self, port: int) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    def _prepare(self) -> None:
        root = os.geteuid() == 0
        self.base.chmod(0o755)
        for name in ("run", "state", "mail"):
            (self.base / name).mkdir()
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(str(self.ca_file))
        (self.base / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
        (self.base / "key.pem").write_bytes(certificate.private_key_pem.bytes())
        (self.base / "users").write_text("".join(f"{user}:{self.password}\n" for user in self.users), "utf-8")
        for user in self.users:
            (self.base / "mail" / user).mkdir()
        if root:
            owner = pwd.getpwnam("nobody")
            for path in (self.base / "mail", *(self.base / "mail").iterdir()):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._configure()

    def _configure(self) -> None:
        root, me = os.geteuid() == 0, pwd.getpwuid(os.geteuid())
        owner = pwd.getpwnam("nobody") if root else me
        config = _CONFIG.format(
            base=self.base,
            ssl="yes" if self.tls else "no",
            port=self.port,
            tls_port=self.tls_port,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            internal_user="dovecot" if root else me.pw_name,
            internal_group="dovecot" if root else _group_name(me.pw_gid),
            login_user="dovenull" if root else me.pw_name,
            location=f"{self.storage}:~/{self.storage}",
            capabilities=" ".join(word for word in CAPABILITIES.split() if word not in self.without),
            separator=self.separator,
            prefix=self.prefix,
            extra=self.extra,
        )
        (self.base / "dovecot.conf").write_text(config, "utf-8")


def _group_name(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name


def _children(pid: int) -> list[int]:
    """The processes that this server has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in found.read_text().split()] if found.exists() else []


MESSAGE = (
    b"From: Erika Mustermann <erika@example.org>\r\n"
    b"To: buergerpost@musterlingen.example\r\n"
    b"Subject: %(subject)s\r\n"
    b"Message-ID: <%(id)s@example.org>\r\n"
    b"Date: Mon, 05 Jan 2026 10:00:00 +0100\r\n"
    b"\r\n"
    b"%(text)s\r\n"
)


def message(number: int, text: str = "Die Laterne ist kaputt.", size: int = 0) -> bytes:
    """A small mail; `size` fills it up with lines to at least that many octets."""
    mail = MESSAGE % {b"subject": b"Mail %d" % number, b"id": b"mail-%d" % number, b"text": text.encode()}
    missing = size - len(mail)
    return mail + (b"x" * 70 + b"\r\n") * (missing // 72 + 1) if missing > 0 else mail
