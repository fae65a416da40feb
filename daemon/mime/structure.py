"""The one door to mail-parser (decision 0020): the tree of parts, and the lists of addresses.

Everything that the library or the standard library's `email` may raise on a hostile mail ends here.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Tree
from typing import Final, cast

import mailparser
from mailparser.exceptions import MailParserError
from mailparser.utils import get_addresses

from daemon.mime import headers, parameters, words
from daemon.mime.heads import Head
from daemon.mime.outline import Outline
from daemon.model import Address

_DECODING_FAILURES: Final = (ValueError, LookupError, AssertionError, TypeError, AttributeError, IndexError)
_UNKNOWN: Final = Head(parameters.Field("text/plain"))
_LONGEST_LIST: Final = 64_000
_LONGEST_GUESS: Final = 2000
_ANGLE: Final = re.compile(r"<\s*([^<>]*?)\s*>")
_BARE: Final = re.compile(r"[^\s,;:<>()\"\[\]]+@[^\s,;:<>()\"]+")
_UNNAMED: Final = str.maketrans("", "", '"<>')


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: what its fields say, and its body as the parser found it."""

    head: Head
    tree: Tree
    children: tuple[Part, ...] = ()

    @property
    def type(self) -> str:
        """The type as which the part is read; `declared` is what its sender says."""
        return self.head.type

    @property
    def declared(self) -> str:
        return self.head.content_type.value

    @property
    def is_multipart(self) -> bool:
        return self.type.startswith("multipart/")

    def payload(self) -> bytes:
        """The decoded octets of the body; empty where it was cut."""
        return _payload(self.tree)

    def walk(self) -> Iterator[Part]:
        """This part and all below it, depth first."""
        yield self
        for child in self.children:
            yield from child.walk()


def parts(outline: Outline) -> tuple[Part, tuple[str, ...]]:
    """The tree of an outline, and what mail-parser found wrong with it."""
    try:
        parsed = mailparser.parse_from_bytes(outline.data)
        tree, defects = parsed.message, tuple(sorted(parsed.defects_categories))
    except (*_DECODING_FAILURES, MailParserError):
        # Only the structure is needed: where the library gives up, the standard library's tree will do.
        tree, defects = email.message_from_bytes(outline.data), ("unparsable",)
    return _part(cast("Tree", tree), outline), defects


def _part(tree: Tree, outline: Outline) -> Part:
    number = str(tree.get(outline.mark, ""))
    head = outline.parts[int(number)] if number.isdecimal() else _UNKNOWN
    payload = tree.get_payload()
    inner = cast("list[Tree]", payload) if head.type.startswith("multipart/") and isinstance(payload, list) else []
    return Part(head, tree, tuple(_part(child, outline) for child in inner))


def _as_octets(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def _payload(tree: Tree) -> bytes:
    try:
        data = tree.get_payload(decode=True)
    except _DECODING_FAILURES:
        data = tree.get_payload()
    if isinstance(data, str):
        return data.encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""


def fields(tree: object) -> tuple[tuple[str, str], ...]:
    """The fields of a block that the parser made: of a status part, or of a returned message."""
    if not isinstance(tree, Tree):
        return ()
    return tuple((key, headers.as_text(_as_octets(str(value)))) for key, value in tree.raw_items())


def body(tree: object) -> bytes:
    """The body of such a block."""
    return _payload(tree) if isinstance(tree, Tree) else b""


def returned_header(part: Part) -> tuple[tuple[str, str], ...]:
    """The fields of a returned message (message/rfc822) or of its header (text/rfc822-headers)."""
    payload = part.tree.get_payload()
    if isinstance(payload, list) and payload:
        return fields(payload[0])
    data = part.payload().lstrip()
    read = headers.read(data, 0, len(data), 500)
    return tuple((key.decode("latin-1"), headers.as_text(value)) for key, value in read.fields)


def addresses(values: tuple[str, ...]) -> tuple[Address, ...]:
    """The mailboxes of an address list, groups flattened (RFC 5322 §3.4, §4.4).

    A name without an address gives an `Address` with an empty `addr`: nobody can be reached there, but a
    person is named. The same becomes of an address with control or direction marks inside: to leave them
    out would make it someone else's.
    """
    found: list[Address] = []
    for value in values:
        found += _addresses(value[:_LONGEST_LIST])
    return tuple(dict.fromkeys(found))


def _addresses(value: str) -> list[Address]:
    try:
        pairs = get_addresses(value)
    except (*_DECODING_FAILURES, RecursionError):
        pairs = []
    read = [(name, addr) for name, addr in pairs if addr] or _guess(value[:_LONGEST_GUESS])
    found = [Address(words.line(name), addr if addr.isprintable() else "") for name, addr in read]
    return [address for address in found if address.name or address.addr]


def _guess(value: str) -> list[tuple[str, str]]:
    """What a person would read where the grammar does not help."""
    if "@" not in value and value.rstrip().endswith((":;", ": ;", ":")):
        return []  # an empty group (RFC 5322 §3.4): nobody is named
    for match in _ANGLE.finditer(value):
        if match[1] and not match[1].isspace():
            return [(_name(value[: match.start()]), "".join(match[1].split()))]
    if bare := _BARE.search(value):
        return [(_name(value.replace(bare[0], " ", 1)), bare[0])]
    word = words.line(value).strip(' "<>;:')
    if not word:
        return []
    return [("", word)] if value.strip().isascii() and " " not in word else [(word, "")]


def _name(text: str) -> str:
    return words.line(text).translate(_UNNAMED).strip(" ,;()")
