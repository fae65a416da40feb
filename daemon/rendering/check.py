"""Proves the templates before a citizen sees them: read for undefined names, then filled with sample facts.

Every language, category and staff mail; the administrator's files as they stand, without falling back to ours.
Where there are none of these, a start does not prove ours again, as the tests did: it takes half a second.
"""

from __future__ import annotations

from collections.abc import Iterator

from daemon.calendar import Calendar
from daemon.config import Config
from daemon.errors import TemplateError
from daemon.rendering import samples
from daemon.rendering.templates import Templates, Values
from daemon.rendering.words import Words


def problems(config: Config, calendar: Calendar, templates: Templates, *, ours: bool) -> list[str]:
    """One sentence each, with file and line, without doubles. `ours`: also where all texts are the program's own."""
    found = [*_folder(config), *_languages(templates)]
    for name in templates.names() if ours or config.templates.folder is not None else ():
        found.extend(_template(name, config, calendar, templates))
    return list(dict.fromkeys(found))


def _folder(config: Config) -> Iterator[str]:
    folder = config.templates.folder
    if folder is not None and not config.path(folder).is_dir():
        yield f"templates.folder: {config.path(folder)} is no folder: make it, or take the key out to use our texts."


def _languages(templates: Templates) -> Iterator[str]:
    for language in templates.languages():
        try:
            templates.strict_words(language)
        except TemplateError as error:
            yield str(error)


def _template(name: str, config: Config, calendar: Calendar, templates: Templates) -> Iterator[str]:
    filled = samples.of(name, config, calendar, _words(name, config, templates))
    if filled is None or not (templates.shipped(name) or templates.referenced(name)):
        yield f"{templates.path(name)}: replaces no text of ours and no template uses it; check its name."
        return
    unreadable = list(templates.problems(name, filled[0]))
    yield from unreadable or _filled(name, filled, templates)


def _filled(name: str, filled: list[Values], templates: Templates) -> Iterator[str]:
    for values in filled:
        try:
            templates.strict(name, values)
        except TemplateError as error:
            yield str(error)


def _words(name: str, config: Config, templates: Templates) -> Words:
    language = name.partition("/")[2].partition("/")[0]
    return templates.words(language if language in templates.languages() else config.organisation.languages[0])
