"""Measures everything the model card says and writes it: `python -m classifiers.card`, in the project's folder.

Takes some minutes. The prose stands in `card.md`, beside this file; texts that nothing is ever learnt from, in
`tests/unseen`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

import numpy as np

from classifiers import encoder, linear
from classifiers.corpus import corpus_files, corpus_id, lexicon, read_examples, shipped_examples
from classifiers.evaluation import evaluate
from classifiers.heads import JOINED, MEANT, TALLIED
from classifiers.heldback import HeldBack, accepted, hold_back
from classifiers.measures import Answer, Judgement
from classifiers.report import Report
from classifiers.times import requested_times
from classifiers.training import train
from classifiers.views import Views

STEPS = (
    ("tallies", (TALLIED,)),
    ("likeness", (JOINED,)),
    ("likeness and tallies", (JOINED, TALLIED)),
    ("likeness with meaning", (MEANT,)),
    ("likeness with meaning, and tallies", (MEANT, TALLIED)),
)
_WRITTEN = {
    "t1": "everyday mails, five topics",
    "t2": "everyday mails, four topics",
    "t3": "everyday mails, four topics",
    "t4": "Swiss, and eight other languages",
    "t5": "sarcasm, courtesy, mixed concerns",
    "t6": "mails that do not name their office",
    "t7": "Swiss, and eight other languages",
    "t8": "terse reports",
    "t9": "opinions on projects",
    "h1": "irony, polite complaints, praise that retells a complaint, appointments without the word",
    "h2": "the many faces of other, and questions that are none",
    "h3": "portal comments and one-liners",
    "h4": "other languages and Swiss German",
    "h5": "portal comments",
    "h6": "short mails on every topic, irony both ways",
    "h7": "stories about people, told without a word of praise or blame",
    "h8": "complaints in words of praise, praise after a quarrel",
    "h9": "courteous complaints, wishes for an appointment inside a story, complaints about appointments",
    "h10": "questions, changes, papers, applications, offers, wrong addressees; and questions that are none",
    "h11": "circumstances told, the office never named",
    "h12": "opinions for, against and instead, on portals and in consultations",
    "h13": "irony without a kind word, praise with the words of irony, courteous statements of fact",
    "h14": "terse defects on every topic, gaps with a small remedy, bare questions of three kinds",
    "h15": "praise and blame as bare stories, agreement with decisions",
    "h16": "sad or tiresome backgrounds without displeasure, dates without a wish, wishes inside a story",
    "h17": "matters that show in things and people only",
    "h18": "French, Italian, English, Swiss German; some Ukrainian, Polish, Turkish, Arabic",
    "h19": "long everyday mails: lawyers, associations, forms, dictation, pensioners, pupils",
    "h20": "wishes for an appointment and ideas, told aside",
    "h21": "irony, courtesy and stories in Swiss German, French, Italian, English",
    "h22": "grievances that end in an idea, ideas that begin with a grievance; courtesy, stories, errands",
    "h23": "building, registry, residence and taxes from everyday life",
    "h24": "counter, town hall, public order and welfare from everyday life",
    "h25": "the same openings in mockery and in earnest, courtesy around a plain fact",
    "h26": "whole mails of irony, and of praise after a quarrel, with the same openings",
    "h27": "courteous mails: grievances full of thanks, and wishes, questions, ideas that are none",
    "h28": "mixed concerns at length, of which one leads",
    "h29": "everyday mails that never name their office, only what happened",
    "h30": "other at the length of a mail: notices, papers, orders, objections, applications, closing words",
    "h31": "irony without a kind word, praise without thanks, ideas and visits from a life told",
    "h32": "twins with the same opening, one in mockery, one in earnest",
    "h33": "everyday mails from counter, town hall, residence, welfare, public order, building; office unnamed",
    "h34": "terse defects on every topic, opinions on projects for and against, ideas and thanks in a line",
    "h35": "French, Italian, English, Swiss German on every topic; some Turkish, Ukrainian, Polish, Arabic",
    "h36": "threads passed on, the many faces of other, courtesy around a grievance, long letters",
    "h37": "mockery without a kind word and thanks without thanks on every topic, visits asked in passing",
    "h38": "ordinary letters in French, Italian, English, Swiss German",
    "h39": "ordinary letters with greeting and name: counter, town hall, welfare, residence, public order",
    "h40": "praise and complaint with the same openings, courtesy, opinions on decisions, questions from sad days",
    "h41": "offices easily confused, terse defects, opinions on projects, errands that close a matter",
    "h42": "corners of every office, counter, residence, public order, welfare and town hall above all",
    "h43": "irony and praise in the same words, courtesy, stories, wishes in passing, questions that are none",
    "h44": "French, Italian, English on every topic",
    "h45": "Swiss German of seven regions, Turkish, Ukrainian, Polish, Arabic on every topic",
}


_UNSEEN = {
    "first": "all kinds, short",
    "hard": "irony, courtesy, wishes told in passing; half without the office's name",
    "office": "an ordinary office's post, told from everyday life; seldom a topic's most obvious matter",
    "terse": "what is typed into the defect reports of towns",
}


def main(path: Path, unseen: Path) -> None:
    """Measure and write the card."""
    report = evaluate(progress=lambda what, share: print(f"{share:4.0%} {what}", file=sys.stderr))
    recall, precision = _times()
    examples = shipped_examples()
    libraries = linear.versions() | {encoder.DISTRIBUTION: encoder.encoder_version() or "not installed"}
    card = Template((files("classifiers") / "card.md").read_text(encoding="utf-8")).substitute(
        corpus=corpus_id(),
        texts=len(examples),
        words=len(lexicon()),
        libraries=", ".join(f"{name} {version}" for name, version in libraries.items()),
        steps=_steps(),
        by_topic=_by_topic(),
        summary=_summary(report),
        unseen=_unseen(unseen),
        category=_classes(report.category),
        topic=_classes(report.topic),
        languages=_parts(report, report.category.languages, "language"),
        origins=_parts(report, report.category.origins, "origin"),
        recall=f"{recall:.2f}",
        precision=f"{precision:.2f}",
        origins_data="\n".join(
            f"| {origin} | {count} | {_WRITTEN.get(origin, '')} |"
            for origin, count in sorted(Counter(each.origin for each in examples).items())
        ),
    )
    path.write_text(card, encoding="utf-8")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    cells = ([f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row] for row in lines)
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _steps() -> str:
    views = Views([*shipped_examples(), *lexicon()], encoder.encoder_version() is not None)
    rows = []
    held = {name: hold_back(views.question(name)) for name in ("category", "topic")}
    for step, wanted in STEPS:
        row: list[object] = [step]
        for name, found in held.items():
            judged = _judged(name, found, wanted) if found.scores.keys() >= set(wanted) else None
            row += [judged.macro_f1, judged.acceptable, judged.calibration_error] if judged else ["", "", ""]
        rows.append(row)
    figures = ("macro F1", "acceptable", "calibration error")
    return _table(["", *(f"{name}: {figure}" for name in held for figure in figures)], rows)


def _by_topic() -> str:
    """The category where the whole of a topic is held back: a concern has to be told whatever it is about."""
    question = Views(shipped_examples(), encoder.encoder_version() is not None).question("category")
    part = np.unique([each.topic for each in question.examples], return_inverse=True)[1]
    judged = _judged("category", hold_back(question, part), (MEANT, TALLIED))
    return f"{judged.macro_f1:.3f} macro F1, {judged.acceptable:.3f} acceptable"


def _judged(name: str, found: HeldBack, views: tuple[str, ...]) -> Judgement:
    answers = []
    for example, line in zip(found.examples, found.second_stage(views)[1], strict=True):
        labels = frozenset(accepted(example, name))
        said, confidence = found.classes[int(line.argmax())], float(line.max())
        answers.append(Answer(getattr(example, name), labels, said, confidence, True, "", example.origin))
    return Judgement(name, tuple(answers))


def _summary(report: Report) -> str:
    head = ("", "macro F1", "acceptable", "called sure", "acceptable among sure", "calibration error")
    return _table(
        head,
        [
            (each.name, each.macro_f1, each.acceptable, each.coverage, each.sure_acceptable, each.calibration_error)
            for each in report.questions
        ],
    )


def _unseen(folder: Path) -> str:
    head = ("texts", "", "what", "category: macro F1", "acceptable", "called sure", "acceptable among sure")
    rows: list[tuple[object, ...]] = []
    shipped = train()
    for file in sorted(folder.glob("*.jsonl")):
        report = evaluate(shipped, read_examples(file))
        figures = (report.category.macro_f1, *_outcome(report.category), *_outcome(report.topic))
        rows.append((file.stem, len(report.category.answers), _UNSEEN[file.stem], *figures))
    return _table((*head, "topic: acceptable", "called sure", "acceptable among sure"), rows)


def _outcome(question: Judgement) -> tuple[float, float, float]:
    return question.acceptable, question.coverage, question.sure_acceptable


def _classes(question: Judgement) -> str:
    rows = [(each.label, each.precision, each.recall, each.f1, each.count) for each in question.by_class]
    return _table(("", "precision", "recall", "F1", "texts"), rows)


def _parts(report: Report, names: Sequence[str], what: str) -> str:
    rows = []
    for name in names:
        parts = [
            each.only(language=name) if what == "language" else each.only(origin=name) for each in report.questions
        ]
        rows.append((name, *(part.acceptable for part in parts), parts[0].coverage, len(parts[0].answers)))
    return _table((what, "category acceptable", "topic acceptable", "category sure", "texts"), rows)


def _times() -> tuple[float, float]:
    """Recall and precision of time expressions where the corpus marks them; overlapping counts."""
    wanted = hits = found = strangers = 0
    now, zone = datetime(2026, 3, 9, tzinfo=UTC), ZoneInfo("Europe/Berlin")
    for file in corpus_files():
        for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if "requested_times" not in row or row["lang"] not in ("de", "gsw", "en", "fr", "it"):
                continue
            got = [words.lower() for words, _, _ in requested_times(f"{row['subject']}\n{row['body']}", now, zone)]
            named = [words.lower() for words in row["requested_times"]]
            hits += sum(any(words in each or each in words for each in got) for words in named)
            strangers += sum(not any(words in each or each in words for words in named) for each in got)
            wanted, found = wanted + len(named), found + len(got)
    return hits / wanted, 1 - strangers / found


if __name__ == "__main__":
    main(Path("docs/model-card.md"), Path("tests/unseen"))
