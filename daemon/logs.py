"""Log lines: one event, named from a closed vocabulary, with key=value details on standard error.

No address, subject or body ever reaches a log line (architecture invariant 10): callers pass ids,
counts, names from the configuration and classes of errors. Under systemd the priority prefix of
sd-daemon(3) is used and the time is left to the journal.
"""

from __future__ import annotations

import logging
import os
import re
import sys

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:=]+@(?:\[[^\]\s]*\]|[^\s<>()\[\]\"',;:]+)")


def printable(text: str) -> str:
    """Text without control, bidi and zero-width characters: it can break no log line and no terminal."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


class _Formatter(logging.Formatter):
    def __init__(self, journal: bool) -> None:
        super().__init__("%(message)s" if journal else "%(asctime)s %(levelname)s %(message)s")
        self.journal = journal

    def format(self, record: logging.LogRecord) -> str:
        line = printable(super().format(record).replace("\n", " | "))
        return f"<{_PRIORITY.get(record.levelno, 6)}>{line}" if self.journal else line


def setup(level: str = "INFO") -> None:
    """Send the log to standard error. Called once, by the command line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(journal="JOURNAL_STREAM" in os.environ))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("apscheduler", "alembic", "mail.log", "mailparser", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns with the server's own words when they are not ASCII: folder names and addresses among them.
    logging.getLogger("imapclient").setLevel(logging.CRITICAL)
    logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)  # its lines quote header contents


def without_addresses(text: str) -> str:
    """Servers quote addresses in their answers, and their answers are why something waits: not in the log."""
    return _ADDRESS.sub("(address)", text)


def event(log: logging.Logger, level: int, name: str, sentence: str = "", **details: object) -> None:
    """Write one event: its name, what happens next in words, and the details."""
    pairs = " ".join(f"{key}={value}" for key, value in details.items())
    log.log(level, "%s", without_addresses(" ".join(word for word in (f"[{name}]", sentence, pairs) if word)))
