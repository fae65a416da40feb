"""Which parts of a message are its text, and that text made readable.

Binds: RFC 2046 §5.1.3-5.1.5, RFC 2387, RFC 2183. What is not text is an attachment: both answers come
from the same walk, so no part is both or neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from daemon.mime import charsets, flowed, hypertext
from daemon.mime.outline import MESSAGES
from daemon.mime.structure import Part

_PLAIN: Final = frozenset({"text/plain", "text", "text/markdown"})
_HYPERTEXT: Final = frozenset({"text/html", "text/enriched", "text/richtext"})
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/=\s]*")
_STUB: Final = re.compile(
    r"(?:view|read|display|html|browser|online[- ]?version|webversion|ansicht|anzeige|darstell|navigateur|visualizza)",
    re.IGNORECASE,
)
_STUB_LENGTH: Final = 300
_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(slots=True)
class Bodies:
    """The text of a message, and the parts that are not text."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Part] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n\n".join(text for text in self.texts if text.strip())


def read(root: Part, limit: int) -> Bodies:
    """Text and attachments of a message; each text is at most about `limit` characters."""
    bodies = Bodies()
    _collect(root, bodies, limit, only=not root.is_multipart)
    return bodies


def _collect(part: Part, bodies: Bodies, limit: int, *, only: bool = False) -> None:
    if part.is_multipart:
        if part.type == "multipart/alternative":
            _alternative(part, bodies, limit)
            return
        for child in part.children:
            _collect(child, bodies, limit)
    elif _is_text(part, only=only or not bodies.texts):
        bodies.texts.append(readable(part, limit))
    else:
        bodies.attachments.append(part)


def _is_text(part: Part, *, only: bool) -> bool:
    """A named text is a file, but for the first one: some programs name the body itself."""
    if part.type not in _PLAIN and part.type not in _HYPERTEXT:
        return False
    return not part.head.is_file and (only or part.head.name is None)


def _alternative(part: Part, bodies: Bodies, limit: int) -> None:
    """One of the texts (RFC 2046 §5.1.4): the plain one, unless it says no more than "see the HTML"."""
    choices: list[Bodies] = []
    for child in part.children:
        choice = Bodies()
        _collect(child, choice, limit, only=True)
        choices.append(choice)
        bodies.attachments += choice.attachments
    texts = [(choice.text, _first_text_type(child)) for choice, child in zip(choices, part.children, strict=True)]
    plain = next((text for text, kind in texts if kind in _PLAIN and text.strip()), "")
    rich = next((text for text, kind in reversed(texts) if kind not in _PLAIN and text.strip()), "")
    bodies.texts.append(rich if rich and (not plain or _is_stub(plain, rich)) else plain)


def _first_text_type(part: Part) -> str:
    return next((inner.type for inner in part.walk() if inner.type in _PLAIN or inner.type in _HYPERTEXT), "")


def _is_stub(plain: str, rich: str) -> bool:
    short = plain.strip()
    return len(short) < _STUB_LENGTH and len(rich) > 2 * len(short) and bool(_STUB.search(short))


def readable(part: Part, limit: int) -> str:
    """The text of one part: charset, transfer encoding, format=flowed and HTML undone; lines end in LF."""
    data = _octets(part)
    charset = part.head.content_type.get("charset")
    if part.type in _HYPERTEXT:
        meta = _META_CHARSET.search(data, 0, 4096)
        html = charsets.decode(data, charset or (meta[1].decode("ascii") if meta else None))
        return hypertext.text(html, limit)
    text = _LINE_ENDS.sub("\n", charsets.decode(data, charset))
    if (part.head.content_type.get("format") or "").lower() == "flowed":
        text = flowed.unflow(text, delete_space=(part.head.content_type.get("delsp") or "").lower() == "yes")
    return text


def _octets(part: Part) -> bytes:
    """The body's octets; one that claims to be base64 and is plainly not is taken as it stands."""
    if part.head.encoding == "base64":
        raw = part.tree.get_payload()
        head = raw[:2000].encode("ascii", "replace") if isinstance(raw, str) else b""
        if head.strip() and (not _BASE64_LINE.fullmatch(head) or b" " in head.split(b"\n")[0].strip()):
            return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
    return part.payload()


def unreadable_reason(root: Part) -> str | None:
    """Why a message has no text although it says something, or None."""
    for part in root.walk():
        kind = (part.head.content_type.get("smime-type") or "").lower()
        if part.type in ("application/pkcs7-mime", "application/x-pkcs7-mime") and kind != "certs-only":
            return "The message is encrypted or sealed (S/MIME); its text could not be read."
        if part.type == "multipart/encrypted":
            return "The message is encrypted (OpenPGP); its text could not be read."
        if part.type in ("application/ms-tnef", "application/vnd.ms-tnef"):
            return "The message holds Outlook's own format (winmail.dat); what is inside was not read."
        if part.type in MESSAGES and part is root:
            return "The message is nothing but another message; that one was not read."
    return None
