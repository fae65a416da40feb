"""Facts about languages: one TOML file for each, named by its ISO 639-1 code. A new language is a new file."""

from __future__ import annotations

import re
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


@dataclass(frozen=True, slots=True)
class TimeWords:
    """How a language words an appointment wish. Patterns are regular expressions, read case-blind."""

    #: Seven patterns, Monday first; twelve, January first.
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    #: Days from today by pattern ("morgen": 1).
    relative: dict[str, int]
    #: Hours from and to by pattern ("vormittags": 8, 12).
    dayparts: dict[str, tuple[int, int]]
    #: The hour of the day by the word for it, as is said of office hours ("drei": 15).
    numbers: dict[str, int]
    #: A day without its month ("am 11."), in the group `day`.
    dayofmonth: str
    clock: str
    at: str
    half: str
    from_: str
    until: str
    between: str
    and_: str
    upcoming: str
    next: str
    week: str
    weeknumber: str
    #: Expressions that name no certain day.
    vague: str
    #: What may stand between two pieces of one expression.
    glue: str
    either: str
    #: Right before a date: it is of the past or of a letter, not wished for.
    not_wished: str
    #: In a sentence: its times are declined, unless it also offers others.
    refusal: str
    instead: str


@cache
def time_words(code: str) -> TimeWords | None:
    """How the language words times, or None where nothing is known."""
    if code not in known_languages():
        return None
    table = tomllib.loads((files(__name__) / f"{code}.toml").read_text(encoding="utf-8")).get("times")
    if table is None:
        return None
    table["from_"], table["and_"] = table.pop("from"), table.pop("and")
    table["weekdays"], table["months"] = tuple(table["weekdays"]), tuple(table["months"])
    table["dayparts"] = {pattern: (hours[0], hours[1]) for pattern, hours in table["dayparts"].items()}
    return TimeWords(**table)


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


def is_courtesy(line: str) -> bool:
    """Whether a line opens or ends a letter in a known language, and says nothing else."""
    return _courtesies().fullmatch(line) is not None


@cache
def _courtesies() -> re.Pattern[str]:
    every = [pattern for code in known_languages() for pattern in facts(code).courtesy]
    return re.compile("|".join(f"(?:{pattern})" for pattern in every), re.IGNORECASE)
