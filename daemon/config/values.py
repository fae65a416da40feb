"""What a single value may look like: sizes, moments, addresses, folder names, patterns, keys."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import re2
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

LOOPBACK = ("localhost", "127.0.0.1", "::1")
Security = Literal["tls", "starttls", "none"]
_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "kib": 2**10, "mib": 2**20, "gib": 2**30}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _octets(value: object) -> object:
    """Read "20 MB" as 20,000,000; numbers are octets."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"\s*(\d+)\s*([a-z]*)\s*", value.lower())
    if not found or found[2] not in _UNITS:
        raise ValueError('a size looks like "20 MB" or 20000000')
    return int(found[1]) * _UNITS[found[2]]


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs an offset, for example 2026-01-01T00:00:00Z")
    return value


def address(value: str) -> str:
    if not re.fullmatch(r"[^\s<>@,;:\"\x00-\x1f]{1,64}@[^\s<>@,;:\"\x00-\x1f]{1,255}", value):
        raise ValueError("is not an e-mail address")
    return value


def _folder(value: str) -> str:
    """A folder's name; INBOX is the one that is spelled without case (RFC 3501 §5.1)."""
    if not value or any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise ValueError("is not the name of a folder")
    return spelled(value)


def spelled(name: object) -> str:
    return "INBOX" if str(name).upper() == "INBOX" else str(name)


def _absolute(value: Path, info: ValidationInfo) -> Path:
    """A relative path is relative to the configuration's folder."""
    base = (info.context or {}).get("base")
    return (base / value.expanduser()).resolve() if base is not None else value


def patterns(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _pattern(value: str) -> str:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"is not a pattern that RE2 can read: {text}") from None
    return value


def _closed_day(value: object) -> object:
    """A date of TOML, "2026-05-15" or, for every year, "12-24"."""
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    if isinstance(text, str) and re.fullmatch(r"(\d{4}-)?\d\d-\d\d", text):
        with suppress(ValueError):
            date.fromisoformat(text if len(text) == 10 else f"2024-{text}")
            return text
    raise ValueError('is not a day like "2026-05-15" or, for every year, "12-24"')


FilePath = Annotated[Path, AfterValidator(_absolute)]
Octets = Annotated[int, BeforeValidator(_octets), Field(gt=0)]
AwareTime = Annotated[datetime, AfterValidator(_aware)]
MailAddress = Annotated[str, AfterValidator(address)]
FolderName = Annotated[str, AfterValidator(_folder)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Patterns = Annotated[list[Pattern], BeforeValidator(patterns), Field(min_length=1)]
Words = Annotated[list[str], BeforeValidator(patterns), Field(min_length=1)]
ClosedDay = Annotated[str, BeforeValidator(_closed_day)]
KEY_PATTERN, COUNTRY_PATTERN, URL_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,39}$", r"^[A-Z]{2}$", r"^https?://[^\s/]+"
SHAPES = {
    KEY_PATTERN: "needs a short word of small letters, digits, - and _, for example abfall",
    COUNTRY_PATTERN: 'needs the two capitals of a country, for example "DE"',
    URL_PATTERN: "needs https:// and the name of a server",
}
Key = Annotated[str, Field(pattern=KEY_PATTERN)]
