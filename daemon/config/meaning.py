"""The second look at a configuration: references, doubles and combinations. It reads the raw file, so that it
always runs, whatever the first look (the shapes) found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import holidays
from pydantic import ValidationError

from daemon.config.shapes import Hours
from daemon.config.values import LOOPBACK, address, spelled


def _tables(raw: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The entries of a `[[key]]` that have the right shape to be looked at; the first pass reports the rest."""
    found = raw.get(key, [])
    return [entry if isinstance(entry, dict) else {} for entry in found] if isinstance(found, list) else []


def meaning(raw: dict[str, Any]) -> list[str]:
    """The second pass: references, duplicates and combinations. Reads the raw file, so it always runs."""
    return [
        problem
        for check in (_places, _doubles, _references, _folders, _secrets, _doors, _spans)
        for problem in check(raw)
    ]


def _table(raw: dict[str, Any], key: str) -> dict[str, Any]:
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def _places(raw: dict[str, Any]) -> Iterator[str]:
    organisation = _table(raw, "organisation")
    zone, country, part = (organisation.get(key) for key in ("timezone", "country", "subdivision"))
    if isinstance(zone, str) and zone not in available_timezones():
        yield f'organisation.timezone: "{zone}" is not a time zone; one looks like "Europe/Zurich".'
    if isinstance(country, str) and re.fullmatch(r"[A-Z]{2}", country):
        yield from _holidays(country, part if isinstance(part, str) else None)


def _holidays(country: str, part: str | None) -> Iterator[str]:
    try:  # one country: a list of all would load them all, with every command
        parts = holidays.country_holidays(country).subdivisions
    except NotImplementedError:
        yield f'organisation.country: no public holidays are known for "{country}".'
        return
    if part is not None and part not in parts:
        yield f'organisation.subdivision: "{part}" is not a part of {country}; one of {", ".join(parts)}.'


def _doubles(raw: dict[str, Any]) -> Iterator[str]:
    for table, key in (("department", "key"), ("mailbox", "name"), ("rule", "name")):
        names = Counter(str(entry[key]) for entry in _tables(raw, table) if key in entry)
        for name in (name for name, times in names.items() if times > 1):
            yield f'{table}: "{name}" stands {names[name]} times; each {key} stands once.'
    owners: dict[str, list[str]] = {}
    for entry in _tables(raw, "department"):
        topics = entry.get("topics", [entry.get("key")])
        for topic in topics if isinstance(topics, list) else []:
            owners.setdefault(str(topic), []).append(str(entry.get("key")))
    for topic, keys in owners.items():
        if len(set(keys)) > 1:
            yield f'department: the topic "{topic}" belongs to {" and ".join(keys)}; each topic has one owner.'
    if len([entry for entry in _tables(raw, "department") if entry.get("fallback") is True]) > 1:
        yield "department: fallback = true stands more than once; one department takes what nobody owns."


def _references(raw: dict[str, Any]) -> Iterator[str]:
    departments = {str(entry.get("key")) for entry in _tables(raw, "department")}
    mailboxes = {str(entry.get("name")) for entry in _tables(raw, "mailbox")}
    for number, rule in enumerate(_tables(raw, "rule"), 1):
        where = f'rule[{number}] ("{rule.get("name", "")}")'
        then, when = rule.get("then"), rule.get("when")
        target = then.get("department") if isinstance(then, dict) else None
        if isinstance(target, str) and target not in departments:
            yield f'{where}.then.department: there is no department "{target}".'
        if then == {}:
            yield f"{where}.then: decides nothing; name at least one action."
        if when == {}:
            yield f"{where}.when: names no condition; a rule needs at least one."
        named = when.get("mailbox") if isinstance(when, dict) else None
        for name in [named] if isinstance(named, str) else named if isinstance(named, list) else []:
            if name not in mailboxes:
                yield f'{where}.when.mailbox: there is no mailbox "{name}".'
    for number, entry in enumerate(_tables(raw, "department"), 1):
        deliver = entry.get("deliver", [])
        for place, target in enumerate(deliver if isinstance(deliver, list) else [], 1):
            named = target.get("mailbox") if isinstance(target, dict) else None
            if isinstance(named, str) and named not in mailboxes:
                yield f'department[{number}] ("{entry.get("key")}").deliver[{place}].mailbox: there is no mailbox "{named}".'


