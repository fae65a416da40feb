"""The command `anliegen`: one file a command. What stands here is what they share: errors and `--config`.

Exit status: 0 done; 1 failed, with one sentence on standard error; 2 usage or configuration error, all
problems at once. Never a traceback for what a person can mend.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import typer

from daemon import __version__, logs
from daemon.cli import (
    aside,
    backup,
    check,
    database,
    demo,
    inspect,
    model,
    outbox,
    quarantine,
    reconcile,
    run,
    status,
    tickets,
    training,
)
from daemon.cli.shared import Place
from daemon.errors import AnliegenError, ConfigError

#: What a command that Ctrl-C ended returns.
INTERRUPTED = 130

app = typer.Typer(
    name="anliegen",
    help="The daemon behind a municipality's mailbox: sorts, acknowledges and routes citizens' mail.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"anliegen {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: str | None = typer.Option(
        None, metavar="PATH", help="Else $ANLIEGEN_CONFIG, else ./config.toml, else /etc/anliegen/config.toml."
    ),
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Options of every command; `--config` may stand before or behind the command's name."""
    context.obj = Place.named(config)


app.command("run")(run.run)
app.command("check")(check.check)
app.command("inspect")(inspect.inspect)
tickets.app.command("aside")(aside.aside)
tickets.app.command("adopt")(aside.adopt)
app.add_typer(tickets.app, name="tickets")
app.command("status")(status.status)
app.command("reconcile")(reconcile.reconcile)
app.command("backup")(backup.backup)
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(outbox.app, name="outbox")
app.command("train")(training.train)
app.command("evaluate")(training.evaluate)
app.add_typer(model.app, name="model")
app.command("demo")(demo.demo)
app.add_typer(database.app, name="db")


def main() -> NoReturn:
    """Run the command line and end the process with its status."""
    logs.setup("WARNING")
    sys.exit(_status(_config_first(sys.argv[1:])))


def _status(arguments: list[str]) -> int:
    try:
        result = app(arguments, standalone_mode=False)
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
