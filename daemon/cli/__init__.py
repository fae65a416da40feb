"""The command `anliegen`: one file a command. What stands here is what they share: errors and `--config`.

Exit status: 0 done; 1 failed, with one sentence on standard error; 2 usage or configuration error, all
problems at once. Never a traceback for what a person can mend.
"""

from __future__ import annotations

import gc
import os
import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import typer

from daemon import __version__, logs
from daemon.cli.shared import Place
from daemon.errors import AnliegenError, ConfigError

#: What a command that Ctrl-C ended returns.
INTERRUPTED = 130

#: The commands in the order of `--help`, and where each is. A module is loaded when its command is called.
COMMANDS = {
    "run": "run:run",
    "check": "check:check",
    "inspect": "inspect:inspect",
    "tickets": "tickets:app",
    "status": "status:status",
    "reconcile": "reconcile:reconcile",
    "backup": "backup:backup",
    "quarantine": "quarantine:app",
    "outbox": "outbox:app",
    "train": "training:train",
    "evaluate": "evaluating:evaluate",
    "model": "model:app",
    "demo": "demo:demo",
    "db": "database:app",
}


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"anliegen {__version__}")
        raise typer.Exit


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        name="anliegen",
        help="The daemon behind a municipality's mailbox: sorts, acknowledges and routes citizens' mail.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_options)
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(import_module(f"daemon.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _options(
    context: typer.Context,
    config: str | None = typer.Option(
        None, metavar="PATH", help="Else $ANLIEGEN_CONFIG, else ./config.toml, else /etc/anliegen/config.toml."
    ),
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Options of every command; `--config` may stand before or behind the command's name."""
    context.obj = Place.named(config)


def main() -> NoReturn:
    """Run the command line and end the process with its status."""
    logs.setup("WARNING")
    sys.exit(_status(_config_first(sys.argv[1:])))


def _status(arguments: list[str]) -> int:
    try:
        command = application(_called(arguments))
    except KeyboardInterrupt:
        print("Stopped before anything began.", file=sys.stderr)
        return INTERRUPTED
    _collect()
    try:
        result = command(arguments, standalone_mode=False)
    except ConfigError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 2
    except AnliegenError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        place = f" at {error.filename}" if error.filename else ""
        print(f"The system refused{place} ({error.strerror}): mend that, then call the command again.", file=sys.stderr)
        return 1
    except Exception as error:
        return _usage_or_bug(error)
    if result == INTERRUPTED:
        print("Stopped. What was recorded stays recorded.", file=sys.stderr)
    return result if isinstance(result, int) else 0


def _collect() -> None:
    """From here on there is garbage. What was loaded is none: looking through it, now and at the end, takes longer
    than many a command."""
    gc.freeze()
    gc.enable()


def _usage_or_bug(error: Exception) -> int:
    """Click's own errors know how to show themselves; anything else is a bug, and its place is what we need to know.

    A traceback quotes what it stumbled over, which may be a citizen's words: it is shown on demand alone.
    """
    show = getattr(error, "show", None)
    if show is not None:
        show()
        return int(getattr(error, "exit_code", 2))
    if os.environ.get("ANLIEGEN_TRACEBACK"):
        traceback.print_exception(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    print(
        f"An error in this release ended the command ({type(error).__name__}, {Path(place.filename).name} line"
        f" {place.lineno}). What was recorded stays recorded. Please report it, with what ANLIEGEN_TRACEBACK=1 shows.",
        file=sys.stderr,
    )
    return 1


def _called(arguments: list[str]) -> Iterable[str]:
    """The command that is called, alone; all of them where help or a correction of the word needs them."""
    words = arguments[2:] if arguments[:1] == ["--config"] else arguments
    if words[:1] == ["--version"]:
        return []
    named = next((word for word in words if word != "--"), None)
    return [named] if named in COMMANDS else COMMANDS


def _config_first(arguments: list[str]) -> list[str]:
    """Let `--config` stand anywhere: it is moved before the command's name."""
    rest: list[str] = []
    moved: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*moved, *rest, word, *words]
        if word == "--config":
            moved = [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word.startswith("--config="):
            moved = [word]
        else:
            rest.append(word)
    return [*moved, *rest]
