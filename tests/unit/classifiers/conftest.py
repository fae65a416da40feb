"""One small model for all tests of this folder: four origins of the shipped corpus and the lexicon, no encoder."""

from __future__ import annotations

import pytest

from classifiers import Classifier, Example
from classifiers.corpus import lexicon, shipped_examples
from classifiers.training import train_on

LEARNT = {"t1", "t6", "t8", "h2"}


@pytest.fixture(scope="session")
def learnt() -> list[Example]:
    return [example for example in shipped_examples() if example.origin in LEARNT]


@pytest.fixture(scope="session")
def small(learnt: list[Example]) -> Classifier:
    return train_on([*learnt, *lexicon()], with_encoder=False)
