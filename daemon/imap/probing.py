"""What `anliegen check` wants to know of a mailbox. Blocking; runs on the connection's thread; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from daemon.config import Mailbox
from daemon.errors import SourceError
from daemon.imap.client import Client
from daemon.imap.folders import find_folder, known_folder, open_folder
from daemon.imap.settling import Means, means_of
from daemon.model import Finding

_MEANS = {
    Means.MOVE: "Recorded messages are moved (MOVE).",
    Means.COPY: "Recorded messages are moved by COPY and UID EXPUNGE, since the server has no MOVE.",
    Means.KEYWORD: "The server has neither MOVE nor UIDPLUS: recorded messages stay in the folder, marked by a keyword.",
    Means.LEAVE: "The server has neither MOVE nor UIDPLUS nor keywords: recorded messages stay in the folder as they are.",
}


def probe(client: Client, mailbox: Mailbox) -> list[Finding]:
    """What a logged-in connection shows, up to the first thing that stands in the way."""
    findings = [Finding(True, f'mailbox "{mailbox.name}": logged in to {mailbox.host}:{mailbox.port}.')]
    try:
        findings.extend(_folders(client, mailbox))
    except SourceError as error:
        findings.append(Finding(False, str(error)))
    return findings


def _folders(client: Client, mailbox: Mailbox) -> Iterator[Finding]:
    name = known_folder(client, mailbox.folder)
    folder = open_folder(client, name)
    yield Finding(True, f'The folder "{name}" can be read and changed; it holds {folder.exists} messages.')
    means = means_of(client, folder)
    yield Finding(means.moves, _MEANS[means])
    if means.moves:
        processed = find_folder(client, mailbox.processed_folder)
        there = f'"{processed}" is there.' if processed else f'"{mailbox.processed_folder}" will be made.'
        yield Finding(True, f"The processed folder {there}")
    if mailbox.idle and not client.has_capability("IDLE"):
        yield Finding(True, f"The server has no IDLE: new mail is seen every {mailbox.poll_seconds} seconds.")
