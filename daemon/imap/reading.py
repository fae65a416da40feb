"""Reading messages whole, or not at all. Blocking; runs on the connection's thread.

Sizes are asked before bodies; bodies come by BODY.PEEK (RFC 3501 §6.4.5: sets no flag), big ones in pieces.
A body counts as whole where its length is the announced one, or, since some servers announce a wrong one
(Exchange), where the server itself says that nothing follows its last octet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from daemon.imap.client import Client, HungUp, Refusal, answer_in, is_passing
from daemon.imap.folders import DONE, Opened
from daemon.model import UNKNOWN_ARRIVAL

#: Octets of one piece of a message that is too big to be kept in memory.
PIECE = 1_000_000
#: Which part of what is kept of a big message is its end: there a text may stand behind the attachments.
TAIL = 1 / 8
#: UIDs of one command: keeps lines below 8,192 octets (RFC 7162 §4).
PER_COMMAND = 200
#: UIDs of one search: ten digits and a space each, the answer stays below imaplib's line of 1,000,000 octets.
WINDOW = 90_000
#: The size of a message whose server does not tell it.
UNKNOWN_SIZE = -1


class Unfetchable(Exception):
    """This message cannot be had though the server lists it. The text completes "it …"."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A message of which the server has told size (octets) and arrival (INTERNALDATE, UTC)."""

    uid: int
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Body:
    """What was read of a message: `data` is all of it, or its first octets and its last lines; `size` and `sha256`
    speak of all."""

    data: bytes
    size: int
    sha256: str

    @property
    def complete(self) -> bool:
        return len(self.data) == self.size


def whole(data: bytes) -> Body:
    """A message that is in memory with all its octets."""
    return Body(data, len(data), hashlib.sha256(data).hexdigest())


def windows(folder: Opened, low: int) -> Iterator[tuple[int, int | None]]:
    """UID ranges from `low` on, each small enough for one search; one, open at its end, in all usual cases."""
    if folder.exists <= WINDOW or folder.uidnext is None:
        yield low, None
        return
    for first in range(low, folder.uidnext, WINDOW):
        yield first, first + WINDOW - 1
    yield max(low, folder.uidnext), None


def still_there(client: Client, uids: Sequence[int]) -> list[int]:
    """Those of the UIDs that the folder still holds; NOOP first, so that the server looks."""
    client.noop()
    return sorted(set(uids) & set(client.search("UID " + ",".join(map(str, uids)))))


def with_message_id(client: Client, message_id: str) -> list[int]:
    """The newest UIDs whose Message-ID contains this; [] for an id that no header can hold."""
    if not message_id.isascii() or not message_id.isprintable():
        return []
    return sorted(client.search(["HEADER", "Message-ID", message_id]))[-20:]


def with_size(client: Client, octets: int) -> list[int]:
    """The newest UIDs of messages of exactly this size."""
    return sorted(client.search(["LARGER", octets - 1, "SMALLER", octets + 1]))[-20:]


def search(client: Client, low: int, high: int | None = None, *, undone: bool = False) -> list[int]:
    """UIDs from `low` to `high`, rising; `undone` leaves out those marked as done."""
    words = f"UID {low}:{high or '*'}" + (f" UNKEYWORD {DONE}" if undone else "")
    # RFC 3501 §6.4.8: `n:*` holds the last message even where its UID is below n.
    return sorted({uid for uid in client.search(words) if uid >= low})


def sizes(client: Client, uids: Sequence[int]) -> list[Listed]:
    """Size and arrival of those messages that are still there, in the order given."""
    found: dict[int, Listed] = {}
    for part in chunks(uids, PER_COMMAND):
        found |= _listed(client, part)
    for uid in (uid for uid in uids if uid not in found):
        # Not answered for: vanished, or one of those that a server lists and cannot serve. Never pass it over.
        if uid in search(client, uid, uid):
            found |= {uid: Listed(uid, UNKNOWN_SIZE, UNKNOWN_ARRIVAL)} | _listed(client, [uid])
    return [found[uid] for uid in uids if uid in found]


def _listed(client: Client, uids: list[int]) -> dict[int, Listed]:
    try:
        answers = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
    except HungUp:
        raise
    except Refusal as error:
        if is_passing(error):
            raise
        return {}
    return {
        uid: Listed(uid, answer[b"RFC822.SIZE"], _utc(answer.get(b"INTERNALDATE")))
        for uid, answer in answers.items()
        if isinstance(answer.get(b"RFC822.SIZE"), int)
    }


def _utc(date: object) -> datetime:
    return date.astimezone(UTC) if isinstance(date, datetime) and date.tzinfo else UNKNOWN_ARRIVAL


