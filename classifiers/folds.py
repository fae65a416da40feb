"""Honest parts for validation: what one person wrote is never on both sides.

An origin without which some topic would lose more than half of its texts cannot be held back as a whole (the
model would be asked about what it never saw): its texts are dealt out singly instead.
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


def folds(examples: Sequence[Example], parts: int) -> NDArray[np.int64]:
    """The part that each example is held back in, 0 … parts-1, of about equal size; -1: never held back."""
    sizes = [0] * parts
    place: dict[str, int] = {LEXICON: ALWAYS}
    dealt = _indispensable(examples)
    for origin, size in Counter(example.origin for example in examples).most_common():
        if origin not in dealt and origin not in place:
            place[origin] = sizes.index(min(sizes))
            sizes[place[origin]] += size
    random = np.random.default_rng(0)
    single = random.permutation(len(examples)) % parts
    return np.array([place.get(example.origin, int(single[number])) for number, example in enumerate(examples)])


def _indispensable(examples: Sequence[Example]) -> set[str]:
    by_topic = Counter(example.topic for example in examples)
    by_both = Counter((example.origin, example.topic) for example in examples)
    return {origin for (origin, topic), count in by_both.items() if count * 2 > by_topic[topic]}
