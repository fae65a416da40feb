"""What was attached: named for display, typed, measured. Nothing is decoded or opened.

Binds: RFC 2183 §2.3 (a name is the sender's claim: no path survives), RFC 2231.
"""

from __future__ import annotations

import re
from typing import Final

from daemon.mime.structure import Part
from daemon.model import Attachment

_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RESERVED: Final = re.compile(r'[<>:"|?*]')
_LONGEST: Final = 150
_NAMES: Final = {
    "message/rfc822": "message.eml",
    "message/global": "message.eml",
    "text/calendar": "calendar.ics",
    "text/vcard": "contact.vcf",
    "application/ms-tnef": "winmail.dat",
    "application/pkcs7-mime": "smime.p7m",
    "application/pkcs7-signature": "smime.p7s",
    "application/pgp-signature": "signature.asc",
    "text/html": "text.html",
    "text/plain": "text.txt",
    "image/jpeg": "image.jpg",
    "image/png": "image.png",
    "application/pdf": "document.pdf",
}


def read(parts: list[Part]) -> tuple[Attachment, ...]:
    """The attachments in the order of the message."""
    return tuple(Attachment(name(part), part.type[:100], part.head.octets) for part in parts)


def name(part: Part) -> str:
    """A name to show: the sender's claim made harmless, else one made from the type."""
    return displayable(part.head.name or "") or _NAMES.get(part.type, "attachment")


def displayable(claimed: str) -> str:
    """A file name without path, controls, direction marks and characters that file systems refuse."""
    last = re.split(r"[/\\]", _UNSAFE.sub("", " ".join(claimed.split())))[-1]
    safe = _RESERVED.sub("_", last).strip(" .")
    if len(safe) <= _LONGEST:
        return safe
    stem, dot, ending = safe.rpartition(".")
    return f"{stem[: _LONGEST - 20]}{dot}{ending[:19]}" if dot else safe[:_LONGEST]
