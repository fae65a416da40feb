"""The trainings of the model, and its files.

Which model is in force stands here alone: every worker looks here, and so does a person who takes an old one back.
Over all workers one training runs at a time. Not owned: training itself, and the files on each machine's disk.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from daemon.store import lessons
from daemon.store.database import Database
from daemon.store.lessons import Marks
from daemon.tables import ModelFile, ModelRow, WorkerRow

#: How many models beside the one in force keep their files, to be taken back.
KEPT = 3
#: Inflated weights may not be larger: our own are a tenth of it.
LARGEST = 500_000_000
#: Octets that are inflated at once.
PIECE = 1_000_000
BROKEN = "The model in the database is broken; a new one is trained."

IN_FORCE, RETIRED, TRAINING = "in_force", ("kept", "rolled_back"), "training"
#: The name of the shipped corpus' own model, which needs no files: any machine has it or makes it.
SHIPPED = "shipped"
#: Trainings that came to an end: what they knew is not new any more.
ENDED = (IN_FORCE, *RETIRED, "refused")


@dataclass(frozen=True, slots=True)
class Figure:
    """Right answers to one question on one held-back part: of the old model and of the new."""

    part: str
    question: str
    texts: int
    old: int
    new: int
    won: int
    lost: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How a training ended, and what was compared."""

    status: str
    why: str | None
    figures: tuple[Figure, ...] = ()
    name: str = ""
    manifest: bytes = b""
    #: The weights, deflated (zlib).
    packed: bytes = b""


