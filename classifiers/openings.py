"""Words and phrases found by how they open: "defekt" finds "defekte", and "defekt." nothing that goes on.

Owns the look-up alone; what is listed, and what for, is the business of who asks. Pure, no third party.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from classifiers.folding import bare

_WORD_START = re.compile(r"(?<!\w)\w")
#: Arabic writes "and", "with", "for" and the article in one with the word that they stand before.
_ARTICLE = re.compile(r"(?<!\w)[وف]?(?:[بك]?ال|لل)(?=\w)")
#: Entries are kept by their first letters.
_KEY = 3


class Openings:
    """A table of lists: the lists are told apart by their names."""

    def __init__(self, lists: Mapping[str, str]) -> None:
        """Entries of a list are parted by commas or line ends; case, umlauts, accents do not matter; digits are 0."""
        self._entries: dict[str, dict[tuple[str, bool, str], None]] = defaultdict(dict)
        for name, lines in lists.items():
            for word in (bare(each.strip()) for each in lines.replace("\n", ",").split(",")):
                entry = word.removesuffix(".")
                if entry:
                    self._entries[entry[:_KEY]][entry, entry != word, name] = None

    def found(self, said: str) -> set[str]:
        """The names of the lists of which something stands in `said`, which is `bare`."""
        found: set[str] = set()
        for start in _starts(said):
            for length in range(1, _KEY + 1):
                for entry, whole, name in self._entries.get(said[start : start + length], ()):
                    if (
                        name not in found
                        and said.startswith(entry, start)
                        and not (whole and _goes_on(said, start, entry))
                    ):
                        found.add(name)
        return found


def _starts(said: str) -> Iterator[int]:
    yield from (match.start() for match in _WORD_START.finditer(said))
    if not said.isascii():
        yield from (match.end() for match in _ARTICLE.finditer(said))


def _goes_on(said: str, start: int, entry: str) -> bool:
    after = said[start + len(entry) : start + len(entry) + 1]
    return after.isalnum()
