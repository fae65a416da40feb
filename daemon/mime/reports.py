"""Machine-readable reports: bounces (RFC 3464), receipts (RFC 8098), abuse reports (RFC 5965).

Reads what they say; what follows from it is the gate's. Some mail servers put the returned message into
the text or beside it, without multipart/report: those are read only where the mail comes from a mail
system, so that a citizen who forwards a bounce is not taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from daemon.mime import ids, structure
from daemon.mime.structure import Part
from daemon.model import Address, Report

RETURNED: Final = "returned-message"
"""`Report.report_type` where a mail system returned a message without saying so in MIME."""

_STATUS_PARTS: Final = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/global-disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
}
_RETURNED_PARTS: Final = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "text/rfc822-header", "message/global-headers"}
    | {"message/rfc822-headers"}
)
_MAIL_SYSTEMS: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"})
_COPY_FOLLOWS: Final = re.compile(
    r"^[- *>|]*(?:below this line is a copy|this is a copy of (?:the|your) message|original message follows"
    r"|the original message|unsent message (?:follows|below)|returned message follows|message header follows"
    r"|original message header|the header of the original message|kopie der nachricht|ursprüngliche nachricht)",
    re.IGNORECASE | re.MULTILINE,
)
_INLINE_ID: Final = re.compile(r"^[ \t>|]*message-id:\s{0,80}(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_FIELD: Final = re.compile(r"^([A-Za-z-]+):[ \t]*(.*)$")

Fields = tuple[tuple[str, str], ...]


def read(root: Part, text: str, authors: tuple[Address, ...], return_path: str | None) -> Report | None:
    """What this message reports, or None where it is no report."""
    parts = list(root.walk())
    status = next((part for part in parts if part.type in _STATUS_PARTS), None)
    returned = next((part for part in parts if part.type in _RETURNED_PARTS), None)
    if root.declared == "multipart/report" or status:
        kind = (root.head.content_type.get("report-type") or "").lower() if root.declared == "multipart/report" else ""
        return _report(kind or (_STATUS_PARTS[status.type] if status else ""), status, returned, text)
    if _from_mail_system(authors, return_path):
        original = _returned_id(returned) or _inline_id(text)
        return Report(RETURNED, original, _first_status(text)) if original or returned else None
    return None


def _report(kind: str, status: Part | None, returned: Part | None, text: str) -> Report:
    fields = _fields(status)
    original = ids.read((_first(fields, "original-message-id"),))  # RFC 8098 §3.2.5
    code = _STATUS.search(_first(fields, "status")) or _STATUS.search(_first(fields, "diagnostic-code"))
    recipient = _first(fields, "final-recipient", "original-recipient", "original-rcpt-to")
    action = _first(fields, "action", "disposition", "feedback-type").split(";")[-1]
    return Report(
        kind,
        next(iter(original), None) or _returned_id(returned) or _inline_id(text),
        code[1] if code else None,
        action.strip().lower()[:60] or None,
        recipient.partition(";")[2].strip(" <>") or recipient.strip(" <>") or None,
    )


def _fields(part: Part | None) -> Fields:
    """Every field of a status part, block after block (RFC 3464 §2.1)."""
    if part is None:
        return ()
    payload = part.tree.get_payload()
    if isinstance(payload, list):
        # The parser knows the blocks of RFC 3464, but takes those of RFC 6533 for one header and its body.
        return tuple(pair for block in payload for pair in structure.fields(block)) + _lines(payload)
    return _lines([part.payload()])


def _lines(blocks: Sequence[object]) -> Fields:
    """Fields in what the parser took for a body (encoded blocks, or blocks of another type)."""
    data = b"\n".join(block if isinstance(block, bytes) else structure.body(block) for block in blocks)
    matches = (_FIELD.match(line.strip()) for line in data.decode("utf-8", "replace").split("\n"))
    return tuple((match[1], match[2]) for match in matches if match)


def _first(fields: Fields, *names: str) -> str:
    """The first value of the first of these names that has one."""
    for name in names:
        for key, value in fields:
            if key.lower() == name and value:
                return value
    return ""


def _returned_id(part: Part | None) -> str | None:
    if part is None:
        return None
    return next(iter(ids.read((_first(structure.returned_header(part), "message-id"),))), None)


def _inline_id(text: str) -> str | None:
    """The Message-ID of a message that was returned as text."""
    copy = _COPY_FOLLOWS.search(text)
    match = _INLINE_ID.search(text, copy.end() if copy else 0)
    return next(iter(ids.read((match[1],))), None) if match else None


def _first_status(text: str) -> str | None:
    match = _STATUS.search(text, 0, 20_000)
    return match[1] if match else None


def _from_mail_system(authors: tuple[Address, ...], return_path: str | None) -> bool:
    if return_path is not None and return_path.replace(" ", "") == "<>":
        return True  # RFC 5321 §4.5.5
    return any(address.key.partition("@")[0] in _MAIL_SYSTEMS for address in authors)
