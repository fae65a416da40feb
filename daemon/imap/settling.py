"""Putting messages aside once they are recorded. Blocking; runs on the connection's thread.

In this order: MOVE (RFC 6851); COPY and UID EXPUNGE (RFC 4315); a keyword; nothing, where the server keeps
no keywords (the store's records then are what keeps a message from being read twice). Never a plain EXPUNGE
and never CLOSE: either would delete what a person has marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from daemon.imap.client import Client, HungUp, Refusal, code_of
from daemon.imap.folders import DONE, Opened
from daemon.imap.reading import PER_COMMAND, chunks, still_there

Places = dict[int, tuple[int, int] | None]


class Means(StrEnum):
    """How this server lets a message be put aside."""

    MOVE = "MOVE"
    COPY = "COPY and UID EXPUNGE"
    KEYWORD = "a keyword"
    LEAVE = "nothing"

    @property
    def moves(self) -> bool:
        """True where a message leaves the folder."""
        return self in (Means.MOVE, Means.COPY)


def means_of(client: Client, folder: Opened) -> Means:
    """The best means that the server offers for a selected folder."""
    if client.has_capability("MOVE"):
        return Means.MOVE
    if client.has_capability("UIDPLUS"):
        return Means.COPY
    return Means.KEYWORD if folder.keywords else Means.LEAVE


def settle(client: Client, uids: Sequence[int], means: Means, target: str, copied: Places) -> Places | None:
    """Put messages of the selected folder aside; say where each lies now, None where nobody said so. What is only
    copied yet is noted in `copied`: an account that may not delete would fill the processed folder with copies.

    One that has vanished is as good as settled. Returns None as a whole where the target folder is gone:
    some may have been moved by then; for the others it is to be called again.
    """
    done: Places = {}
    for part in chunks(uids, PER_COMMAND):
        places = _settle(client, part, means, target, copied)
        if places is None:
            return None
        done |= places
    return done


def _settle(client: Client, uids: list[int], means: Means, target: str, copied: Places) -> Places | None:
    fresh = [uid for uid in uids if uid not in copied]
    try:
        if fresh:
            _put_aside(client, fresh, means, target)
    except HungUp:
        raise
    except Refusal as error:
        if means.moves and code_of(error) in ("TRYCREATE", "NONEXISTENT"):
            return None
        # One that somebody has deleted meanwhile may spoil the command for all (EXPUNGEISSUED, RFC 5530 §3).
        left = still_there(client, uids)
        if len(left) == len(uids):
            raise
        return dict.fromkeys(uids) | ((_settle(client, left, means, target, copied) if left else {}) or {})
    places = client.moved_to() if means.moves else {}
    if means is Means.COPY:
        # Only what is known to be copied may go: where COPYUID names them, those; else all, since COPY is atomic
        # (RFC 3501 §6.4.7). UID EXPUNGE then takes these and no other that somebody has marked.
        copied.update({uid: places.get(uid) for uid in fresh if uid in places or not places})
        _remove(client, [uid for uid in uids if uid in copied])
        return {uid: copied.get(uid) for uid in uids}
    return {uid: places.get(uid) for uid in uids}


def _put_aside(client: Client, uids: list[int], means: Means, target: str) -> None:
    if means is Means.MOVE:
        client.move(uids, target)
    elif means is Means.COPY:
        client.copy(uids, target)
    elif means is Means.KEYWORD:
        client.add_flags(uids, [DONE], silent=True)


def _remove(client: Client, uids: list[int]) -> None:
    if uids:
        client.delete_messages(uids, silent=True)
        client.uid_expunge(uids)
