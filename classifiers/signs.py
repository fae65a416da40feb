"""Signs of a speech act: what words do in a letter, whatever it is about (`corpus/signs.toml`).

"Schon wieder" and "toujours pas" both say that something happens again; "abgebrochen" and "en panne" both say that
something is broken. Few texts teach every such word, so that the groups are written down and only what they mean
together is learnt: thanks beside a defect is rarely praise. Pure, no third party.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files

from classifiers.folding import bare
from classifiers.openings import Openings

#: Marks that are signs by themselves.
_MARKS = {"?": "?", "!": "!", "…": "…", "...": "…", "„": '"', "“": '"', "«": '"', "»": '"', '"': '"'}


@lru_cache(maxsize=512)  # a sentence is asked for again when the most telling one is looked for
def signs(said: str) -> frozenset[str]:
    """The signs in a sentence or a line."""
    text = bare(said)
    return frozenset(_table().found(text) | {sign for mark, sign in _MARKS.items() if mark in text})


@cache
def _table() -> Openings:
    source = files("classifiers") / "corpus" / "signs.toml"
    return Openings(tomllib.loads(source.read_text(encoding="utf-8")))
