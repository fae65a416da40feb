"""`anliegen inspect`: what the daemon would do with these mails, and why. Reads no mailbox, sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import typer

from daemon import examination
from daemon.cli.judging import policy
from daemon.cli.shared import Place, console, in_json, safe
from daemon.clock import SystemClock
from daemon.errors import AnliegenError
from daemon.examination import Examined
from daemon.model import Decision, Runner, is_overruled, likely


def inspect(
    context: typer.Context,
    paths: list[Path] = typer.Argument(
        metavar="PATH…", help="Mail files, folders, mbox files, or - for standard input."
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line, one line a message."),
    ack: bool = typer.Option(False, "--ack", help="Show the acknowledgement that would go out."),
) -> None:
    """Say what would become of mails, each as if it had just arrived from a sender without history."""
    place: Place = context.obj
    judged_by = policy(place.load())
    missing, out = 0, console()
    for examined in examination.examine(paths, judged_by, SystemClock(), with_ack=ack):
        missing += examined.missing
        if as_json:
            typer.echo(in_json(examination.as_json(examined, with_ack=ack)))
        else:
            out.print(_story(examined))
    if missing:
        raise AnliegenError(f"{missing} of the files named cannot be read; the others are told above.")


def _story(examined: Examined) -> str:
    """A few lines for a person."""
    lines = [f"── {safe(examined.file)}"]
    if examined.error:
        lines.append(f"   error       {safe(examined.error)}")
    if examined.reading is None or examined.decision is None:
        return "\n".join(lines)
    verdict, decision = examined.reading.verdict, examined.decision
    author = examined.reading.message.author
    lines += [
        f"   subject     {safe(examined.reading.message.subject)}",
        f"   from        {safe(author.addr) if author else '–'}",
        f"   kind        {verdict.kind}" + ("" if verdict.kind.opens_ticket else " (opens no ticket)"),
        f"   category    {decision.category} ({decision.confidence:.2f}{', a guess' if decision.unsure else ''}), {decision.language}",
        *_runners(decision.category_runners_up, decision.confidence),
        (
            f"   department  {decision.department} by {decision.department_by} ({decision.department_confidence:.2f}"
            f"{', a guess' if decision.department_unsure else ''}) → queue {decision.queue}"
        ),
        *_runners(decision.department_runners_up, decision.department_confidence),
    ]
    reason = decision.reason
    lines.append(
        "   acknowledge yes"
        if examined.acknowledge
        else f"   acknowledge no: {safe(reason.signal)} = {safe(reason.value)} ({reason.rule})"
        if reason
        else "   acknowledge no"
    )
    lines += [f"   {_because(words, decision)}" for words in decision.evidence]
    lines += [f"   rule        {hit.rule}: {safe(hit.why)}" for hit in decision.rules if hit.hit]
    lines += [f"   wish        {safe(wish.text)} → {wish.start or '?'}" for wish in decision.requested_times]
    if examined.acknowledgement:
        letter = asdict(examined.acknowledgement)
        lines += ["", f"   To: {safe(letter['to'])}", f"   Subject: {safe(letter['subject'])}", ""]
        lines += [f"   │ {safe(line)}" for line in letter["text"].splitlines()]
    return "\n".join(lines) + "\n"


def _runners(runners: Iterable[Runner], confidence: float) -> Iterator[str]:
    if found := likely(runners, confidence):
        yield "   else        " + ", ".join(f"{runner.key} ({runner.probability:.2f})" for runner in found)


def _because(words: str, decision: Decision) -> str:
    overruled = is_overruled(words, decision.category, decision.department, decision.department_by)
    return f"{'the model   had thought of' if overruled else 'because    '} {safe(words)}"
