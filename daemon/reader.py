"""From a message's bytes to what the gate says of it. Pure, and total: what cannot be read says so.

Where the whole cannot be read its header often can: then a person's mail opens a ticket that can be
answered, and a machine's is set aside. Knows nothing of mail that may end the process: that is `seclusion`'s.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from daemon import gate, mime
from daemon.config import Limits
from daemon.errors import Unreadable
from daemon.model import Kind, RawMessage, Reading, Reason

#: Octets that are looked at for a header.
HEAD = 64_000
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")


def read(raw: RawMessage, limits: Limits, around: gate.Surroundings) -> Reading:
    """Parse one message and ask the gate. Raises nothing but MemoryError."""
    if raw.failure is not None:
        return by_its_head(raw, limits, around, raw.failure)
    try:
        message = mime.parse(raw.data, limits, sha256=raw.sha256, size=raw.size, complete=raw.complete)
        return Reading(raw, message, gate.check(message, around))
    except MemoryError:
        raise
    except Unreadable as error:
        return by_its_head(raw, limits, around, str(error))
    except Exception as error:
        trouble = f"An error in this release ended the reading ({type(error).__name__}); a later one may read it."
        return by_its_head(raw, limits, around, trouble)


def by_its_head(raw: RawMessage, limits: Limits, around: gate.Surroundings, trouble: str) -> Reading:
    """A message of which only the header could be read; without a header it is `unread`."""
    head = _HEAD_ENDS.split(raw.data[:HEAD], maxsplit=1)[0]
    with suppress(Exception):
        found = mime.parse(head + b"\r\n\r\n", limits, sha256=raw.sha256, size=raw.size, complete=False)
        verdict = gate.check(found, around)
        if found.author is not None or not verdict.kind.opens_ticket:
            message = replace(found, fingerprint=raw.sha256, defects=(*found.defects, "unreadable"))
            kind = Kind.UNREADABLE if verdict.kind.opens_ticket else verdict.kind
            told = Reason("unreadable", trouble[:500], "RFC 5322 §3.6")
            return Reading(raw, message, replace(verdict, kind=kind, signals=(told, *verdict.signals)), trouble)
    return unread(raw, trouble)


def unread(raw: RawMessage, trouble: str) -> Reading:
    """A message that could not be read: it opens a ticket all the same, for a person to look at."""
    return Reading(raw, mime.unread(raw.sha256, raw.size), gate.unreadable(trouble), trouble)
