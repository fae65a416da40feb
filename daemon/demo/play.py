"""The demonstration, act by act: deliver, watch, tell, and stay open.

    servers -> configuration -> model -> the daemon -> samples -> what became of them -> live

With `once` it ends by itself: 0 where everything happened as the manifest says, else 1.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from daemon import learning, logs
from daemon.config import Config
from daemon.demo.outcome import Observer, Outcome
from daemon.demo.samples import Sample, manifest
from daemon.demo.servers import HOST, Servers
from daemon.demo.story import Story
from daemon.demo.town import Town, configure

#: Seconds in which something must happen, else the demonstration has failed.
PATIENCE = 120.0
#: Seconds between two looks at the database.
GLANCE = 0.2
#: The cut-over lies so far back: samples that arrived earlier are recorded, not answered.
CUT_OVER = timedelta(days=30)


class Failed(Exception):
    """The demonstration cannot go on; the text says why."""


def play(*, once: bool, now: datetime, console: Console | None = None) -> int:
    """Run it; the exit status. `now` is when the samples arrive."""
    console = console or Console()
    logs.setup("ERROR")
    # Ended by SIGTERM as by Ctrl-C: the daemon is stopped and the folder removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="anliegen-demo-") as name, Servers() as servers:
            return _in(Path(name), servers, console, once=once, now=now)
    except KeyboardInterrupt:
        return 1 if once else 0


def _in(folder: Path, servers: Servers, console: Console, *, once: bool, now: datetime) -> int:
    config = configure(
        folder,
        imap_port=servers.imap_port,
        smtp_port=servers.catcher_port,
        password=servers.password,
        since=now - CUT_OVER,
        state=_state(folder),
    )
    samples, story = manifest(), Story(console)
    story.opening(folder, sum(sample.times for sample in samples))
    _train(config, console)
    with Town(folder) as town, closing(Observer(config, servers.caught)) as observer:
        director = _Director(servers, town, observer, story, console)
        try:
            status = director.perform(samples, now)
            if not once:
                director.stay(config)
        except Failed as failure:
            story.trouble(str(failure), town.log)
            return 1
        return status


def _state(folder: Path) -> Path:
    """Where the model is kept: the user's cache, so that only the first demonstration trains it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anliegen"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return folder / "state"
    return cache if os.access(cache, os.W_OK) else folder / "state"


def _train(config: Config, console: Console) -> None:
    """Have the model ready before the daemon starts, so that the wait is seen."""
    with Progress(TextColumn("{task.description}"), BarColumn(), console=console, transient=True) as progress:
        task = progress.add_task("loading the model", total=1.0)
        learning.classifier(config, lambda words, part: progress.update(task, description=words, completed=part))


class _Director:
    """Leads through the acts."""

    def __init__(self, servers: Servers, town: Town, observer: Observer, story: Story, console: Console) -> None:
        self._servers, self._town, self._observer = servers, town, observer
        self._story, self._console = story, console
        self._delivered = 0

    def perform(self, samples: Sequence[Sample], now: datetime) -> int:
        """Deliver all samples, in two acts since some answer what the daemon sent; tell each; 0 as expected, else 1."""
        with self._progress(sum(sample.times for sample in samples)) as progress:
            first = [sample for sample in samples if sample.answers is None]
            outcomes = self._act([(sample, sample.data()) for sample in first], now, progress)
            sent = {file: found[0].acknowledgement for file, found in outcomes.items()}
            second = [sample for sample in samples if sample.answers is not None and sent.get(sample.answers)]
            outcomes |= self._act([(s, s.data(sent[s.answers or ""])) for s in second], now, progress)
        return self._tell(samples, outcomes)

    def stay(self, config: Config) -> None:
        """Tell what happens to whatever else arrives, until Ctrl-C."""
        to = config.smtp.from_address
        self._story.live(HOST, self._servers.door_port, config.base / "config.toml", to)
        told = len(self._observer.look())
        while True:
            outcomes = self._observer.look()
            if len(outcomes) > told and self._observer.settled(outcomes, len(outcomes)):
                for outcome in outcomes[told:]:
                    subject = outcome.ticket.row.subject if outcome.ticket else None
                    self._story.mail("a mail of yours", subject or "", outcome)
                self._total(outcomes)
                told = len(outcomes)
            self._check_daemon()
            time.sleep(GLANCE)

    def _act(
        self, mails: Sequence[tuple[Sample, bytes]], now: datetime, progress: Progress
    ) -> dict[str, tuple[Outcome, ...]]:
        """Deliver and wait until the daemon is done; the outcomes of each sample, by its file."""
        digests = {sha256(data).hexdigest(): sample.file for sample, data in mails}
        for sample, data in mails:
            for _ in range(sample.times):
                self._servers.deliver(data, now - timedelta(days=sample.days_ago))
                self._delivered += 1
        found: dict[str, tuple[Outcome, ...]] = {}
        for outcome in self._wait(progress):
            if file := digests.get(outcome.arrival.sha256):
                found[file] = (*found.get(file, ()), outcome)
        return found

    def _wait(self, progress: Progress) -> list[Outcome]:
        last, since = -1, time.monotonic()
        while True:
            outcomes = self._observer.look()
            done = len(outcomes) + self._observer.sent
            if done != last:
                last, since = done, time.monotonic()
                progress.update(progress.task_ids[0], completed=len(outcomes))
                progress.update(progress.task_ids[1], completed=len(self._observer.acknowledgements))
            if self._observer.settled(outcomes, self._delivered):
                return outcomes
            self._check_daemon()
            if time.monotonic() - since > PATIENCE:
                raise Failed(f"{len(outcomes)} of {self._delivered} mails after {PATIENCE:.0f} s without progress.")
            time.sleep(GLANCE)

    def _check_daemon(self) -> None:
        if self._town.exit_status is not None:
            raise Failed(f"The daemon ended with {self._town.exit_status}; this is its log:")

    def _tell(self, samples: Sequence[Sample], outcomes: dict[str, tuple[Outcome, ...]]) -> int:
        status = 0
        for sample in samples:
            found = outcomes.get(sample.file, ())
            if len(found) != sample.times:
                self._story.missing(sample.file, sample.about, len(found), sample.times)
                status = 1
            for number, outcome in enumerate(found):
                problems = [] if number else list(outcome.differs(sample))
                status = 1 if problems else status
                self._story.mail(sample.file, sample.about, outcome, problems)
        tickets = self._total(self._observer.look())
        return status if tickets == sum(sample.opens_ticket for sample in samples) else 1

    def _total(self, outcomes: Sequence[Outcome]) -> int:
        tickets = len({outcome.ticket.row.number for outcome in outcomes if outcome.ticket})
        self._story.total(len(outcomes), tickets, len(self._observer.acknowledgements))
        return tickets

    @contextmanager
    def _progress(self, mails: int) -> Iterator[Progress]:
        words = TextColumn("{task.description} {task.completed:.0f}/{task.total:.0f}")
        with Progress(words, BarColumn(), TimeElapsedColumn(), console=self._console, transient=True) as progress:
            progress.add_task("mails recorded       ", total=mails)
            progress.add_task("acknowledgements sent", total=mails)
            yield progress
