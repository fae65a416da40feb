"""`anliegen evaluate`: how good the model is, on the shipped corpus, on what was taught, on a file of texts.

A model is only ever asked about what it has not learnt: the corpus and the lessons are held back part by part from
trainings of their own; of a file, texts that were taught are left out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import typer

import classifiers
from classifiers import Classifier, Example, Report
from classifiers.corpus import corpus_id, shipped_examples
from classifiers.lessons import Lesson, settled
from daemon import __version__, learning
from daemon.cli.judging import progress
from daemon.cli.shared import Place, console, in_json, refuse, safe, store
from daemon.clock import SystemClock
from daemon.config import Config
from daemon.errors import AnliegenError, StoreError
from daemon.store import Store

#: What the origins of lessons begin with, and what they are called in a report: not sender by sender.
KINDS = {"office-": "corrected tickets", "given-": "taught files"}
HARDER = (
    "Staff correct above all what the model had wrong: on corrected tickets figures are lower than over all mail.",
    "Where a department answers for several topics, each of them counts as acceptable.",
)
#: The model of cross-validation.
ANEW = (("model", "trained anew for each part"),)


def evaluate(
    context: typer.Context,
    html: Path | None = typer.Option(None, metavar="FILE", help="Write the report with its curves there, too."),
    as_json: bool = typer.Option(False, "--json", help="Print the figures as one JSON object."),
    lessons: bool = typer.Option(
        False, "--lessons", help="Measure on what staff corrected and files taught, held back in turn."
    ),
    file: Path | None = typer.Option(
        None, metavar="FILE", help="Measure the model in force on labelled texts, as `model teach` takes them."
    ),
) -> None:
    """Measure the model by cross-validation on the corpus: precision, recall and F1 by category, topic and language."""
    refuse([*(_unwritable(html) if html else ()), *_both(lessons, file)])
    place: Place = context.obj
    if file is not None:
        report = _on_a_file(file, place.load())
    elif lessons:
        report = _on_lessons(place.load())
    else:
        with progress("evaluating") as step:
            report = replace(classifiers.evaluate(progress=step), about=ANEW)
    now = SystemClock().now()
    release = (("release", f"anliegen {__version__}"), ("corpus", corpus_id()), ("date", f"{now:%Y-%m-%d %H:%M} UTC"))
    report = replace(report, about=(*report.about, *release))
    typer.echo(in_json(report.as_dict()) if as_json else report.text())
    if html is not None:
        html.write_text(report.html(), "utf-8")
        console(error=True).print(f"The report is in {html}.")


def _on_lessons(config: Config) -> Report:
    with store(config, read_only=True) as opened:
        return _measured(opened, config)


def _measured(opened: Store, config: Config) -> Report:
    """Trainings of corpus and lessons, each asked about the part that it has not seen; the lessons alone are told."""
    taught = learning.lessons(opened.lessons.corrected(), opened.lessons.given(), config)
    if not taught:
        raise AnliegenError("Nothing was corrected or taught yet: `anliegen evaluate` measures on the corpus.")
    with progress("loading the model") as step:
        model = learning.in_force(opened, config, step)
    with progress("evaluating") as step:
        report = classifiers.evaluate(examples=[*shipped_examples(), *_examples(taught, model)], progress=step)
    named = {each.origin: name for each in taught for begin, name in KINDS.items() if each.origin.startswith(begin)}
    report = _as_configured(report.by(named), config)
    return replace(report, title="corrected tickets and taught files, held back in turn", about=ANEW, notes=HARDER)


def _on_a_file(file: Path, config: Config) -> Report:
    """The model in force, asked about texts that it was not taught."""
    rows, problems = learning.read_lessons(file, config)
    refuse(problems)
    now = SystemClock().now()
    given = [each.row(number, file.name, now) for number, each in enumerate(rows, 1)]
    model, known = _in_force(config)
    texts = {each.text for each in known}
    labelled = learning.lessons((), given, config)
    asked = [each for each in labelled if each.text not in texts]
    left_out = len(labelled) - len(asked)
    if not labelled:
        raise AnliegenError(f"No text of {safe(file.name)} names a category or a topic: there is nothing to compare.")
    if not asked:
        raise AnliegenError(f"All texts of {safe(file.name)} were taught: what the model says of them proves nothing.")
    report = classifiers.evaluate(model, [replace(each, origin=safe(file.name)) for each in _examples(asked, model)])
    taught = (f"Texts left out because they were taught to the model: {left_out}.",) if left_out else ()
    return replace(
        _as_configured(report, config),
        title=f"the model in force on {safe(file.name)}",
        about=(("model", model.id), *_thresholds(model, config)),
        notes=(*taught, HARDER[1]),
    )


def _in_force(config: Config) -> tuple[Classifier, list[Lesson]]:
    """The model that decides, and all that it may have learnt; without a database the shipped corpus' own."""
    with progress("loading the model") as step:
        try:
            with store(config, read_only=True) as opened:
                known = learning.lessons(opened.lessons.corrected(), opened.lessons.given(), config)
                return learning.in_force(opened, config, step), known
        except StoreError:
            return learning.classifier(config, step), []


def _examples(lessons: Sequence[Lesson], model: Classifier) -> list[Example]:
    """Lessons as examples; where a department has several topics, a careful clerk accepts any of them."""
    found = zip(settled(lessons, model), lessons, strict=True)
    return [replace(example, also_topic=lesson.topics if example.topic else ()) for example, lesson in found]


def _as_configured(report: Report, config: Config) -> Report:
    """What is sure, the office may have decided itself."""
    category, topic = config.classification.category_threshold, config.classification.department_threshold
    return replace(
        report,
        category=report.category if category is None else report.category.called_sure_from(category),
        topic=report.topic if topic is None else report.topic.called_sure_from(topic),
    )


def _thresholds(model: Classifier, config: Config) -> tuple[tuple[str, str], ...]:
    chosen = config.classification
    category = model.model.category.threshold if chosen.category_threshold is None else chosen.category_threshold
    topic = model.model.topic.threshold if chosen.department_threshold is None else chosen.department_threshold
    return ("category is sure from", f"{category:.3f}"), ("topic is sure from", f"{topic:.3f}")


def _both(lessons: bool, file: Path | None) -> list[str]:
    return ["--lessons, --file: name one of them; each is a report of its own."] if lessons and file else []


def _unwritable(file: Path) -> list[str]:
    """Said before the minutes of measuring, not after."""
    fit = os.access(file, os.W_OK) and not file.is_dir() if file.exists() else os.access(file.parent, os.W_OK)
    return [] if fit else [f"--html: {file} cannot be written: name a file in a folder that exists and is yours."]
