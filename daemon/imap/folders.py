"""Folder names and what a folder says about itself. Blocking; runs on the connection's thread.

A configured name is used as given. Where the server knows no such folder, the same name is tried with the
server's own hierarchy delimiter and below the personal namespace (RFC 2342): `Erledigt/Bürgerbüro` finds
`INBOX.Erledigt.Bürgerbüro`. Modified UTF-7 (RFC 3501 §5.1.3) is the library's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from daemon.errors import SourceError, SourceRefused
from daemon.imap.client import Client, HungUp, Refusal, answer_in, code_of, is_passing

#: The keyword that marks a message as done where it cannot be moved (RFC 3501 §2.3.2).
DONE = "$AnliegenDone"


@dataclass(frozen=True, slots=True)
class Opened:
    """A selected folder: what SELECT or EXAMINE said (RFC 3501 §6.3.1)."""

    name: str
    uidvalidity: int
    exists: int
    uidnext: int | None
    keywords: bool


def open_folder(client: Client, name: str, *, read_only: bool = False) -> Opened:
    """SELECT, or EXAMINE. Raises `SourceRefused` where there is no such folder or no right to change it."""
    try:
        answer = client.select_folder(name, readonly=read_only)
    except HungUp:
        raise
    except Refusal as error:
        kind = SourceError if is_passing(error) else SourceRefused
        raise kind(
            f'The folder "{name}" of {client.host} cannot be opened ({answer_in(error)}); it is tried again.'
        ) from None
    validity = answer.get(b"UIDVALIDITY")
    if not validity:
        # RFC 3501 §2.3.1.1: without it no UID means anything, and a message could be lost or answered twice.
        raise SourceRefused(f'The folder "{name}" of {client.host} has no UIDVALIDITY: it cannot be read safely.')
    return Opened(name, validity, answer.get(b"EXISTS", 0), answer.get(b"UIDNEXT"), _keywords(answer))


def _keywords(answer: dict[bytes, object]) -> bool:
    """True where `DONE` can be set to stay. No PERMANENTFLAGS means all can (RFC 3501 §7.1)."""
    flags = answer.get(b"PERMANENTFLAGS")
    return not isinstance(flags, tuple) or rb"\*" in flags or DONE.encode() in flags


def find_folder(client: Client, name: str) -> str | None:
    """The server's name for a configured folder; None where it has none that can be opened."""
    return next((candidate for candidate in _candidates(client, name) if _exists(client, candidate)), None)


def known_folder(client: Client, name: str) -> str:
    """The server's name for a configured folder. Raises `SourceRefused` where there is none."""
    found = find_folder(client, name)
    if found is None:
        raise SourceRefused(
            f'There is no folder "{name}" on {client.host}. Make it or name another; it is tried again.'
        )
    return found


def ensure_folder(client: Client, name: str) -> str:
    """The server's name for a configured folder, which is made and subscribed to where it is missing."""
    if found := find_folder(client, name):
        return found
    why = ""
    for candidate in _candidates(client, name):
        try:
            client.create_folder(candidate)
        except HungUp:
            raise
        except Refusal as error:
            if code_of(error) == "ALREADYEXISTS":
                return candidate
            if is_passing(error):
                raise
            why = why or answer_in(error)
            continue
        _subscribe(client, candidate)
        return candidate
    raise SourceRefused(
        f'The folder "{name}" cannot be made on {client.host} ({why}). Make it by hand or name another; it is tried again.'
    )


def _candidates(client: Client, name: str) -> Iterator[str]:
    """The configured name first; the server is asked for its customs only where that one is not there."""
    if name.upper() == "INBOX":  # RFC 3501 §5.1: the one name without case
        yield "INBOX"
        return
    yield name
    prefix, delimiter = _personal_namespace(client)
    translated = name.replace("/", delimiter) if delimiter else name
    below = [prefix + spelling for spelling in (name, translated) if not spelling.startswith(prefix)]
    yield from (spelling for spelling in dict.fromkeys([translated, *below]) if spelling != name)


def _personal_namespace(client: Client) -> tuple[str, str]:
    """Prefix and delimiter of the account's own folders; a guess from LIST without NAMESPACE (RFC 2342 §5)."""
    try:
        if client.has_capability("NAMESPACE") and (personal := client.namespace().personal):
            prefix, delimiter = personal[0]
            return prefix or "", delimiter or ""
        roots = client.list_folders("", "")
    except HungUp:
        raise
    except Refusal:
        return "", ""
    delimiter = (roots[0][1] or b"").decode("ascii", "replace") if roots else ""
    return (f"INBOX{delimiter}" if delimiter else ""), delimiter


def _exists(client: Client, name: str) -> bool:
    """STATUS rather than LIST: exact, without wildcards, and refused for a name that only has children."""
    try:
        client.folder_status(name, ["UIDVALIDITY"])
    except HungUp:
        raise
    except Refusal as error:
        if is_passing(error):
            raise
        return False
    return True


def _subscribe(client: Client, name: str) -> None:
    """So that the staff's mail programs show it; no reason to fail where the server knows no subscriptions."""
    try:
        client.subscribe_folder(name)
    except HungUp:
        raise
    except Refusal:
        return
