"""From the file to a `Config`, or to all its problems at once, each with its key path."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from daemon.config.meaning import meaning
from daemon.config.shapes import Config
from daemon.config.values import SHAPES
from daemon.errors import ConfigError


def find(explicit: Path | None) -> Path:
    """The configuration's path: `--config`, $ANLIEGEN_CONFIG, ./config.toml, /etc/anliegen/config.toml."""
    if explicit is not None:
        return explicit
    if named := os.environ.get("ANLIEGEN_CONFIG"):
        return Path(named)
    here = Path("config.toml")
    return here if here.exists() else Path("/etc/anliegen/config.toml")


def load(path: Path) -> Config:
    """Read and check the file. Raises `ConfigError` with every problem found, one sentence each."""
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror}): name another with --config."]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8 at octet {error.start}: save it as UTF-8."]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: is not TOML: {error}."]) from None
    return parse(raw, path.resolve().parent)


def parse(raw: dict[str, Any], base: Path) -> Config:
    """Check a configuration that is already a dictionary. Raises `ConfigError` with all problems."""
    config, problems = None, []
    try:
        config = Config.model_validate(
            {**{k: v for k, v in raw.items() if k != "base"}, "base": base}, context={"base": base}
        )
        if "base" in raw:
            problems.append("base: is not a key of this file.")
    except ValidationError as error:
        problems.extend(_sentence(raw, item) for item in error.errors())
    problems.extend(meaning(raw))
    if config is None or problems:
        raise ConfigError(problems)
    return config


def _sentence(raw: dict[str, Any], item: Any) -> str:
    path = _key_path(raw, tuple(item["loc"]))
    if item["type"] == "extra_forbidden":
        return f"{path}: is not a key that anliegen knows; see config.example.toml."
    if item["type"] == "missing":
        return f"{path}: is missing."
    message = SHAPES.get(item.get("ctx", {}).get("pattern", ""), item["msg"].removeprefix("Value error, "))
    return f"{path}: {message[0].lower()}{message[1:].rstrip('.')}."


def _key_path(raw: dict[str, Any], loc: tuple[str | int, ...]) -> str:
    """`rule[2].when.subject`, with the entry's own name behind it where it has one; counted from 1."""
    path, value, name = "", raw, None
    for step in loc:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        elif step in ("MailTarget", "FolderTarget", "WebhookTarget") or "[" in step:
            continue
        else:
            path += f".{step}" if path else step
        try:
            value = value[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            value = {}
        if isinstance(step, int) and isinstance(value, dict):
            name = value.get("key") or value.get("name") or name
    return f'{path} ("{name}")' if isinstance(name, str) else path
