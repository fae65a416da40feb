"""How good a classifier is: on texts given to it, or cross-validated so that no writer is on both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from classifiers.classifier import Classifier
from classifiers.corpus import lexicon, shipped_examples
from classifiers.folds import ALWAYS, folds
from classifiers.heldback import PARTS, accepted
from classifiers.measures import Answer, Judgement
from classifiers.report import Report
from classifiers.training import train_on
from classifiers.values import Example, Prediction

Progress = Callable[[str, float], None]


def evaluate(
    classifier: Classifier | None = None,
    examples: Iterable[Example] | None = None,
    progress: Progress | None = None,
    with_encoder: bool | None = None,
) -> Report:
    """Judge a classifier on these examples; without one, cross-validate training itself on them.

    Without examples the shipped corpus is taken. Cross-validation trains anew for each part, all stages, and
    takes minutes; what one origin wrote is on one side only (`folds`).
    """
    chosen = list(examples) if examples is not None else shipped_examples()
    if classifier is not None:
        return _report(classifier.id, chosen, classifier.predict([each.text for each in chosen]))
    kept, predictions = [], []
    for held, trained in _parts(chosen, progress or (lambda _what, _share: None), with_encoder):
        kept += held
        predictions += trained.predict([each.text for each in held])
    return _report("cross-validated, grouped by origin", kept, predictions)


def _parts(
    examples: Sequence[Example], tell: Progress, with_encoder: bool | None
) -> Iterator[tuple[list[Example], Classifier]]:
    everything = [*examples, *lexicon()]
    part = folds(everything, PARTS)
    for number in (int(each) for each in np.unique(part) if each != ALWAYS):
        tell(f"part {number + 1} of {PARTS}", number / PARTS)
        rest = [each for each, place in zip(everything, part, strict=True) if place != number]
        held = [each for each, place in zip(everything, part, strict=True) if place == number]
        yield held, train_on(rest, with_encoder=with_encoder, among=everything)


def _report(title: str, examples: Sequence[Example], predictions: Sequence[Prediction]) -> Report:
    pairs = list(zip(examples, predictions, strict=True))
    category = [_answer(example, found, "category") for example, found in pairs if example.category]
    topic = [_answer(example, found, "topic") for example, found in pairs if example.topic]
    return Report(title, Judgement("category", tuple(category)), Judgement("topic", tuple(topic)))


def _answer(example: Example, found: Prediction, name: str) -> Answer:
    chances = found.categories if name == "category" else found.topics
    threshold = found.category_threshold if name == "category" else found.topic_threshold
    said = max(chances, key=lambda label: chances[label])
    return Answer(
        truth=getattr(example, name),
        accepted=frozenset(accepted(example, name)),
        said=said,
        confidence=chances[said],
        sure=chances[said] >= threshold,
        language=example.language or found.language,
        origin=example.origin,
    )
