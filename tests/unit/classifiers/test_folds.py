"""Parts for validation: no writer on both sides, and no part that takes a class away whole."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from classifiers import Example, Text
from classifiers.corpus import LEXICON
from classifiers.folds import ALWAYS, folds


def texts(count: int, origin: str, topic: str, category: str = "complaint") -> list[Example]:
    return [Example(Text("", f"{origin} {n}"), category, topic, origin=origin) for n in range(count)]


CORPUS = [
    *(each for writer in ("a", "b", "c", "d") for each in texts(40, writer, "abfall")),
    *(each for writer in ("e", "f", "i") for each in texts(30, writer, "kultur", "praise")),
    *texts(5, LEXICON, "abfall"),
]


def parts_of(examples: list[Example], topic: str) -> set[int]:
    return {int(part) for part, each in zip(folds(examples, 5), examples, strict=True) if each.topic == topic}


def test_a_writer_is_in_one_part_and_the_lexicon_in_none() -> None:
    where = defaultdict(set)
    for part, each in zip(folds(CORPUS, 5), CORPUS, strict=True):
        where[each.origin].add(int(part))
    assert where[LEXICON] == {ALWAYS}
    assert all(len(parts) == 1 for parts in where.values())


def test_what_many_senders_taught_is_dealt_round() -> None:
    lessons = [each for sender in range(25) for each in texts(1, f"office-{sender}", "wasserwerk")]
    part = folds([*CORPUS, *lessons], 5)[len(CORPUS) :]
    assert np.bincount(part, minlength=5).tolist() == [5, 5, 5, 5, 5]


def test_a_topic_of_one_or_two_senders_is_dealt_out_singly() -> None:
    assert len(parts_of([*CORPUS, *texts(25, "given", "wasserwerk")], "wasserwerk")) > 1
    two = [*texts(12, "office-1", "wasserwerk"), *texts(12, "office-2", "wasserwerk")]
    crowded = [*CORPUS, *texts(300, "g", "abfall"), *texts(300, "h", "abfall"), *two]
    assert len(parts_of(crowded, "wasserwerk")) > 1


def test_lines_of_the_lexicon_do_not_stand_in_for_mails() -> None:
    leading = [*texts(40, "given", "wasserwerk"), *texts(30, "h", "wasserwerk"), *texts(25, "g", "wasserwerk")]
    assert len(parts_of([*CORPUS, *leading, *texts(200, LEXICON, "wasserwerk")], "wasserwerk") - {ALWAYS}) == 5
