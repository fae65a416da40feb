"""From labelled texts to a classifier: views, scorers, then the second stage on scores they were not fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from classifiers import encoder, linear
from classifiers.classifier import Classifier
from classifiers.corpus import lexicon, shipped_examples
from classifiers.heads import PLAIN, RICH, Head, Model, choose_threshold
from classifiers.heldback import hold_back
from classifiers.values import Example
from classifiers.views import Question, Views

#: Right among the sure ones: what the thresholds are chosen for. A wrong category reaches the citizen, a wrong
#: department is passed on by colleagues (docs/decisions/0060).
PRECISION = {"category": 0.97, "topic": 0.90}
#: A correction by the office's own staff counts as much as so many shipped texts.
CORRECTION_WEIGHT = 3.0

Progress = Callable[[str, float], None]


def train(corrections: Iterable[Example] = (), progress: Progress | None = None) -> Classifier:
    """A classifier from the shipped corpus and the office's corrections. Close to a minute of a processor, 850 MB."""
    corrected = [
        replace(each, weight=each.weight * CORRECTION_WEIGHT, origin=each.origin or "office") for each in corrections
    ]
    return train_on([*shipped_examples(), *lexicon(), *corrected], progress)


def train_on(
    examples: Sequence[Example],
    progress: Progress | None = None,
    with_encoder: bool | None = None,
    among: Sequence[Example] | None = None,
) -> Classifier:
    """A classifier from these examples alone. `with_encoder=None`: where it is installed.

    `among`: all examples, where these are what is left of them for a trial: they say which topics there are enough of.
    """
    tell = progress or (lambda _what, _share: None)
    use_encoder = encoder.encoder_version() is not None if with_encoder is None else with_encoder
    heads = {}
    with linear.one_thread():
        tell("reading the examples", 0.0)
        views = Views(examples, use_encoder, among)
        for start, name in ((0.2, "category"), (0.5, "topic")):
            tell(f"learning the {name}", start)
            heads[name] = _fit_head(views.question(name))
    tell("done", 1.0)
    version = encoder.encoder_version() if use_encoder else None
    return Classifier(Model(views.vocabularies, heads["category"], heads["topic"], version, views.meanings))


def _fit_head(question: Question) -> Head:
    held_back = hold_back(question)
    plain, said = held_back.second_stage(PLAIN)
    outcomes, rich = [(said.max(axis=1), held_back.right(said))], None
    if question.meanings is not None:
        rich, said = held_back.second_stage(RICH)
        outcomes.append((said.max(axis=1), held_back.right(said)))
    threshold = choose_threshold(PRECISION[question.name], *outcomes)
    return Head(question.name, held_back.classes, held_back.scorers, plain, rich, threshold)
