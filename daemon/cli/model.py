"""`anliegen model`: what was trained, and with what result; take an old model back; give the model lessons; drift."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Column, Table

from classifiers import CATEGORIES
from daemon import learning
from daemon.cli.shared import Place, console, in_json, refuse, safe, store
from daemon.clock import SystemClock
from daemon.config import Config
from daemon.errors import AnliegenError
from daemon.store.lessons import MOST
from daemon.store.models import IN_FORCE, RETIRED, SHIPPED, figures
from daemon.store.weeks import Week
from daemon.tables import ModelRow

app = typer.Typer(help="The model: its trainings, its lessons, how it fares.", invoke_without_command=True)

#: Trainings that a person is shown; --json has all.
SHOWN = 20


@app.callback()
def model(
    context: typer.Context,
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line, the newest first."),
) -> None:
    """Every training with its figures, the newest first, and which model is in force."""
    if context.invoked_subcommand is not None:
        return
    place: Place = context.obj
    config = place.load()
    with store(config, read_only=True) as opened:
        rows, takeable = opened.models.history(), opened.models.takeable()
        sources = opened.lessons.sources()
    if as_json:
        for row in rows:
            typer.echo(in_json(_json(row, takeable)))
        return
    out = console()
    if not rows:
        out.print("The shipped corpus' own model is in force; nothing was taught yet.")
    else:
        out.print(_table(rows[:SHOWN], takeable, config))
    for row in rows:
        if row.pinned:
            out.print("A person took this model back: no night replaces it until `anliegen model resume`.")
    for name, lessons in sources:
        out.print(f"Lessons of {safe(name)}: {lessons}.")


@app.command("rollback")
def rollback(
    context: typer.Context,
    number: int | None = typer.Argument(None, help="Which one, as `anliegen model` numbers them; else the one before."),
) -> None:
    """Put an old model in force. No night replaces it until `anliegen model resume` or `anliegen train`."""
    place: Place = context.obj
    with store(place.load(), read_only=False) as opened:
        row = opened.models.take_back(number)
    if row is None:
        such = "older model" if number is None else "such model"
        raise AnliegenError(f"There is no {such} to take back: `anliegen model` shows which there are.")
    console().print(
        f"Model {row.id} ({row.name}) is in force again; a running daemon takes it within seconds."
        " No night replaces it until `anliegen model resume`."
    )


@app.command("resume")
def resume(context: typer.Context) -> None:
    """Let the nights replace the model again that was taken back."""
    place: Place = context.obj
    with store(place.load(), read_only=False) as opened:
        unpinned = opened.models.unpin()
    console().print("The model learns again." if unpinned else "It was learning already.")


@app.command("teach")
def teach(
    context: typer.Context, file: Path = typer.Argument(help="One JSON object a line, see docs/learning.md.")
) -> None:
    """Give the model texts with their labels; those of a file of the same name before are replaced."""
    place: Place = context.obj
    config = place.load()
    lessons, problems = learning.read_lessons(file, config)
    refuse(problems)
    with store(config, read_only=False) as opened:
        gone = opened.lessons.teach(file.name, lessons, SystemClock().now())
        total = sum(count for _, count in opened.lessons.sources())
    instead = f", in place of {gone}" if gone else ""
    console().print(f"{len(lessons)} lessons of {file.name} are kept{instead}; the next training learns from them.")
    if total > MOST:
        console().print(f"There are {total} lessons in all: the last {MOST} are learnt from.")


@app.command("forget")
def forget(
    context: typer.Context, name: str = typer.Argument(help="The file's name, as `anliegen model` shows it.")
) -> None:
    """Delete the lessons of a file."""
    place: Place = context.obj
    with store(place.load(), read_only=False) as opened:
        gone = opened.lessons.teach(name, (), SystemClock().now())
    if not gone:
        raise AnliegenError(f"There are no lessons of {name}: `anliegen model` shows which there are.")
    console().print(f"{gone} lessons of {name} are deleted; the next training does without them.")


@app.command("drift")
def drift(
    context: typer.Context, as_json: bool = typer.Option(False, "--json", help="One JSON object: weeks and sentences.")
) -> None:
    """How many tickets of each week were guesses or corrected, what they were, and whether the last weeks differ."""
    place: Place = context.obj
    config = place.load()
    today = SystemClock().now().astimezone(config.organisation.zone).date()
    with store(config, read_only=True) as opened:
        weeks = learning.weeks(opened, config, today)
    sentences = learning.drift(weeks, today)
    if as_json:
        typer.echo(in_json({"weeks": [_week(week) for week in weeks], "sentences": sentences}))
        return
    out = console()
    out.print(_weeks(weeks) if weeks else "There is no ticket yet.")
    for sentence in sentences or (["The last weeks do not differ notably from those before."] if weeks else []):
        out.print(sentence)


def _json(row: ModelRow, takeable: set[int]) -> dict[str, object]:
    return {
        "number": row.id,
        "name": row.name or None,
        "status": row.status,
        "at": row.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "by": row.actor,
        "corrections": row.corrections,
        "pinned": row.pinned,
        "can_be_taken_back": row.id in takeable,
        "figures": row.figures,
        "why": row.why,
    }


def _table(rows: list[ModelRow], takeable: set[int], config: Config) -> Table:
    table = Table(
        *(Column(name, no_wrap=True) for name in ("number", "at", "status", "model", "lessons")),
        "right answers on texts held back, old → new",
        box=None,
    )
    for row in rows:
        status = "in force" if row.status == IN_FORCE else row.status.replace("_", " ")
        table.add_row(
            str(row.id),
            f"{row.at.astimezone(config.organisation.zone):%Y-%m-%d %H:%M}",
            status + ("" if row.id not in takeable else " *"),
            row.name,
            str(row.corrections),
            learning.told(figures(row)) or safe(row.why) or ("not compared" if _is_learnt(row) else ""),
        )
    if takeable:
        table.caption = "* can be taken back: anliegen model rollback NUMBER"
    return table


def _is_learnt(row: ModelRow) -> bool:
    """Whether the training made a model, and not the shipped corpus' own, which there is nothing to compare with."""
    return row.status in (IN_FORCE, *RETIRED) and row.name != SHIPPED


def _week(week: Week) -> dict[str, object]:
    return {
        "monday": week.monday.isoformat(),
        "tickets": week.tickets,
        "unsure": week.unsure,
        "department_unsure": week.department_unsure,
        "corrected": week.corrected,
        "categories": {name: week.categories.get(name, 0) for name in CATEGORIES},
    }


def _weeks(weeks: list[Week]) -> Table:
    names = ("week from", "tickets", "category a guess", "department a guess", "corrected", *CATEGORIES)
    table = Table(*(Column(name, no_wrap=True, justify="right") for name in names), box=None)
    for week in weeks[-26:]:
        shares = (week.unsure, week.department_unsure, week.corrected)
        table.add_row(
            week.monday.isoformat(),
            str(week.tickets),
            *(f"{count / week.tickets:.0%}" for count in shares),
            *(str(week.categories.get(name, 0)) for name in CATEGORIES),
        )
    return table
