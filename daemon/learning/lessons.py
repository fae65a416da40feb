"""What staff and administrator taught, as lessons in the model's own words: topics, not departments.

Only what a person set is taught: whoever corrected the department did not look at the category, and the model's
own guess is no lesson. A department that answers for several topics teaches that it is one of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from classifiers import Text
from classifiers.lessons import Lesson
from daemon.config import Config
from daemon.mime import quotes
from daemon.store.lessons import Corrected, Marks
from daemon.tables import LessonRow

#: What a model knows that was taught nothing.
NOTHING = Marks()


def lessons(
    corrected: Sequence[Corrected], taught: Sequence[LessonRow], config: Config, known: Marks = NOTHING
) -> list[Lesson]:
    """All lessons; those behind the marks are new to the model in force."""
    return [*_corrections(corrected, config, known), *_given(taught, config, known)]


def _corrections(corrected: Sequence[Corrected], config: Config, known: Marks) -> Iterator[Lesson]:
    covered = {department.key: department.covers for department in config.department}
    for each in corrected:
        category = each.ticket.category if "category" in each.fields else ""
        topics = covered.get(each.ticket.department, ()) if "department" in each.fields else ()
        if category or topics:
            yield Lesson(
                text=Text(
                    each.message.subject or "", quotes.split(each.message.text or "", each.message.subject or "").own
                ),
                category=category,
                topics=topics,
                language=each.ticket.language,
                origin=_origin(each.ticket.from_address or each.ticket.number),
                new=each.event > known.events_until,
            )


def _given(taught: Sequence[LessonRow], config: Config, known: Marks) -> Iterator[Lesson]:
    covered = {department.key: department.covers for department in config.department}
    for each in taught:
        topics = (each.topic,) if each.topic else covered.get(each.department or "", ())
        if each.category or topics:
            yield Lesson(
                text=Text(each.subject, each.text),
                category=each.category or "",
                topics=topics,
                language=each.language,
                origin=f"given-{each.id}",
                new=(each.id or 0) > known.lessons_until,
            )


def _origin(sender: str) -> str:
    """One name for one sender, who writes alike: never on both sides of a test. It enters no model."""
    return "office-" + hashlib.sha256(sender.casefold().encode()).hexdigest()[:12]
