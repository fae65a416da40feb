"""Reading header fields of strangers: case-blind, unfolded, without comments and parameters.

Owns the small grammar that the signals share (RFC 5322 §3.2.2 comments, RFC 3834 §5 keyword with
parameters, RFC 8601 §2.2). Reads `Message` only, knows no policy, and is total: whatever stands in a
field, a value comes back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import filterfalse

from daemon.model import Message

#: Longer values are cut before they are looked at: no signal needs more (architecture invariant 8).
_LONGEST = 4000
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u00b4": "'", "`": "'", "\u2010": "-", "\u2011": "-"})


def values(message: Message, name: str) -> Iterator[str]:
    """Every non-empty value of a field, in any position, on one line."""
    for value in message.all(name):
        line = " ".join(_INVISIBLE.sub(" ", value[:_LONGEST]).split())
        if line:
            yield line


def told(value: str) -> str:
    """A value as it may stand in a reason: one short line without control, bidi and zero-width characters."""
    shown = "".join(sign if sign.isprintable() else " " for sign in value[:_LONGEST])
    return " ".join(shown.split())[:160]


def without_comments(value: str) -> str:
    """The value without its comments, nested ones too; those inside a quoted string are no comments."""
    kept, depth, quoted, escaped = [], 0, False, False
    for sign in value:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == '"' and not depth:
            quoted = not quoted
        elif sign == "(" and not quoted:
            depth += 1
            kept.append(" ")
        elif sign == ")" and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(sign)
    return " ".join("".join(kept).split())


def keyword(value: str) -> str:
    """The first word, lower case, without comments, parameters and quotes: `Auto-Replied; x=y` is `auto-replied`."""
    head = re.split(r"[;,\s]", without_comments(value).strip(), maxsplit=1)[0]
    return head.strip("\"'").casefold()


def words(value: str) -> tuple[str, ...]:
    """A comma or blank separated list of keywords, lower case."""
    bare = without_comments(value).split(";", 1)[0]
    return tuple(word.strip("\"'").casefold() for word in re.split(r"[,\s]+", bare) if word)


def says_yes(value: str) -> bool:
    """Whether a field that merely states a fact states it: empty, `no`, `false`, `0` and `none` do not."""
    return keyword(value) not in ("", "no", "false", "0", "none", "never", "off")


@lru_cache(maxsize=16)  # a message's subject and text are asked for by one signal after the other
def folded(text: str) -> str:
    """Text for comparing: NFKC, without case, accents, invisible signs and doubled blanks; ß is ss.

    Line ends become blanks; `Büro` is `buro`, so that a pattern `bue?ro` finds every spelling.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES))
    bare = "".join(filterfalse(unicodedata.combining, plain))
    return " ".join(_INVISIBLE.sub(lambda hit: " " if hit[0] in "\t\r\n\x0b\x0c\x85\u2028\u2029" else "", bare).split())