def together(client: Client, listed: Sequence[Listed]) -> dict[int, bytes]:
    """The bodies of several small messages by one command; only those that came with the announced length."""
    found: dict[int, dict[bytes, object]] = {}
    for part in chunks([item.uid for item in listed], PER_COMMAND):
        try:
            found.update(client.fetch(part, ["BODY.PEEK[]"]))
        except HungUp:
            raise
        except Refusal as error:
            if is_passing(error):
                raise
            continue  # because of one of them, perhaps: each is then asked for by itself
    bodies = {item.uid: found.get(item.uid, {}).get(b"BODY[]") for item in listed}
    sizes = {item.uid: item.size for item in listed}
    return {uid: body for uid, body in bodies.items() if isinstance(body, bytes) and len(body) == sizes[uid]}


@dataclass(frozen=True, slots=True)
class Bounds:
    """In octets: a message is kept whole up to `keep`; of a bigger one its `head`; none is read beyond `most`."""

    keep: int
    head: int
    most: int


def alone(client: Client, item: Listed, bounds: Bounds) -> Body | Unfetchable | None:
    """One message in pieces, as far as the bounds allow; None where it has vanished."""
    try:
        return _in_pieces(client, item, bounds)
    except Unfetchable as verdict:
        return verdict


def head(client: Client, item: Listed, octets: int) -> bytes | Unfetchable | None:
    """The first octets of a message; None where it has vanished."""
    try:
        return _piece(client, item.uid, 0, octets)
    except Unfetchable as verdict:
        return verdict


def _in_pieces(client: Client, item: Listed, bounds: Bounds) -> Body | None:
    digest, kept, tail, total = hashlib.sha256(), BytesIO(), b"", 0
    room = bounds.keep if item.size <= bounds.keep else bounds.head
    while (piece := _piece(client, item.uid, total)) is not None:
        digest.update(piece)
        total += len(piece)
        if total > bounds.most:
            raise Unfetchable(f"is bigger than {bounds.most} octets")
        if kept.tell() <= room:
            kept.write(piece)
        tail = (tail + piece)[-max(int(bounds.head * TAIL), 1) :]
        if len(piece) < PIECE:
            _check_end(client, item, total)
            # CPython hands out the buffer itself, which a copy of 35 MB would double.
            data = kept.getvalue()
            return Body(data if total <= room else _ends(data, tail, bounds.head), total, digest.hexdigest())
    return None


def _ends(data: bytes, tail: bytes, octets: int) -> bytes:
    """The first octets of a message and its last whole lines. Boundaries lead over the gap (RFC 2046 §5.1.1)."""
    last = b"\r\n" + tail.partition(b"\n")[2]
    return data[: octets - len(last)] + last


def _check_end(client: Client, item: Listed, total: int) -> None:
    """Where the message is not as long as announced, the server has to say itself that nothing follows."""
    if total == 0 and item.size:
        raise Unfetchable("comes empty")
    if total != item.size and _piece(client, item.uid, total) != b"":
        raise Unfetchable("comes with a gap")


def _piece(client: Client, uid: int, offset: int, octets: int = PIECE) -> bytes | None:
    """Octets from `offset` on, at most `octets`; empty beyond the end; None where the message is gone."""
    try:
        answer = client.fetch([uid], [f"BODY.PEEK[]<{offset}.{octets}>"]).get(uid, {})
    except HungUp:
        raise
    except Refusal as error:
        if is_passing(error):
            raise
        if uid not in search(client, uid, uid):
            return None
        raise Unfetchable(f"is refused by the server ({answer_in(error)})") from None
    piece = answer.get(b"BODY[]<%d>" % offset, answer.get(b"BODY[]") if offset == 0 else None)
    if piece is None and uid not in search(client, uid, uid):
        return None
    if not isinstance(piece, bytes) or len(piece) > octets:
        raise Unfetchable("comes without its octets")
    return piece


def found(client: Client, uid: int, most: int) -> Body | Unfetchable | None:
    """The whole of one message, up to `most` octets; None where it is not there."""
    listed = sizes(client, [uid])
    return alone(client, listed[0], Bounds(most, most, most)) if listed else None


def chunks(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    """Numbers in lists of at most `size`."""
    rest = list(numbers)
    for start in range(0, len(rest), size):
        yield rest[start : start + size]


def groups(listed: Iterable[Listed], octets: int) -> Iterator[list[Listed]]:
    """Messages in lists of at most that many octets together, each with at least one."""
    group: list[Listed] = []
    for item in listed:
        if group and sum(other.size for other in group) + item.size > octets:
            yield group
            group = []
        group.append(item)
    if group:
        yield group
