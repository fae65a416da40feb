"""An IMAP server that misbehaves as told: refuses, hangs, hangs up, cuts a literal, answers nonsense.

Where nothing is told it is a small honest server with one mailbox of numbered messages in memory. Runs on
the test's own loop, on a free loopback port, in plain text.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType


class Trap(Enum):
    """What happens instead of the honest answer."""

    NO = auto()
    UNAVAILABLE = auto()
    BAD = auto()
    BYE = auto()
    HANG = auto()
    CUT = auto()
    CUT_MID_LITERAL = auto()
    SHORT = auto()
    LONG = auto()
    EMPTY = auto()
    NIL = auto()
    SILENT_OK = auto()
    GARBAGE = auto()
    TRICKLE = auto()
    LITERAL_TOO_BIG = auto()
    LITERAL_TOO_SMALL = auto()
    UNSOLICITED = auto()


#: What a server may say at any time (RFC 3501 §7), asked or not.
UNASKED = (
    "* OK [ALERT] the house is closed tomorrow",
    "* 9 EXISTS",
    "* 1 RECENT",
    r"* FLAGS (\Seen $Junk)",
    r"* 2 FETCH (FLAGS (\Seen) UID 8)",
    "* 1 FETCH (FLAGS ())",
    "* 9 EXPUNGE",
    '* LIST () "/" "Other"',
    '* STATUS "Other" (UIDVALIDITY 99)',
)
#: A body that nobody asked for, cut or miscounted as told.
UNASKED_BODY = b"Subject: nobody asked\r\n\r\n* 1 FETCH (UID 3 BODY[] NIL)\r\nfor this\r\n"
#: Traps that FETCH of a body and APPEND spring by themselves, in the midst of the mail.
_IN_THE_MAIL = frozenset({Trap.CUT_MID_LITERAL, Trap.LITERAL_TOO_BIG, Trap.LITERAL_TOO_SMALL})
_IN_THE_ANSWER = frozenset({Trap.SHORT, Trap.LONG, Trap.EMPTY, Trap.NIL})


@dataclass
class Opponent:
    """`traps`: command word (or `greeting`) -> what to do; FETCH may also be named `FETCH size` or `FETCH body`,
    the end of IDLE is `DONE`. `poison`: the same for the FETCH of one UID's body. `tls`: what STARTTLS leads to.

    A trap stays until it is taken out; `once` traps are sprung one time. `commands` is what was asked.
    """

    messages: dict[int, bytes] = field(default_factory=dict)
    traps: dict[str, Trap] = field(default_factory=dict)
    once: dict[str, Trap] = field(default_factory=dict)
    poison: dict[int, Trap] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 IDLE UIDPLUS MOVE NAMESPACE"
    uidvalidity: int = 7
    permanent: str = r"\Deleted \Seen \*"
    sizes: dict[int, int] = field(default_factory=dict)
    folders: list[str] = field(default_factory=lambda: ["INBOX"])
    flags: dict[int, set[str]] = field(default_factory=dict)
    moved: dict[int, bytes] = field(default_factory=dict)
    appended: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    logins: int = 0
    tls: ssl.SSLContext | None = None
    hook: Callable[[str], None] | None = None
    port: int = 0

    async def __aenter__(self) -> Opponent:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._tasks: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await _Session(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    def trap_for(self, word: str) -> Trap | None:
        return self.once.pop(word, None) or self.traps.get(word)


class _Session:
    def __init__(self, server: Opponent, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.over = False

    async def run(self) -> None:
        trap = self.server.trap_for("greeting")
        if trap is None or not await self._spring(trap, "*"):
            self._say("* OK ready")
        while not self.over and (line := await self.reader.readline()):
            await self._command(line.decode().rstrip("\r\n"))

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.writer.write(line.encode() + b"\r\n")

    async def _command(self, line: str) -> None:
        tag, _, rest = line.partition(" ")
        words = rest.split(" ")
        word = words[1].upper() if words[0].upper() == "UID" else words[0].upper()
        self.server.commands.append(rest)
        if self.server.hook:
            self.server.hook(word)
        trap = self._trap_for(word, rest)
        own = _IN_THE_ANSWER | (_IN_THE_MAIL if "BODY.PEEK" in rest or word == "APPEND" else frozenset())
        if trap is None or trap in own or not await self._spring(trap, tag):
            await getattr(self, f"_{word.lower()}", self._unknown)(tag, rest, trap)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    def _trap_for(self, word: str, rest: str) -> Trap | None:
        trap = self.server.trap_for(word)
        if trap is None and word == "FETCH":
            trap = self.server.trap_for("FETCH body" if "BODY.PEEK" in rest else "FETCH size")
        return trap

    async def _spring(self, trap: Trap, tag: str) -> bool:
        """Do it; False where the honest answer follows all the same."""
        answers = {
            Trap.NO: f"{tag} NO [CANNOT] not for you",
            Trap.UNAVAILABLE: f"{tag} NO [UNAVAILABLE] not now",
            Trap.BAD: f"{tag} BAD what?",
            Trap.SILENT_OK: f"{tag} OK done, I say",
            Trap.GARBAGE: "\x00\xff* what is this",
        }
        if trap in answers:
            self._say(answers[trap])
        elif trap is Trap.HANG:
            await asyncio.Event().wait()
        elif trap is Trap.TRICKLE:
            while True:
                self.writer.write(b"* OK ")
                await asyncio.sleep(0.05)
        elif trap is Trap.UNSOLICITED:
            self._say(*UNASKED)
            return False
        elif trap in _IN_THE_MAIL:
            return await self._unasked_body(trap)
        else:
            if trap is Trap.BYE:
                self._say("* BYE enough")
            await self._cut()
        return True

    async def _unasked_body(self, trap: Trap) -> bool:
        announced = len(UNASKED_BODY) // 2 if trap is Trap.LITERAL_TOO_SMALL else 500
        self.writer.write(b"* 1 FETCH (UID 77 BODY[] {%d}\r\n" % announced + UNASKED_BODY)
        if trap is Trap.CUT_MID_LITERAL:
            await self._cut()
            return True
        self.writer.write(b")\r\n")
        return False

    async def _cut(self) -> None:
        await self.writer.drain()
        self.writer.close()
        self.over = True

    async def _unknown(self, tag: str, rest: str, trap: Trap | None) -> None:
        self._say(f"{tag} BAD unknown")

    async def _done(self, tag: str, rest: str, trap: Trap | None) -> None:
        self._say(f"{tag} OK done")

    _noop = _subscribe = _done

    async def _create(self, tag: str, rest: str, trap: Trap | None) -> None:
        self.server.folders.append(re.findall(r'"([^"]*)"', rest)[0])
        self._say(f"{tag} OK made")

    async def _capability(self, tag: str, rest: str, trap: Trap | None) -> None:
        self._say(f"* CAPABILITY {self.server.capabilities}", f"{tag} OK done")

    async def _login(self, tag: str, rest: str, trap: Trap | None) -> None:
        self.server.logins += 1
        self._say(f"{tag} OK in")

    async def _authenticate(self, tag: str, rest: str, trap: Trap | None) -> None:
        self._say("+ ")
        await self.reader.readline()
        await self._login(tag, rest, trap)

    async def _starttls(self, tag: str, rest: str, trap: Trap | None) -> None:
        assert self.server.tls is not None
        self._say(f"{tag} OK go ahead")
        await self.writer.drain()
        await self.writer.start_tls(self.server.tls)

    async def _logout(self, tag: str, rest: str, trap: Trap | None) -> None:
        self._say("* BYE bye", f"{tag} OK out")
        await self._cut()

    async def _namespace(self, tag: str, rest: str, trap: Trap | None) -> None:
        self._say('* NAMESPACE (("" "/")) NIL NIL', f"{tag} OK done")

    async def _list(self, tag: str, rest: str, trap: Trap | None) -> None:
        self._say(r'* LIST (\Noselect) "/" ""', f"{tag} OK done")

    async def _status(self, tag: str, rest: str, trap: Trap | None) -> None:
        name = re.findall(r'"([^"]*)"', rest)[0]
        if name not in self.server.folders:
            self._say(f"{tag} NO [NONEXISTENT] no such folder")
            return
        self._say(f'* STATUS "{name}" (UIDVALIDITY {self.server.uidvalidity})', f"{tag} OK done")

    async def _select(self, tag: str, rest: str, trap: Trap | None) -> None:
        server = self.server
        held = server.messages if '"INBOX"' in rest else server.moved
        self._say(
            f"* {len(held)} EXISTS",
            r"* FLAGS (\Seen \Deleted)",
            f"* OK [PERMANENTFLAGS ({server.permanent})] may",
            f"* OK [UIDVALIDITY {server.uidvalidity}] is",
            f"* OK [UIDNEXT {max(held, default=0) + 1}] next",
            f"{tag} OK [READ-WRITE] in",
        )

    _examine = _select

    def _uids(self, numbers: str) -> list[int]:
        """RFC 3501 §9: `*` is the largest UID, and a range may be written backwards."""
        last, found = max(self.server.messages, default=0), set()
        for part in numbers.split(","):
            ends = [last if end == "*" else int(end) for end in part.split(":")]
            found |= set(range(min(ends), max(ends) + 1))
        return sorted(found & set(self.server.messages))

    async def _search(self, tag: str, rest: str, trap: Trap | None) -> None:
        words = rest.split()
        if "HEADER" in words or "LARGER" in words:  # what somebody looks for is not here
            self._say("* SEARCH", f"{tag} OK done")
            return
        uids = self._uids(words[3])
        if "UNKEYWORD" in words:
            uids = [uid for uid in uids if words[-1] not in self.server.flags.get(uid, ())]
        self._say("* SEARCH" + "".join(f" {uid}" for uid in uids), f"{tag} OK done")

    async def _fetch(self, tag: str, rest: str, trap: Trap | None) -> None:
        for uid in self._uids(rest.split(" ")[2]):
            if "BODY.PEEK" not in rest:
                size = self.server.sizes.get(uid, len(self.server.messages[uid]))
                when = '"05-Jan-2026 10:00:00 +0100"'
                self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE {when})")
                continue
            spoilt = self.server.poison.get(uid) or trap
            if spoilt in (Trap.NO, Trap.BAD, Trap.BYE, Trap.CUT, Trap.HANG, Trap.UNAVAILABLE):
                await self._spring(spoilt, tag)
                return
            if await self._body(uid, rest, spoilt):
                return
        self._say(f"{tag} OK done")

    async def _body(self, uid: int, rest: str, trap: Trap | None) -> bool:
        """One body or piece of it; True where the connection is over."""
        data, name = self.server.messages[uid], "BODY[]"
        if piece := re.search(r"<(\d+)\.(\d+)>", rest):
            start = int(piece[1])
            data, name = data[start : start + int(piece[2])], f"BODY[]<{start}>"
        if trap is Trap.NIL:
            self._say(f"* {uid} FETCH (UID {uid} {name} NIL)")
            return False
        if trap is Trap.SHORT:
            data = data[: len(data) // 2]
        elif trap is Trap.LONG:
            data += b"and more" * 200_000
        elif trap is Trap.EMPTY:
            data = b""
        announced = {Trap.LITERAL_TOO_BIG: len(data) + 1000, Trap.LITERAL_TOO_SMALL: len(data) // 2}
        size = announced.get(trap, len(data)) if trap else len(data)
        self.writer.write(f"* {uid} FETCH (UID {uid} {name} {{{size}}}\r\n".encode())
        if trap is Trap.CUT_MID_LITERAL:
            self.writer.write(data[: len(data) // 2])
            await self._cut()
            return True
        self.writer.write(data + b")\r\n")
        return False

    async def _move(self, tag: str, rest: str, trap: Trap | None) -> None:
        uids = self._uids(rest.split(" ")[2])
        places = range(len(self.server.moved) + 1, len(self.server.moved) + len(uids) + 1)
        for uid, place in zip(uids, places, strict=True):
            self.server.moved[place] = self.server.messages.pop(uid)
        if uids and "UIDPLUS" in self.server.capabilities:
            sources, targets = (",".join(map(str, numbers)) for numbers in (uids, places))
            self._say(f"* OK [COPYUID {self.server.uidvalidity} {sources} {targets}] moved")
        self._say(*[f"* {number} EXPUNGE" for number in range(len(uids), 0, -1)], f"{tag} OK done")

    async def _copy(self, tag: str, rest: str, trap: Trap | None) -> None:
        uids = self._uids(rest.split(" ")[2])
        places = range(len(self.server.moved) + 1, len(self.server.moved) + len(uids) + 1)
        self.server.moved |= {place: self.server.messages[uid] for uid, place in zip(uids, places, strict=True)}
        sources, targets = (",".join(map(str, numbers)) for numbers in (uids, places))
        code = f"[COPYUID {self.server.uidvalidity} {sources} {targets}] " if uids else ""
        self._say(f"{tag} OK {code}copied")

    async def _expunge(self, tag: str, rest: str, trap: Trap | None) -> None:
        for uid in self._uids(rest.split(" ")[2]):
            if r"\Deleted" in self.server.flags.get(uid, ()):
                del self.server.messages[uid]
                self._say("* 1 EXPUNGE")
        self._say(f"{tag} OK gone")

    async def _store(self, tag: str, rest: str, trap: Trap | None) -> None:
        for uid in self._uids(rest.split(" ")[2]):
            self.server.flags.setdefault(uid, set()).update(re.findall(r"[\\$]\w+", rest))
        self._say(f"{tag} OK done")

    async def _idle(self, tag: str, rest: str, trap: Trap | None) -> None:
        # An untagged answer before the "+" is allowed and breaks naive clients.
        self._say("* OK still here", "+ idling")
        await self.writer.drain()
        while (line := await self.reader.readline()) and line.strip().upper() != b"DONE":
            continue
        trap = self.server.trap_for("DONE")
        if trap is None or not await self._spring(trap, tag):
            self._say(f"{tag} OK done")

    async def _append(self, tag: str, rest: str, trap: Trap | None) -> None:
        size = int(re.findall(r"\{(\d+)\}$", rest)[0])
        self._say("+ go on")
        await self.writer.drain()
        if trap in _IN_THE_MAIL:
            await self.reader.readexactly(size // 2)
            await self._cut()
            return
        data = await self.reader.readexactly(size)
        await self.reader.readline()
        self.server.appended.append(data)
        if trap is Trap.EMPTY:  # taken, and nobody is told
            await self._cut()
        else:
            self._say(f"{tag} OK done")
