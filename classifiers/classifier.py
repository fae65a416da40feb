"""The classifier: texts in, predictions out. Needs numpy to predict, nothing else; safe in any thread.

Cheap views first: where they are sure of both questions, the sentence encoder is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classifiers import encoder, storage
from classifiers.detect import detect_language
from classifiers.evidence import evidence
from classifiers.features import VIEWS
from classifiers.heads import READS, Head, Model
from classifiers.listed import listed
from classifiers.values import Prediction, Text
from classifiers.vocabulary import Floats, Rows

#: Views beside those of words and letters: the sentence encoder, and the lexicon (topics only).
ENCODED, LISTED = "encoded", "listed"


class Classifier:
    """A learnt model at work."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.id = storage.model_id(model)
        self._encodes = model.encoder is not None and model.encoder == encoder.encoder_version()

    def predict(self, texts: Sequence[Text]) -> list[Prediction]:
        """One prediction for each text, in order. At most a few milliseconds of CPU each in a batch."""
        if not texts:
            return []
        categories, topics = self.probabilities(texts)
        lines = zip(texts, categories, topics, strict=True)
        return [self._prediction(*line) for line in lines]

    def probabilities(self, texts: Sequence[Text]) -> tuple[Floats, Floats]:
        """Calibrated probabilities of categories and topics, a line for each text, columns as in the heads."""
        heads = (self.model.category, self.model.topic)
        rows = {
            view: known.rows([VIEWS[view](text) for text in texts]) for view, known in self.model.vocabularies.items()
        }
        scores = [_sparse_scores(head, rows) for head in heads]
        scores[1][LISTED] = listed(texts, self.model.topic.classes)
        chances = [head.plain.probabilities(each) for head, each in zip(heads, scores, strict=True)]
        hard = np.flatnonzero(
            np.any([chance.max(axis=1) < head.threshold for head, chance in zip(heads, chances, strict=True)], axis=0)
        )
        if self._encodes and len(hard):
            vectors = encoder.encode([texts[int(number)] for number in hard])
            for head, each, chance in zip(heads, scores, chances, strict=True):
                chance[hard] = _rich(head, {view: lines[hard] for view, lines in each.items()}, vectors)
        return chances[0], chances[1]

    def save(self, folder: Path) -> None:
        """Store the model there, in place of what was stored; OSError where that fails."""
        storage.write(self.model, folder)

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """The classifier stored there; ModelError, with a sentence, where it is refused."""
        return cls(storage.read(folder))

    def _prediction(self, text: Text, categories: Floats, topics: Floats) -> Prediction:
        return Prediction(
            language=detect_language(f"{text.subject}\n{text.body}"),
            categories=self.model.category.named(categories),
            topics=self.model.topic.named(topics),
            category_threshold=self.model.category.threshold,
            topic_threshold=self.model.topic.threshold,
            evidence=evidence(self.model, text, int(categories.argmax()), int(topics.argmax())),
            model=self.id,
        )


def _sparse_scores(head: Head, rows: Mapping[str, Rows]) -> dict[str, Floats]:
    scores = {}
    for name, view in READS.items():
        if name not in head.scorers:
            continue
        scorer = head.scorers[name]
        scores[name] = rows[view].times(scorer.weights) + scorer.bias
    return scores


def _rich(head: Head, scores: Mapping[str, Floats], vectors: Floats) -> Floats:
    assert head.rich is not None
    scorer = head.scorers[ENCODED]
    return head.rich.probabilities({**scores, ENCODED: vectors @ scorer.weights + scorer.bias})