class Models:
    """Every method is one transaction."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def in_force(self) -> ModelRow | None:
        """The model that decides; None before the first training with corrections."""
        with self.database.transaction() as session:
            return _in_force(session)

    def history(self) -> list[ModelRow]:
        """Every training, the newest first."""
        with self.database.transaction() as session:
            return list(session.exec(select(ModelRow).order_by(col(ModelRow.id).desc())))

    def takeable(self) -> set[int]:
        """Which models can be taken back: those with files, and those of the shipped corpus alone."""
        with self.database.transaction() as session:
            return {row.id or 0 for row in _takeable(session)}

    def files(self, model_id: int) -> tuple[bytes, bytes] | None:
        """Manifest and weights of a model, these deflated (`inflated`); None where they were let go."""
        with self.database.transaction() as session:
            stored = session.get(ModelFile, model_id)
            return None if stored is None else (stored.manifest.encode(), stored.weights)

    def begin(self, actor: str, now: datetime, patience: timedelta, *, unasked: bool) -> ModelRow | None:
        """Begin a training; None where another worker is at it.

        `unasked` (by night) it is also None where nothing is new since the last one, or a person pinned the model.
        """
        with self.database.transaction() as session:
            self.database.one_at_a_time(session)
            now = self.database.now(session, now)
            for row in session.exec(select(ModelRow).where(ModelRow.status == TRAINING)).all():
                if row.at > now - patience and not _is_gone(session, row.actor, now):
                    return None
                row.status, row.why = "failed", "It did not come to an end."
            marks, current = lessons.marks(session), _in_force(session)
            if unasked and ((current and current.pinned) or marks == _learnt(session)):
                return None
            if current is None:  # so that what was before can be taken back, too
                session.add(ModelRow(name=SHIPPED, status=IN_FORCE, at=now, actor=actor))
            row = ModelRow(
                status=TRAINING,
                at=now,
                actor=actor,
                events_until=marks.events_until,
                lessons_until=marks.lessons_until,
                lessons=marks.lessons,
            )
            session.add(row)
            session.flush()
            return row

    def end(self, model_id: int, ended: Ended, corrections: int) -> None:
        """Note how a training ended; a model that was accepted is in force from now on, and its files are kept."""
        with self.database.transaction() as session:
            row = session.get_one(ModelRow, model_id)
            row.status, row.why, row.name = ended.status, ended.why, ended.name
            row.figures = [asdict(figure) for figure in ended.figures]
            row.corrections = corrections
            if ended.status == IN_FORCE:
                for old in session.exec(select(ModelRow).where(ModelRow.status == IN_FORCE, ModelRow.id != model_id)):
                    old.status, old.pinned = "kept", False
                session.add(ModelFile(model_id=model_id, manifest=ended.manifest.decode(), weights=ended.packed))
                session.flush()
                _let_go(session)
        self.database.engine.dispose()  # a connection's statement keeps what it was given last: thirty megabytes

    def take_back(self, model_id: int | None) -> ModelRow | None:
        """Put an old model in force and pin it; without a number one before. None where there is no such one."""
        with self.database.transaction() as session:
            current, rows = _in_force(session), _takeable(session)
            named = next((row for row in rows if row.id == model_id), None)
            back = named if model_id is not None or current is None else _before(current, rows)
            if current is None or back is None:
                return None
            current.status, current.pinned = "rolled_back", False
            back.status, back.pinned = IN_FORCE, True
            return back

    def unpin(self) -> bool:
        """Let the nights replace the model again; False where it was not pinned."""
        with self.database.transaction() as session:
            current = _in_force(session)
            if current is None or not current.pinned:
                return False
            current.pinned = False
            return True


def figures(row: ModelRow) -> list[Figure]:
    """What was compared in a training."""
    return [Figure(**each) for each in row.figures]


def _is_gone(session: Session, actor: str, now: datetime) -> bool:
    """Whether it was a worker, and is not heard of any more."""
    worker = session.get(WorkerRow, actor)
    return worker is not None and worker.alive_until <= now


def _in_force(session: Session) -> ModelRow | None:
    return session.exec(select(ModelRow).where(ModelRow.status == IN_FORCE).order_by(col(ModelRow.id).desc())).first()


def _before(current: ModelRow, rows: Sequence[ModelRow]) -> ModelRow | None:
    """The newest of those that are older: never what a person has just taken out of force, so that twice goes back twice.

    One that was taken out before comes only where there is no other.
    """
    older = [row for row in rows if (row.id or 0) < (current.id or 0)]
    return max(older, key=lambda row: (row.status == "kept", row.id), default=None)


def _takeable(session: Session) -> Sequence[ModelRow]:
    """The newest first."""
    filed = select(ModelFile.model_id)
    query = (
        select(ModelRow)
        .where(col(ModelRow.status).in_(RETIRED), (col(ModelRow.name) == SHIPPED) | col(ModelRow.id).in_(filed))
        .order_by(col(ModelRow.id).desc())
    )
    return session.exec(query).all()


def _let_go(session: Session) -> None:
    """Only the last few models keep their files."""
    filed = select(ModelFile.model_id).join(ModelRow, col(ModelRow.id) == ModelFile.model_id)
    old = session.exec(filed.where(ModelRow.status != IN_FORCE).order_by(col(ModelFile.model_id).desc())).all()[KEPT:]
    session.exec(delete(ModelFile).where(col(ModelFile.model_id).in_(old)))


def _learnt(session: Session) -> Marks:
    """What the last training that came to an end knew, whatever became of it."""
    query = select(ModelRow).where(col(ModelRow.status).in_(ENDED)).order_by(col(ModelRow.id).desc())
    last = session.exec(query).first()
    return Marks(last.events_until, last.lessons_until, last.lessons) if last else Marks()


def inflated(packed: bytes) -> Iterator[bytes]:
    """A model's weights in pieces. ValueError where they are no such thing."""
    inflater, size, rest = zlib.decompressobj(), 0, packed[:PIECE]
    for place in range(PIECE, len(packed) + PIECE, PIECE):
        while rest and size <= LARGEST:
            try:
                piece = inflater.decompress(rest, PIECE)
            except zlib.error as error:
                raise ValueError(BROKEN) from error
            size, rest = size + len(piece), inflater.unconsumed_tail
            yield piece
        rest = packed[place : place + PIECE]
    if size > LARGEST or not inflater.eof:
        raise ValueError(BROKEN)