def _folders(raw: dict[str, Any]) -> Iterator[str]:
    """What is moved or delivered into a folder that is read would come back as new mail, for ever."""
    watched: dict[str, set[str]] = {}
    for number, entry in enumerate(_tables(raw, "mailbox"), 1):
        read, done = (spelled(entry.get(*key)) for key in (("folder", "INBOX"), ("processed_folder", "Bearbeitet")))
        watched.setdefault(str(entry.get("name")), set()).update((read, done))
        if read == done:
            yield f"mailbox[{number}].processed_folder: is the folder that is read; name another."
    for number, entry in enumerate(_tables(raw, "department"), 1):
        deliver = entry.get("deliver", [])
        for place, target in enumerate(deliver if isinstance(deliver, list) else [], 1):
            folder = target.get("folder") if isinstance(target, dict) else None
            into = [target["mailbox"]] if isinstance(folder, str) and "mailbox" in target else list(watched)
            if isinstance(folder, str) and any(spelled(folder) in watched.get(str(name), ()) for name in into):
                where = f'department[{number}] ("{entry.get("key")}").deliver[{place}].folder'
                yield f'{where}: "{folder}" is read, or filled, by anliegen itself; name another.'


def _secrets(raw: dict[str, Any]) -> Iterator[str]:
    places = [(f"mailbox[{n}]", entry) for n, entry in enumerate(_tables(raw, "mailbox"), 1)]
    for where, entry in [*places, ("smtp", _table(raw, "smtp"))]:
        named = [key for key in ("password", "password_env", "password_file", "password_credential") if key in entry]
        if len(named) > 1:
            yield f"{where}: {' and '.join(named)} contradict each other; keep one."
        if where == "smtp" and "username" in entry and not named:
            yield "smtp.username: needs a password; name password_env, password_file or password_credential."


def _doors(raw: dict[str, Any]) -> Iterator[str]:
    places = [(f"mailbox[{n}]", entry) for n, entry in enumerate(_tables(raw, "mailbox"), 1)]
    for where, entry in [*places, ("smtp", _table(raw, "smtp"))]:
        if entry.get("security") == "none" and entry.get("host") not in LOOPBACK:
            yield f'{where}.security: "none" is allowed for {", ".join(LOOPBACK)} only; use tls or starttls.'
    sender = _table(raw, "smtp").get("from")
    if isinstance(sender, str):
        bare = re.sub(r"^.*<([^<>]*)>\s*$", r"\1", sender).strip()
        try:
            address(bare)
        except ValueError:
            yield 'smtp.from: needs an address, for example "Stadt Musterlingen <buergerpost@musterlingen.example>".'
        if any(ord(sign) < 32 for sign in sender):
            yield "smtp.from: holds a control character."
    url = _table(raw, "database").get("url", "sqlite:///anliegen.db")
    if isinstance(url, str) and not re.match(r"(sqlite:///.+|postgres(ql)?(\+psycopg)?://.+)", url):
        yield "database.url: begins with sqlite:/// and a path, or with postgresql://."


def _spans(raw: dict[str, Any]) -> Iterator[str]:
    for number, entry in enumerate(_tables(raw, "department"), 1):
        for key in ("hours", "phone_hours"):
            try:
                hours = Hours.model_validate(entry.get(key) or {})
            except ValidationError:
                continue
            for problem in hours.problems():
                yield f'department[{number}] ("{entry.get("key")}").{key}.{problem}.'
