"""The example mails of the gate, and a municipality that they are written to."""

from __future__ import annotations

from pathlib import Path

from daemon import gate, mime, threads
from daemon.config import Limits
from daemon.model import Message, Verdict

FOLDER = Path(__file__).parent / "mails" / "gate"
KEY = b"tests only"
OURS = "buergerpost@musterlingen.example"
AROUND = gate.Surroundings(
    own_addresses=frozenset({OURS}),
    authentication_servers=("mx.musterlingen.example",),
    forms=frozenset({"formular@portal.example"}),
    issued=lambda message_id: threads.is_ours(KEY, message_id),
)
_BODY = "Guten Tag,\r\n\r\nin der Gartenstrasse ist die Laterne vor Haus 12 dunkel.\r\n\r\nAnna Beispiel\r\n"


def parse(data: bytes) -> Message:
    return mime.parse(data, Limits())


def judged(path: Path) -> Verdict:
    return gate.check(parse(path.read_bytes()), AROUND)


def mail(*fields: str, body: str = _BODY, sender: str | None = "Anna Beispiel <anna@post.example>") -> Message:
    """A citizen's mail with further header fields."""
    plain = [f"To: {OURS}", "Subject: Laterne dunkel", "Message-ID: <one@post.example>"]
    named = {field.partition(":")[0].lower() for field in fields}
    header = [*fields, *(line for line in plain if line.partition(":")[0].lower() not in named)]
    if sender is not None:
        header.append(f"From: {sender}")
    return parse(("\r\n".join(header) + "\r\n\r\n" + body).encode("utf-8", "surrogateescape"))


def check(*fields: str, body: str = _BODY, sender: str | None = "Anna Beispiel <anna@post.example>") -> Verdict:
    return gate.check(mail(*fields, body=body, sender=sender), AROUND)
