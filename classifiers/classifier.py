"""The classifier: texts in, predictions out. Needs numpy to predict, nothing else; safe in any thread.

Cheap views first: where they are sure of both questions, the sentence encoder is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from classifiers import encoder, storage
from classifiers.detect import detect_language
from classifiers.dialect import in_standard_german
from classifiers.evidence import evidence
from classifiers.features import VIEWS, matter_words
from classifiers.heads import MEANT, Head, Model, guessed
from classifiers.values import OTHER, Prediction, Text
from classifiers.vocabulary import Floats, Rows

#: A category read off fewer words with a matter is a guess, a topic read off none; looked for in short texts alone.
FEWEST_WORDS = 2
SHORT_TEXT = 80
#: How sure a guess is at most.
GUESS = 0.49

_ORDINARY = Text("Laterne", "Guten Tag, die Laterne vor dem Haus ist seit Montag dunkel.")


class Classifier:
    """A learnt model at work."""

    def __init__(self, model: Model, name: str | None = None) -> None:
        self.model = model
        self.id = name or storage.model_id(model)
        self._encodes = model.encoder is not None and model.encoder == encoder.encoder_version()

    def predict(self, texts: Sequence[Text]) -> list[Prediction]:
        """One prediction for each text, in order. At most a few milliseconds of CPU each in a batch."""
        if not texts:
            return []
        read = [in_standard_german(text) for text in texts]
        rows = self._rows(read)
        categories, topics = self._probabilities(read, rows)
        return [
            self._prediction(text, {view: lines.at([number]) for view, lines in rows.items()}, *chances)
            for number, (text, *chances) in enumerate(zip(texts, categories, topics, strict=True))
        ]

    def warm_up(self) -> None:
        """Load what is else loaded for the first text that needs it: the languages, the tables, the sentence encoder."""
        self.predict([_ORDINARY])
        if self._encodes:
            encoder.encode([_ORDINARY])

    def probabilities(self, texts: Sequence[Text]) -> tuple[Floats, Floats]:
        """Calibrated probabilities of categories and topics, a line for each text, columns as in the heads."""
        read = [in_standard_german(text) for text in texts]
        return self._probabilities(read, self._rows(read))

    def _rows(self, texts: Sequence[Text]) -> dict[str, Rows]:
        known = self.model.vocabularies
        return {view: known[view].rows([VIEWS[view](text) for text in texts]) for view in known}

    def _probabilities(self, texts: Sequence[Text], rows: Mapping[str, Rows]) -> tuple[Floats, Floats]:
        heads = (self.model.category, self.model.topic)
        scores = [_scores(head, head.plain.views, rows) for head in heads]
        chances = [head.plain.probabilities(each) for head, each in zip(heads, scores, strict=True)]
        hard = np.flatnonzero(
            np.any([chance.max(axis=1) < head.threshold for head, chance in zip(heads, chances, strict=True)], axis=0)
        )
        if self._encodes and len(hard):
            vectors = encoder.encode([texts[number] for number in hard.tolist()])
            hard_rows = {view: lines.at(hard.tolist()) for view, lines in rows.items()}
            for head, each, chance, meaning in zip(heads, scores, chances, self._meanings(vectors), strict=True):
                assert head.rich is not None
                cheap = {name: lines[hard] for name, lines in each.items()}
                meant = head.scorers[MEANT].scores(hard_rows) + meaning
                chance[hard] = head.rich.probabilities({**cheap, MEANT: meant})
        for text, category, topic in zip(texts, *chances, strict=True):
            self._doubt(text, category, topic)
        return chances[0], chances[1]

    def _doubt(self, text: Text, category: Floats, topic: Floats) -> None:
        """What says next to nothing is judged without certainty, whatever its few letters look like. In place."""
        said = f"{text.subject} {text.body}".strip()
        if len(said) > SHORT_TEXT:
            return
        words = [word for word in matter_words(said) if word.isalpha() and len(word) > len("ok")]
        if not any(map(str.isalpha, said)):
            classes = np.array(self.model.category.classes)
            category[:] = np.where(classes == OTHER, GUESS, (1 - GUESS) / max(1, len(classes) - 1))
        elif len(words) < FEWEST_WORDS:
            category[:] = guessed(category, GUESS)
        if not words:
            topic[:] = guessed(topic, GUESS)

    def _meanings(self, vectors: Floats) -> Sequence[Floats]:
        """How far nearness in meaning to the learnt texts speaks for each category, and for each topic."""
        duals = [head.scorers[MEANT].duals for head in (self.model.category, self.model.topic)]
        assert self.model.meanings is not None
        both = self.model.meanings.times(vectors, np.hstack([each for each in duals if each is not None]))
        return np.split(both, [len(self.model.category.classes)], axis=1)

    def save(self, folder: Path) -> None:
        """Store the model there, in place of what was stored; OSError where that fails."""
        storage.write(self.model, folder)

    @classmethod
    def load(cls, folder: Path) -> Classifier:
        """The classifier stored there; ModelError, with a sentence, where it is refused."""
        return cls(*storage.read(folder))

    def _prediction(self, text: Text, rows: Mapping[str, Rows], categories: Floats, topics: Floats) -> Prediction:
        return Prediction(
            language=detect_language(f"{text.subject}\n{text.body}"),
            categories=self.model.category.named(categories),
            topics=self.model.topic.named(topics),
            category_threshold=self.model.category.threshold,
            topic_threshold=self.model.topic.threshold,
            evidence=evidence(self.model, text, rows, int(categories.argmax()), int(topics.argmax())),
            model=self.id,
        )


def _scores(head: Head, learners: Sequence[str], rows: Mapping[str, Rows]) -> dict[str, Floats]:
    return {name: head.scorers[name].scores(rows) for name in learners if name in head.scorers}
