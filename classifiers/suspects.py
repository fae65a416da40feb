"""Labels for a second look: `python -m classifiers.suspects` lists texts whose label the others contradict.

Each text is judged by models that never saw its writer. Where they are confident of a label that is not accepted,
either the label is wrong, or a second one is missing, or the text is the kind that teaches most.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from classifiers import encoder
from classifiers.corpus import lexicon, shipped_examples
from classifiers.heads import PLAIN, RICH
from classifiers.heldback import accepted, hold_back
from classifiers.values import Example
from classifiers.views import Views

#: From this confidence on a disagreement is listed.
CONFIDENT = 0.9


def suspects(name: str) -> Iterator[tuple[float, str, Example]]:
    """Confidence, the contradicting label and the example, the most confident first."""
    views = Views([*shipped_examples(), *lexicon()], encoder.encoder_version() is not None)
    question = views.question(name)
    held_back = hold_back(question)
    _, chances = held_back.second_stage(RICH if question.meanings is not None else PLAIN)
    for number in np.argsort(-chances.max(axis=1)):
        said, example = held_back.classes[int(chances[number].argmax())], held_back.examples[int(number)]
        if chances[number].max() >= CONFIDENT and said not in accepted(example, name):
            yield float(chances[number].max()), said, example


if __name__ == "__main__":
    for question in sys.argv[1:] or ("category", "topic"):
        for sure, other, found in suspects(question):
            label, words = getattr(found, question), " ".join(f"{found.text.subject} | {found.text.body}".split())
            print(f"{question} {label} -> {other} ({sure:.2f}) {found.origin}: {words[:200]}")
