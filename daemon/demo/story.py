"""Tells what happened to each mail, on a terminal or into a pipe. Words only; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from daemon.demo.outcome import Outcome
from daemon.demo.samples import read
from daemon.logs import printable
from daemon.model import Kind, Role

#: Lines of an acknowledgement that are shown.
FIRST_LINES = 4
_ROLES = {
    Role.FURTHER: "joins ticket {}",
    Role.NOTE: "noted on ticket {}",
    Role.DUPLICATE: "the same mail again: already ticket {}",
}


class Story:
    """Writes to one console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def opening(self, folder: Path, mails: int) -> None:
        self._say(Text("anliegen: the daemon behind the mailbox of Musterlingen", style="bold"))
        self._say(
            Text(
                f"{mails} sample mails go into an embedded IMAP server; the real daemon reads them, answers by SMTP "
                f"into a catcher, and routes them. Nothing leaves this machine.\nConfiguration, database and log: {folder}\n"
            )
        )

    def mail(self, name: str, about: str, outcome: Outcome, problems: Sequence[str] = ()) -> None:
        """One mail: what it is, where it went, what was answered."""
        mark = Text("✗ ", style="bold red") if problems else Text("✓ ", style="bold green")
        self._say(mark + Text(printable(name), style="bold") + Text(f"  {printable(about)}", style="dim"))
        self._say(_fate(outcome), indent=2)
        if outcome.acknowledgement is not None:
            self._answer(read(outcome.acknowledgement))
        else:
            self._say(Text(f"no acknowledgement: {printable(_why_none(outcome))}", style="yellow"), indent=2)
        for problem in problems:
            self._say(Text(f"expected otherwise: {problem}", style="bold red"), indent=2)

    def missing(self, name: str, about: str, found: int, expected: int) -> None:
        """A sample that did not arrive as often as it was delivered."""
        self._say(Text("✗ ", style="bold red") + Text(f"{name}  {about}"))
        self._say(Text(f"recorded {found} times, delivered {expected} times", style="bold red"), indent=2)

    def live(self, host: str, port: int, config: Path, to: str) -> None:
        """What a visitor can do now."""
        self._say(
            Text(
                f"\nThe town stays open until Ctrl-C. Write to it: SMTP at {host}, port {port}, without password, "
                f"to {to}; for example\n"
                f"  printf 'From: me@home.example\\nTo: {to}\\nSubject: Schlagloch\\n\\nIn der Gartenstraße ist ein "
                f"Schlagloch.\\n' |\n"
                f"    curl -s smtp://{host}:{port} --mail-from me@home.example --mail-rcpt {to} -T -\n"
                f"Look behind the counter from another terminal:\n"
                f"  anliegen --config {config} tickets\n",
                style="cyan",
            )
        )

    def total(self, mails: int, tickets: int, acknowledged: int) -> None:
        self._say(
            Text(
                f"{mails} mails, {tickets} tickets, {acknowledged} acknowledged, {mails - acknowledged} withheld",
                style="bold",
            )
        )

    def trouble(self, sentence: str, log: Path) -> None:
        """What went wrong, with the end of the daemon's log."""
        self._say(Text(sentence, style="bold red"))
        lines = log.read_text("utf-8", "replace").splitlines() if log.exists() else []
        for line in lines[-15:]:
            self._say(Text(printable(line), style="dim"), indent=2)

    def _answer(self, mail: EmailMessage) -> None:
        body = mail.get_body(("plain",))
        lines = [line for line in str(body.get_content() if body else "").splitlines() if line.strip()]
        self._say(Text(f"acknowledged: {printable(str(mail['Subject']))}", style="green"), indent=2)
        for line in lines[:FIRST_LINES]:
            self._say(Text(f"│ {printable(line)}", style="dim"), indent=4)

    def _say(self, text: Text, indent: int = 0) -> None:
        self._console.print(Padding(text, (0, 0, 0, indent)) if indent else text, soft_wrap=not indent)


def _why_none(outcome: Outcome) -> str:
    """The signal that spoke against it and its rule, as they were stored."""
    if outcome.arrival.signal:
        return f"{outcome.arrival.signal}, {outcome.arrival.signal_rule or 'our own rule'}"
    row = outcome.ticket.row if outcome.ticket else None
    if row is not None and outcome.arrival.role == Role.FIRST and row.ack_withheld:
        return f"{row.ack_withheld}, {row.ack_withheld_rule or 'our own rule'}"
    return "its ticket has one already"


def _fate(outcome: Outcome) -> Text:
    """`person · complaint 93 % → tiefbau (model) · ticket 2026-000001`."""
    arrival, ticket = outcome.arrival, outcome.ticket
    if ticket is None:
        return Text(f"{arrival.kind} · set aside, no ticket")
    row = ticket.row
    if arrival.role in _ROLES:
        return Text(f"{arrival.kind} · {_ROLES[Role(arrival.role)].format(row.number)}")
    guess = " (a guess: neutral wording)" if row.unsure else ""
    queue = f", queue {row.queue}" if row.queue != row.department else ""
    words = (
        f"{arrival.kind} · {row.category} {row.confidence:.0%}{guess} → {row.department} ({row.department_by}{queue})"
    )
    if arrival.kind == Kind.UNREADABLE:
        words = f"{arrival.kind} · a person has to look: {row.queue}"
    tags = f" · {', '.join(row.tags)}" if row.tags else ""
    return Text(f"{words} · {row.language} · ticket {row.number}{tags}")
