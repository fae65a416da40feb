"""config.example.toml is the manual of every key: none is missing, none is invented, all of it loads."""

import re
import tomllib
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel, TypeAdapter

from daemon import config
from daemon.config import Config, FolderTarget, MailTarget, WebhookTarget, load, parse

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "config.example.toml"
LINES = EXAMPLE.read_text("utf-8").splitlines()
KEY = re.compile(r"^(?P<off>#?)(?P<key>[a-z_]+) = ")
TABLE = re.compile(r"^\[\[?([a-z_.]+)\]?\]$")
OFF = [number for number, line in enumerate(LINES) if line.startswith("#") and KEY.match(line)]
FREE = {"names", "header"}  # tables whose keys are the administrator's own


def models(annotation: object) -> list[type[BaseModel]]:
    """Every model that stands somewhere inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in models(part)]


def known(model: type[BaseModel], path: str = "") -> set[str]:
    """The key paths of a model: `department.hours.mon`; lists do not count as a step."""
    found = set()
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        here = f"{path}{field.alias or name}"
        inner = {key for part in models(field.annotation) for key in known(part, f"{here}.")}
        found |= inner or {here}
    return found


def named(value: object, path: str = "") -> set[str]:
    """The key paths that stand in a piece of TOML."""
    if isinstance(value, list):
        inner = {key for entry in value if isinstance(entry, dict | list) for key in named(entry, path)}
        return inner or {path}
    if isinstance(value, dict) and path.rpartition(".")[2] not in FREE:
        return {key for name, entry in value.items() for key in named(entry, f"{path}.{name}" if path else name)}
    return {path}


def section(number: int) -> str:
    """The table that a line belongs to."""
    return next(found[1] for line in reversed(LINES[:number]) if (found := TABLE.match(line)))


def stands() -> set[str]:
    keys = named(tomllib.loads(EXAMPLE.read_text("utf-8")))
    for number in OFF:
        keys |= named({section(number): tomllib.loads(LINES[number][1:])})
    return keys


def test_targets_are_found_in_the_annotation_of_deliver() -> None:
    """The test's own eyes: a walk that sees no target would prove nothing."""
    assert {MailTarget, FolderTarget, WebhookTarget} <= set(
        models(config.Department.model_fields["deliver"].annotation)
    )


def test_every_key_stands_in_the_example() -> None:
    assert known(Config) - stands() == set()


def test_every_key_of_the_example_is_known() -> None:
    assert stands() - known(Config) == set()


def test_the_example_loads_without_any_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUERGERPOST_PASSWORD", raising=False)
    assert load(EXAMPLE).organisation.name == "Stadt Musterlingen"


@pytest.mark.parametrize("number", OFF, ids=lambda number: f"{section(number)}.{LINES[number][1:40]}")
def test_every_line_that_is_switched_off_can_be_switched_on(number: int) -> None:
    """The line replaces its active namesake; of the four places for a password one stands at a time."""
    found = KEY.match(LINES[number])
    assert found is not None
    rivals = r"password[a-z_]*" if found["key"].startswith("password") else found["key"]
    begin = next(i for i in range(number, -1, -1) if TABLE.match(LINES[i]))
    end = next((i for i in range(number, len(LINES)) if TABLE.match(LINES[i])), len(LINES))
    kept = [line for i, line in enumerate(LINES) if not (begin < i < end and re.match(rf"{rivals} = ", line))]
    kept.insert(begin + 1, LINES[number][1:])
    parse(tomllib.loads("\n".join(kept)), ROOT)


def test_every_key_has_words_of_its_own() -> None:
    """A comment stands right above each key, where the key stands first in its section."""
    seen, bare = set(), []
    for number, line in enumerate(LINES):
        if not (found := KEY.match(line)):
            continue
        place = (section(number), found["key"])
        if place not in seen and not LINES[number - 1].startswith("# "):
            bare.append(place)
        seen.add(place)
    assert bare == []


@pytest.mark.parametrize("number", OFF, ids=lambda number: f"{section(number)}.{LINES[number][1:40]}")
def test_a_default_that_is_shown_is_the_default(number: int) -> None:
    """Where the model has a default other than nothing, the switched-off line shows that value."""
    ((key, value),) = tomllib.loads(LINES[number][1:]).items()
    model = models(Config.model_fields[section(number)].annotation)[0]
    if model is config.Rule:
        return
    field = next(field for name, field in model.model_fields.items() if (field.alias or name) == key)
    default = field.get_default(call_default_factory=True)
    shown = TypeAdapter(typing.Annotated[field.annotation, key, *field.metadata]).validate_python(value)
    assert default in (None, [], shown)


DEPARTMENTS = [
    "buergerbuero", "bauamt", "tiefbau", "ordnungsamt", "abfall", "gruen", "soziales", "jugend", "steuern",
    "standesamt", "migration", "kultur", "zentrale",
]  # fmt: skip


def test_the_departments_that_the_shipped_model_knows() -> None:
    example = load(EXAMPLE)
    assert [department.key for department in example.department] == DEPARTMENTS
    assert example.fallback.key == "zentrale"
