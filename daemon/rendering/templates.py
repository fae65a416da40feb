"""Where templates come from and how they are filled: the only module that knows jinja2.

The administrator's folder comes first, file by file; what it lacks is ours. Undefined names are errors, and
the sandbox keeps a template from reaching anything but the values it is given. A template that fails in the
administrator's folder is replaced by ours at that moment and reported: a citizen gets a right text rather
than none.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError, meta, nodes
from jinja2.ext import Extension
from jinja2.sandbox import ImmutableSandboxedEnvironment

from daemon.errors import TemplateError
from daemon.logs import event
from daemon.rendering import sheet, words
from daemon.rendering.words import Words

log = logging.getLogger(__name__)

#: What a template may be given: plain values, lists of records of plain values, nothing with behaviour.
Value = str | int | bool | None | list[str] | list[dict[str, str]]
Values = Mapping[str, Value]


def shipped_folder() -> Path:
    """The folder of the templates that come with the program."""
    return Path(str(files("templates")))


class _SwissSpelling(Extension):
    """Swiss German knows no ß: the template's own text is spelled so, values are left as they are."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source.replace("ß", "ss")


class Templates:
    """All templates of one configuration. `own_folder` is the administrator's, or None."""

    def __init__(self, own_folder: Path | None, swiss: bool = False) -> None:
        self._ours = _environment([shipped_folder()], swiss)
        self._merged = _environment([own_folder, shipped_folder()], swiss) if own_folder else self._ours
        self._words: dict[str, Words] = {}

    def names(self) -> list[str]:
        """Every template there is, ours and the administrator's."""
        return [name for name in self._merged.list_templates() if name.endswith(".j2")]

    def shipped(self, name: str) -> bool:
        """True where we ship a template of that name."""
        return name in self._ours.list_templates()

    def referenced(self, name: str) -> bool:
        """True where another template extends, includes or imports this one."""
        return any(name in self._references(other) for other in self.names() if other != name)

    def path(self, name: str) -> str:
        """The file that a template is read from."""
        return _source(self._merged, name)[1]

    def languages(self) -> list[str]:
        """The languages that an acknowledgement can be written in."""
        found = (re.fullmatch(r"ack/(\w+)/words\.toml", name) for name in self._ours.list_templates())
        return [match[1] for match in found if match]

    def render(self, name: str, values: Values) -> str:
        """Fill a template. Raises `TemplateError` only where ours fails."""
        try:
            return _fill(self._merged, name, values)
        except TemplateError as error:
            if self._merged is self._ours:
                raise
            event(
                log,
                logging.ERROR,
                "template_failed",  # in what class, not in what words: they may quote what the template was given
                f"{error.place}: {error.why}. The text that comes with the program is used until it is mended.",
            )
            return _fill(self._ours, name, values)

    def strict(self, name: str, values: Values) -> str:
        """Fill a template as it stands. Raises `TemplateError` with file and line."""
        return _fill(self._merged, name, values)

    def words(self, language: str) -> Words:
        """The facts of a language. Raises `TemplateError` only where ours fails."""
        if language not in self._words:
            try:
                self._words[language] = self.strict_words(language)
            except TemplateError as error:
                if self._merged is self._ours:
                    raise
                event(
                    log,
                    logging.ERROR,
                    "template_failed",
                    f"{error} The words that come with the program are used until it is mended.",
                )
                self._words[language] = _words(self._ours, language)
        return self._words[language]

    def strict_words(self, language: str) -> Words:
        """The facts of a language as they stand. Raises `TemplateError` that names the file."""
        return _words(self._merged, language)

    def _references(self, name: str) -> set[str | None]:
        try:
            return set(meta.find_referenced_templates(self._merged.parse(_source(self._merged, name)[0])))
        except (TemplateSyntaxError, TemplateError):
            return set()

    def problems(self, name: str, known: Iterable[str]) -> Iterator[str]:
        """What is wrong with a template by reading it: syntax, and names that no value has, in any branch."""
        try:
            source, path = _source(self._merged, name)
            tree = self._merged.parse(source, name, path)
        except TemplateSyntaxError as error:
            yield f"{error.filename or name}:{error.lineno}: {error.message}."
            return
        except TemplateError as error:
            yield str(error)
            return
        unknown = meta.find_undeclared_variables(tree) - set(known) - set(self._merged.globals)
        for node in tree.find_all(nodes.Name):
            if node.name in unknown and node.ctx == "load":
                yield f'{path}:{node.lineno}: "{node.name}" is not a value that this template is given.'


def _environment(folders: Iterable[Path], swiss: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[_SwissSpelling] if swiss else [],
    )
    # what is not offered cannot be used by mistake: no clock-like, no random, no loop-making globals
    environment.globals = {"link": sheet.link, "phone": sheet.phone}
    return environment


def _fill(environment: ImmutableSandboxedEnvironment, name: str, values: Values) -> str:
    try:
        return environment.get_template(name).render(values)
    except TemplateSyntaxError as error:
        raise _failure(f"{error.filename or name}:{error.lineno}", error, error.message) from error
    except TemplateNotFound as error:
        raise _failure(name, error, f"there is no template {error.name}") from error
    except Exception as error:  # whatever an administrator's template does, it is that template's failure
        raise _failure(_place(error, name), error, str(error)) from error


def _failure(place: str, error: Exception, said: str | None) -> TemplateError:
    return TemplateError(f"{place}: {said}.", place, type(error).__name__)


def _place(error: Exception, name: str) -> str:
    """File and line in the innermost template; jinja2 writes them into the traceback."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else name


def _source(environment: ImmutableSandboxedEnvironment, name: str) -> tuple[str, str]:
    loader = environment.loader
    assert loader is not None
    try:
        source, path, _ = loader.get_source(environment, name)
    except TemplateNotFound:
        raise TemplateError(f"{name}: there is no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{name}: cannot be read as UTF-8 ({error}).") from None
    return source, path or name


def _words(environment: ImmutableSandboxedEnvironment, language: str) -> Words:
    source, path = _source(environment, f"ack/{language}/words.toml")
    return words.read(source, path)
