"""All learners of a question over all examples: what each one learns, and what it says of texts held back from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers import encoder, linear, ridge
from classifiers.dialect import in_standard_german
from classifiers.features import VIEWS
from classifiers.heads import JOINED, LIKENESS, MEANING, MEANT, TALLIED, TALLIES, Halves, Scorer
from classifiers.likeness import COMMON, Likeness
from classifiers.linear import Doubles, Labels
from classifiers.meanings import Meanings, coded
from classifiers.values import Example
from classifiers.vocabulary import Floats, Vocabulary, learn_vocabulary

#: A feature must stand in so many texts.
AT_LEAST = 2
#: From so many examples on, an office's own topic is learnt.
ENOUGH = 20
#: Where some of them are held back, so many must be left.
LEFT = 10

Parts = NDArray[np.int64]
#: A scorer, and its scores of all texts when they are held back.
Learnt = tuple[Scorer, Floats]


def teaches(examples: Sequence[Example], name: str, among: Sequence[Example]) -> NDArray[np.int64]:
    """The examples that one question is learnt from: labelled, and of a class with enough of them.

    `among`: all there are, where some of them are held back from these.
    """
    everywhere, here = (Counter(getattr(example, name) for example in each) for each in (among, examples))
    enough = {label for label in here if label and everywhere[label] >= ENOUGH and here[label] >= LEFT}
    return np.array([number for number, each in enumerate(examples) if getattr(each, name) in enough])


class Views:
    """All views of all examples, computed once."""

    def __init__(self, examples: Sequence[Example], use_encoder: bool, among: Sequence[Example] | None = None) -> None:
        self.examples, self._among = examples, examples if among is None else among
        self.vocabularies: dict[str, Vocabulary] = {}
        self._sparse: dict[str, linear.Matrix] = {}
        texts = [in_standard_german(example.text) for example in examples]
        for name, view in VIEWS.items():
            features = map(view, texts)
            self.vocabularies[name], rows = learn_vocabulary(features, AT_LEAST)
            self._sparse[name] = linear.matrix(rows)
        self.meanings = coded(encoder.corpus_vectors(texts)) if use_encoder else None

    def question(self, name: str) -> Question:
        """One question over the examples that it is learnt from."""
        where = teaches(self.examples, name, self._among)
        chosen = [self.examples[int(number)] for number in where]
        everything = len(where) == len(self.examples)  # as for the topic: a copy is fifty megabytes
        rows = {view: matrix if everything else matrix[where] for view, matrix in self._sparse.items()}
        return Question(name, chosen, rows, where, self.meanings)


class Question:
    """One question, the examples that teach it, and its learners."""

    def __init__(
        self,
        name: str,
        examples: Sequence[Example],
        rows: Mapping[str, linear.Matrix],
        where: NDArray[np.int64],
        meanings: Meanings | None,
    ) -> None:
        self.name, self.examples, self.meanings = name, examples, meanings
        self._where = where
        self.labels: Labels = np.array([getattr(each, name) for each in examples])
        self._weights: Doubles = np.array([each.weight for each in examples])
        self._rows = rows

    def learn(self, part: Parts) -> dict[str, Learnt]:
        """What every learner learns from all examples, and what it says of each part (from 0) without that part."""
        return self._by_likeness(part) | {TALLIED: self._by_tallies(part)}

    def _by_likeness(self, part: Parts) -> dict[str, Learnt]:
        table = Likeness(linear.beside((self._rows[view], share) for view, share in LIKENESS[self.name].items()))
        found = {JOINED: self._scorer(ridge.solve(table, self.labels, self._weights, part))}
        if self.meanings is not None:
            table.add(self.meanings.at(self._where), MEANING)
            solved = ridge.solve(table, self.labels, self._weights, part)
            duals = np.zeros((len(self.meanings), solved.duals.shape[1]), dtype=np.float16)
            duals[self._where] = MEANING * solved.duals
            found[MEANT] = self._scorer(solved, duals)
        return found

    def _scorer(self, solved: ridge.Solution, duals: Halves | None = None) -> Learnt:
        weights = {
            view: (share * (self._rows[view].T @ solved.duals)).astype(np.float16)
            for view, share in LIKENESS[self.name].items()
        }
        bias = COMMON * solved.duals.sum(axis=0)
        return Scorer(weights, bias, duals), solved.held

    def _by_tallies(self, part: Parts) -> Learnt:
        view = TALLIES[self.name]
        rows = self._rows[view]
        held = np.zeros((len(self.labels), len(set(self.labels.tolist()))), dtype=np.float32)
        for number in range(int(part.max()) + 1):
            out, rest = np.flatnonzero(part == number), np.flatnonzero(part != number)
            held[out] = rows[out] @ linear.fit_tally(rows[rest], self.labels[rest], self._weights[rest])
        lines = linear.fit_tally(rows, self.labels, self._weights)
        return Scorer({view: lines.astype(np.float16)}, np.zeros(lines.shape[1], dtype=np.float32)), held
