"""Honest parts for validation: what one person wrote is never on both sides.

An origin without which some topic would lose more than a third of its texts cannot be held back as a whole (the
model would be asked about what it never saw): its texts are dealt out singly instead. The lexicon's lines are not
counted here: they do not stand in for mails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.corpus import LEXICON
from classifiers.values import Example

#: The part of examples that every fit may use.
ALWAYS = -1
#: Origins of so few texts are dealt round.
SMALL = 10


def folds(examples: Sequence[Example], parts: int) -> NDArray[np.int64]:
    """The part that each example is held back in, 0 … parts-1, of about equal size; -1: never held back."""
    sizes = [0] * parts
    place: dict[str, int] = {LEXICON: ALWAYS}
    dealt = _indispensable(examples)
    for number, (origin, size) in enumerate(Counter(example.origin for example in examples).most_common()):
        if origin not in dealt and origin not in place:
            # what an office taught is many small origins: the smallest part would take them all
            place[origin] = sizes.index(min(sizes)) if size > SMALL else number % parts
            sizes[place[origin]] += size
    random = np.random.default_rng(0)
    single = random.permutation(len(examples)) % parts
    part = np.array([place.get(example.origin, int(single[number])) for number, example in enumerate(examples)])
    for name in ("category", "topic"):
        _spread([getattr(example, name) for example in examples], part, single)
    return part


def _spread(labels: Sequence[str], part: NDArray[np.int64], single: NDArray[np.int64]) -> None:
    """A class that lies in one part alone could not be learnt without it: its texts are dealt out singly, too."""
    for label in set(labels) - {""}:
        where = np.array([each == label for each in labels])
        if len(np.unique(part[where])) == 1:
            part[where] = np.where(part[where] == ALWAYS, ALWAYS, single[where])


def _indispensable(examples: Sequence[Example]) -> set[str]:
    mails = [example for example in examples if example.origin != LEXICON]
    by_topic = Counter(example.topic for example in mails)
    by_both = Counter((example.origin, example.topic) for example in mails)
    return {origin for (origin, topic), count in by_both.items() if count * 3 > by_topic[topic]}
