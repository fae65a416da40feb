"""What the daemon would do with mails that lie in files: the way of `judge`, with an empty past.

The first mailbox is where they would have arrived, now. They are read in a child (`seclusion`), one for all: a
file from who knows where hangs or ends nobody. Nothing is written but the model's cache.
"""

from __future__ import annotations

import hashlib
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from daemon import judge, reader
from daemon.model import Decision, MessageKey, Past, RawMessage, Reading, Runner
from daemon.policy import Policy
from daemon.ports import Clock
from daemon.rendering import Readable, read
from daemon.seclusion import Seclusion, at_hand

#: A ticket number for what has no ticket.
SAMPLE_NUMBER = "0000-000000"
#: The fields of `inspect --json`, in their order; every object has all of them.
FIELDS = (
    *("file", "sha256", "error"),
    *("subject", "from", "from_name", "message_id", "date", "language"),
    *("kind", "opens_ticket", "acknowledge", "reason"),
    *("category", "confidence", "unsure"),
    *("department", "department_by", "department_confidence", "department_unsure", "queue"),
    *("category_runners_up", "department_runners_up"),
    *("priority", "tags", "rules", "evidence", "requested_times", "ms"),
)
#: The line that begins a message of an mbox: the first of the file, or one with a time behind an empty line.
_MARK = re.compile(rb"(?:\A|(?P<end>\r?\n)\r?\n(?=From \S+ [^\n]*\d:\d\d))From [^\n]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Examined:
    """One mail and what would become of it. `missing`: the file could not be read, all else is unknown."""

    file: str
    sha256: str | None
    error: str | None
    reading: Reading | None = None
    decision: Decision | None = None
    acknowledge: bool = False
    milliseconds: float = 0.0
    acknowledgement: Readable | None = None

    @property
    def missing(self) -> bool:
        return self.sha256 is None


def examine(
    paths: Iterable[Path], policy: Policy, clock: Clock, *, with_ack: bool, seclusion: Seclusion | None = None
) -> Iterator[Examined]:
    """Each mail of each path: files, folders (recursively), mbox files, `-` for standard input.

    Raises `StoreError` where no child can be started. Not to be called inside an event loop.
    """
    limits, around = policy.config.limits, judge.surroundings(policy)
    with at_hand(seclusion or Seclusion()) as secluded:
        for path in paths:
            for file in _files(path):
                try:
                    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
                except OSError as error:
                    yield Examined(str(file), None, f"{file} cannot be read ({error.strerror}).")
                    continue
                for name, mail in mails(str(file), data):
                    yield _one(name, mail, lambda raw: secluded(raw, limits, around), policy, clock.now(), with_ack)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(file for file in path.rglob("*") if file.is_file())


def mails(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The mails of a file; named `#n` where it is an mbox (RFC 4155 Appendix A).

    An `.eml` file is one mail, also where a mail server's "From " line slipped in before its header.
    """
    if not data.startswith(b"From ") or name.endswith(".eml"):
        yield name, data
        return
    marks = list(_MARK.finditer(data))
    ends = [mark.end("end") for mark in marks[1:]] + [len(data) - len(_blank(data))]
    for number, (mark, end) in enumerate(zip(marks, ends, strict=True), 1):
        yield f"{name}#{number}", data[mark.end() : end]


def _blank(data: bytes) -> bytes:
    """The empty line that closes the last message of an mbox; it is none of the message's own."""
    return next((line for line in (b"\r\n", b"\n") if data.endswith(line * 2)), b"")


def _one(
    name: str, data: bytes, read: Callable[[RawMessage], Reading], policy: Policy, now: datetime, with_ack: bool
) -> Examined:
    started = time.perf_counter()
    sha256 = hashlib.sha256(data).hexdigest()
    raw = RawMessage(MessageKey(policy.config.mailbox[0].name, 0, 0), data, now, len(data), sha256)
    reading = read(raw)
    try:
        found = _decided(name, reading, policy, now, with_ack)
    except Exception as error:  # one bad message never stops the others
        trouble = judge.trouble(error)
        by_head = reader.by_its_head(raw, policy.config.limits, judge.surroundings(policy), trouble)
        try:
            found = _decided(name, by_head, policy, now, with_ack)
        except Exception:
            found = Examined(name, sha256, trouble)
    return replace(found, milliseconds=(time.perf_counter() - started) * 1000)


def _decided(name: str, reading: Reading, policy: Policy, now: datetime, with_ack: bool) -> Examined:
    """What intake would record, less what only the past could tell."""
    sha256 = reading.raw.sha256
    decision = judge.decide(reading, judge.predict([reading], policy)[sha256], policy)
    decision = replace(decision, reason=decision.reason or reading.verdict.reason)
    acknowledge = decision.acknowledge and reading.verdict.kind.opens_ticket
    letter = _letter(reading, policy, now) if with_ack and acknowledge else None
    return Examined(name, sha256, reading.trouble, reading, decision, acknowledge, acknowledgement=letter)


def _letter(reading: Reading, policy: Policy, now: datetime) -> Readable | None:
    [record] = judge.judge([reading], policy, Past(), iter([SAMPLE_NUMBER]), now)
    data = next((d.data for d in record.deliveries if d.target == "acknowledgement"), None)
    return None if data is None else read(data)


def as_json(examined: Examined, *, with_ack: bool) -> dict[str, object]:
    """The public JSON object of `inspect --json`; docs/commands.md describes it."""
    reading, decision = examined.reading, examined.decision
    found: dict[str, object] = dict.fromkeys(FIELDS)
    found |= {"file": examined.file, "sha256": examined.sha256, "error": examined.error}
    found |= {"acknowledge": examined.acknowledge, "opens_ticket": False, "ms": round(examined.milliseconds, 3)}
    found |= _message_json(reading) if reading else {}
    found |= _decision_json(decision) if decision else {}
    if with_ack:
        found["acknowledgement"] = _letter_json(examined.acknowledgement)
    return found


def _message_json(reading: Reading) -> dict[str, object]:
    message, verdict = reading.message, reading.verdict
    author = message.author
    return {
        "subject": message.subject,
        "from": author.addr if author else None,
        "from_name": author.name if author else None,
        "message_id": message.message_id,
        "date": _date(message.date),
        "kind": verdict.kind,
        "opens_ticket": verdict.kind.opens_ticket,
    }


def _decision_json(decision: Decision) -> dict[str, object]:
    return {
        "reason": asdict(decision.reason) if decision.reason else None,
        "language": decision.language,
        "category": decision.category,
        "confidence": round(decision.confidence, 4),
        "unsure": decision.unsure,
        "department": decision.department,
        "department_by": decision.department_by,
        "department_confidence": round(decision.department_confidence, 4),
        "department_unsure": decision.department_unsure,
        "queue": decision.queue,
        "category_runners_up": _runners(decision.category_runners_up),
        "department_runners_up": _runners(decision.department_runners_up),
        "priority": decision.priority,
        "tags": list(decision.tags),
        "rules": [asdict(hit) for hit in decision.rules],
        "evidence": list(decision.evidence),
        "requested_times": [
            {
                "text": wish.text,
                "start": wish.start.isoformat() if wish.start else None,
                "end": wish.end.isoformat() if wish.end else None,
            }
            for wish in decision.requested_times
        ],
    }


def _runners(runners: Iterable[Runner]) -> list[dict[str, object]]:
    return [{"key": runner.key, "probability": round(runner.probability, 4)} for runner in runners]


def _letter_json(letter: Readable | None) -> dict[str, object] | None:
    if letter is None:
        return None
    return {
        "from": letter.sender,
        "to": letter.to,
        "subject": letter.subject,
        "headers": dict(letter.headers),
        "text": letter.text,
        "html": letter.html,
    }


def _date(text: str | None) -> str | None:
    """The Date field in ISO 8601 where it can be read, else as it stands."""
    try:
        return parsedate_to_datetime(text).isoformat() if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return text
