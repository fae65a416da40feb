"""A training in a process of its own: what it takes of memory and time ends with it.

The child runs at the lowest priority where nobody waits for it, knows no password, no database and no network, and dies with its parent. It
gets one job as a line of JSON on standard input, tells its steps on standard output, and leaves the model in a
folder that the parent named. Not owned: when to train, and what becomes of the model.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifiers import storage
from classifiers.classifier import Classifier
from classifiers.corpus import lexicon, shipped_examples
from classifiers.lessons import Lesson, settled
from classifiers.training import train_on
from classifiers.trial import Comparison, compare, is_worse
from classifiers.values import ModelError, Text

#: Seconds that a training with its trial may take; it is two minutes of one processor.
SECONDS = 3600.0
#: What the child runs; tests name another, with a smaller corpus.
MODULE = "classifiers.apart"

#: One thread: several wait for each other on a busy machine. Large blocks of memory go back at once (mallopt(3)).
ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": "1000000"}

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be trained. `current`: where the model in force lies, for lessons of several topics."""

    folder: str
    lessons: tuple[Lesson, ...] = ()
    current: str | None = None
    #: Whether the model has to prove itself; one that is worse is not built.
    tried: bool = False
    #: Whether somebody waits for it: else everybody else comes first.
    hurry: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: no files where the model was refused, no comparisons where it was not tried."""

    files: storage.Files | None
    found: tuple[Comparison, ...] = ()


async def train_apart(
    folder: Path,
    lessons: Sequence[Lesson] = (),
    *,
    current: Path | None = None,
    tried: bool = False,
    hurry: bool = False,
    progress: Progress | None = None,
    seconds: float = SECONDS,
) -> Outcome:
    """Train in a child; the model lies in `folder` then. ModelError, with a sentence, where that fails."""
    job = Job(str(folder), tuple(lessons), str(current) if current else None, tried, hurry)
    child = await _start()
    try:
        async with asyncio.timeout(seconds):
            said = await _follow(child, job, progress or (lambda _what, _share: None))
    except TimeoutError:
        raise ModelError(
            f"Training took more than {seconds / 60:g} minutes and was ended; the old model stays."
        ) from None
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    found = tuple(Comparison(**each) for each in said)
    refused = tried and is_worse(found)
    return Outcome(None if refused else storage.take(folder), found)


async def _start() -> asyncio.subprocess.Process:
    known = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")
    environment = {name: value for name, value in os.environ.items() if name in known}
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            MODULE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment | ALONE,
            limit=2**20,
        )
    except OSError as error:
        raise ModelError(f"No process can be started to train in ({error.strerror}); the old model stays.") from error


async def _follow(child: asyncio.subprocess.Process, job: Job, progress: Progress) -> list[dict[str, Any]]:
    """Hand the job over and listen; what was compared, as the child said it at its end."""
    assert child.stdin is not None and child.stdout is not None
    with suppress(ConnectionError):
        child.stdin.write(json.dumps(asdict(job)).encode() + b"\n")
        await child.stdin.drain()  # and stays open: where it closes, the parent is gone
    async for line in child.stdout:
        said = json.loads(line)
        if "found" in said:
            found: list[dict[str, Any]] = said["found"]
            return found
        if "refused" in said:
            raise ModelError(said["refused"])
        progress(said["step"], said["share"])
    raise ModelError(f"The process that trained ended early (status {await child.wait()}); the old model stays.")


def serve() -> None:
    """The child's life: one job."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever prints disturbs nobody
    job = _job(json.loads(sys.stdin.buffer.readline()))
    _step_back(job.hurry)
    threading.Thread(target=_die_with_the_parent, daemon=True).start()

    def tell(said: dict[str, object]) -> None:
        print(json.dumps(said), file=answers, flush=True)

    try:
        found = work(job, lambda step, share: tell({"step": step, "share": share}))
    except OSError as error:
        tell({"refused": f"The model cannot be written to {job.folder} ({error.strerror}): make room or give rights."})
    except ValueError:
        tell({"refused": "The examples do not make a model (too few of a label); the old model stays."})
    else:
        tell({"found": [asdict(each) for each in found]})


def work(job: Job, progress: Progress) -> list[Comparison]:
    """Try, then train and store, in this process. OSError where the folder cannot be written."""
    current = _current(job, progress)
    found: list[Comparison] = []
    if job.tried:
        found = compare(job.lessons, current, lambda step, share: progress(step, share * 0.67))
        if is_worse(found):
            return found
    begun = 0.67 if job.tried else 0.0
    examples = [*shipped_examples(), *lexicon(), *settled(job.lessons, current)]
    model = train_on(examples, lambda step, share: progress(step, begun + share * (1 - begun)))
    model.save(Path(job.folder))
    return found


def _current(job: Job, progress: Progress) -> Classifier | None:
    """The model that chooses among several topics: the one in force, else one from the shipped corpus alone."""
    if not any(lesson.open for lesson in job.lessons):
        return None
    with suppress(ModelError):
        if job.current:
            return Classifier.load(Path(job.current))
    progress("learning the shipped corpus", 0.0)
    return train_on([*shipped_examples(), *lexicon()])


def _job(said: dict[str, object]) -> Job:
    lessons = said["lessons"]
    assert isinstance(lessons, list)
    return Job(
        folder=str(said["folder"]),
        lessons=tuple(
            Lesson(**each | {"text": Text(**each["text"]), "topics": tuple(each["topics"])}) for each in lessons
        ),
        current=str(said["current"]) if said["current"] else None,
        tried=bool(said["tried"]),
        hurry=bool(said["hurry"]),
    )


def _step_back(hurry: bool) -> None:
    """Everybody else first: the processor now, where nobody waits, and memory when there is none left."""
    if not hurry:
        with suppress(OSError):  # a sandbox may forbid it
            os.nice(19)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", "ascii")


def _die_with_the_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    serve()
