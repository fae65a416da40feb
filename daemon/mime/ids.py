"""Message identifiers (RFC 5322 §3.6.4), with their angle brackets. What is no identifier is dropped.

Empty and malformed ones have joined strangers' mails into one ticket elsewhere; here they name nothing.
"""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"<([^<>\s\x00-\x1f\x7f]{1,990})>")
_BARE: Final = re.compile(r"[^<>\s,;\"()]{1,500}@[^<>\s,;\"()]{1,480}")
_MOST: Final = 200


def read(values: tuple[str, ...]) -> tuple[str, ...]:
    """Every identifier of these fields in order, without doubles, at most 200 (the last ones)."""
    found: dict[str, None] = {}
    for value in values:
        for match in _ID.finditer(value):
            if _plausible(match[1]):
                found.setdefault(match[0])
        bare = value.strip()
        if not found and _BARE.fullmatch(bare):
            found.setdefault(f"<{bare}>")
    return tuple(found)[-_MOST:]


def _plausible(content: str) -> bool:
    left, at, right = content.rpartition("@")
    return bool(left and at and right)
