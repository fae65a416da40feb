"""What the daemon would do with mails that lie in files: the way of `judge`, with an empty past.

The first mailbox is where they would have arrived, now. Nothing is written but the model's cache.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

from daemon import judge
from daemon.model import Decision, MessageKey, Past, RawMessage, Reading
from daemon.policy import Policy
from daemon.ports import Clock
from daemon.rendering import Readable, read

#: A ticket number for what has no ticket.
SAMPLE_NUMBER = "0000-000000"


@dataclass(frozen=True, slots=True)
class Examined:
    """One mail and what would become of it. `missing` says that the file could not be read at all."""

    file: str
    sha256: str
    error: str | None
    reading: Reading | None
    decision: Decision | None
    acknowledge: bool
    milliseconds: float
    acknowledgement: Readable | None = None
    missing: bool = False


def examine(paths: Iterable[Path], policy: Policy, clock: Clock, *, with_ack: bool) -> Iterator[Examined]:
    """Each mail of each path: files, folders (recursively), mbox files, `-` for standard input."""
    for path in paths:
        for file in _files(path):
            try:
                found = list(_mails(file))
            except OSError as error:
                yield Examined(
                    str(file), "", f"{file} cannot be read ({error.strerror}).", None, None, False, 0.0, missing=True
                )
                continue
            for name, data in found:
                yield _one(name, data, policy, clock.now(), with_ack)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(file for file in path.rglob("*") if file.is_file())


def _mails(file: Path) -> Iterator[tuple[str, bytes]]:
    """The mails of a file; more than one, named `#n`, where it is an mbox (RFC 4155)."""
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    if not data.startswith(b"From "):
        yield str(file), data
        return
    starts = [0, *(at + 2 for at in _separators(data)), len(data) + 1]
    for number, (start, end) in enumerate(pairwise(starts), 1):
        yield f"{file}#{number}", data[start : end - 1].partition(b"\n")[2]


def _separators(data: bytes) -> Iterator[int]:
    """Where an empty line stands before a line that begins with "From "."""
    at = data.find(b"\n\nFrom ")
    while at >= 0:
        yield at
        at = data.find(b"\n\nFrom ", at + 1)


def _one(name: str, data: bytes, policy: Policy, now: datetime, with_ack: bool) -> Examined:
    started = time.perf_counter()
    sha256 = hashlib.sha256(data).hexdigest()
    key = MessageKey(policy.config.mailbox[0].name, 0, 0)
    reading = judge.read(RawMessage(key, data, now, len(data), sha256), policy)
    decision = judge.decide(reading, judge.predict([reading], policy)[sha256], policy)
    decision = replace(decision, reason=decision.reason or reading.verdict.reason)
    acknowledge = decision.acknowledge and reading.verdict.kind.opens_ticket
    letter = _letter(reading, policy, now) if with_ack and acknowledge else None
    spent = (time.perf_counter() - started) * 1000
    return Examined(name, sha256, reading.trouble, reading, decision, acknowledge, spent, letter)


def _letter(reading: Reading, policy: Policy, now: datetime) -> Readable | None:
    [record] = judge.judge([reading], policy, Past(), iter([SAMPLE_NUMBER]), now)
    data = next((d.data for d in record.deliveries if d.target == "acknowledgement"), None)
    return None if data is None else read(data)


def as_json(examined: Examined, *, with_ack: bool) -> dict[str, object]:
    """The public JSON object of `inspect --json`; docs/commands.md describes it."""
    reading, decision = examined.reading, examined.decision
    found: dict[str, object] = {"file": examined.file, "sha256": examined.sha256, "error": examined.error}
    found |= _message_json(reading) if reading else {}
    found["acknowledge"] = examined.acknowledge
    if decision is not None:
        found |= _decision_json(decision)
    found["ms"] = round(examined.milliseconds, 3)
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
