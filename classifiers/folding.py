"""How letters are made to agree before words are compared. Owns folding, nothing else; no third party."""

from __future__ import annotations

import re
import unicodedata
from itertools import filterfalse

_UMLAUTS = str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue"})
_DIGIT = re.compile(r"\d")
_BARE = str.maketrans({"ł": "l", "ı": "i", "’": "'"})


def fold(text: str) -> str:
    """Lower case, `ß` and umlauts spelled out (so that Swiss and keyboards without them agree), digits to 0."""
    return _DIGIT.sub("0", text.lower().translate(_UMLAUTS))


def bare(text: str) -> str:
    """Folded, and all accents left out (Unicode Standard Annex 15, form D), as hurried people write."""
    folded = fold(text)
    if folded.isascii():
        return folded
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFD", folded.translate(_BARE))))
