"""Facts about languages: one TOML file for each, named by its ISO 639-1 code. A new language is a new file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Language:
    """What the code must know of a language: words only, no rules."""

    #: Common words that hardly occur in another language read here (dialects included).
    telltale: frozenset[str]
    #: Words without a matter of their own; they are not shown as reasons.
    function_words: frozenset[str]
    #: Openings and endings of courtesy, as regular expressions over a whole line, case-blind.
    courtesy: tuple[str, ...]


@cache
def known_languages() -> tuple[str, ...]:
    """The codes that there are files for."""
    names = [file.name for file in files(__name__).iterdir() if file.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))


@cache
def facts(code: str) -> Language:
    """The facts of one language; KeyError where there is no file."""
    if code not in known_languages():
        raise KeyError(code)
    table = tomllib.loads((files(__name__) / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(
        telltale=frozenset(table["telltale"].split()),
        function_words=frozenset(table["function_words"].split()),
        courtesy=tuple(table["courtesy"]),
    )
