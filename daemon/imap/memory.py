"""What is remembered of a folder between two walks. It only spares work: the truth is in folder and store."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

#: Times that a message may fail by itself before it is given up.
_TRIES = 3
#: Seconds after which it is given up even where no other message was read meanwhile.
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """A message that could not be read: how often by itself, since when, and what had been read by then."""

    since: float
    reads: int
    tries: int = 0


@dataclass(slots=True)
class Memory:
    """Of one incarnation (UIDVALIDITY) of the folder.

    `floor`: nothing up to this UID is still to do. `left`: settled above the floor and still in the folder.
    `seen`: the highest UID that a search has shown. `reads`: messages read whole. `copied`: where those lie in the
    processed folder that are copied and still here: they are not copied a second time.
    """

    uidvalidity: int = 0
    floor: int = 0
    seen: int = 0
    reads: int = 0
    left: set[int] = field(default_factory=set)
    suspects: dict[int, Suspect] = field(default_factory=dict)
    copied: dict[int, tuple[int, int] | None] = field(default_factory=dict)

    def pending(self, found: Sequence[int]) -> list[int]:
        """Those of the UIDs found that are still to do."""
        self.seen = max(self.seen, *found, 0)
        return [uid for uid in found if uid not in self.left]

    def raise_floor(self, uid: int) -> None:
        """Nothing up to this UID is still to do."""
        self.floor = max(self.floor, uid)
        self.left = {other for other in self.left if other > self.floor}

    def settled(self, uids: Collection[int], *, left: bool) -> None:
        """These are done; `left` where they are still in the folder."""
        for uid in uids:
            self.suspects.pop(uid, None)
            self.copied.pop(uid, None)
        if left:
            self.left.update(uids)

    def suspect(self, uids: Collection[int], now: float) -> None:
        """One of these has broken what was read together: each is read by itself from now on."""
        for uid in uids:
            self.suspects.setdefault(uid, Suspect(now, self.reads))

    def failed(self, uid: int, now: float) -> None:
        """This one, read by itself, has failed."""
        old = self.suspects.get(uid, Suspect(now, self.reads))
        self.suspects[uid] = Suspect(old.since, old.reads, old.tries + 1)

    def given_up(self, uid: int, now: float) -> bool:
        """True where the message is at fault and not the server: it fails again and again while others do not."""
        suspect = self.suspects.get(uid)
        if suspect is None or suspect.tries < _TRIES:
            return False
        return self.reads > suspect.reads or now - suspect.since >= _PATIENCE

    def read(self, uid: int) -> None:
        """This one was read whole."""
        self.reads += 1
        self.suspects.pop(uid, None)

    def vanished(self, uid: int) -> None:
        """This one is no longer there."""
        self.suspects.pop(uid, None)
