"""The floor: what the same work costs with the bare libraries, one stage at a time, in CPU milliseconds a mail."""

from __future__ import annotations

import asyncio
import email
import email.policy
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import mailparser
from imapclient import IMAPClient

BATCH = 50


def cpu(work: Callable[[], object], mails: int) -> float:
    """CPU milliseconds a mail of this process."""
    before = time.process_time()
    work()
    return (time.process_time() - before) * 1000 / mails


def fetch(port: int, user: str, password: str) -> list[bytes]:
    """All messages of the INBOX, in batches."""
    client = IMAPClient("127.0.0.1", port, ssl=False)
    client.login(user, password)
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    found: list[bytes] = []
    for start in range(0, len(uids), BATCH):
        found += [item[b"BODY[]"] for item in client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"]).values()]
    client.logout()
    return found


def standard_parse(messages: Sequence[bytes]) -> None:
    """The standard library, attachments decoded."""
    for data in messages:
        for part in email.message_from_bytes(data, policy=email.policy.default).walk():
            if not part.is_multipart():
                part.get_payload(decode=True)


def mail_parser(messages: Sequence[bytes]) -> None:
    for data in messages:
        mailparser.parse_from_bytes(data).mail  # noqa: B018 reading it is the work


def sqlite(messages: Sequence[bytes]) -> None:
    """A row a mail, fifty a commit, WAL with synchronous=FULL."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE ticket (id INTEGER PRIMARY KEY, subject TEXT, body TEXT)")
        for start in range(0, len(messages), BATCH):
            database.execute("BEGIN IMMEDIATE")
            rows = [("subject", "x" * 500)] * len(messages[start : start + BATCH])
            database.executemany("INSERT INTO ticket (subject, body) VALUES (?, ?)", rows)
            database.execute("COMMIT")
        database.close()


async def send(port: int, count: int, connections: int = 8) -> None:
    """As many small mails over a handful of connections."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.example", "c@d.example", "Eingang"
    mail.set_content("x" * 1500)
    data = mail.as_bytes(policy=email.policy.SMTP)

    async def some(number: int) -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        async with client:
            for _ in range(number):
                await client.sendmail("a@b.example", ["c@d.example"], data)

    share, rest = divmod(count, connections)
    await asyncio.gather(*(some(share + (1 if place < rest else 0)) for place in range(connections)))
