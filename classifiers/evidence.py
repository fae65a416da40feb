"""Why: the sender's own words and sentences that weighed most, for people.

Weights of word and letter features are added up for each written word; what is shown are the words as they
stand in the text, so nothing has to be translated.
"""

from __future__ import annotations

from collections.abc import Mapping

from classifiers.features import MAX_CHARS, VIEWS, fold, letter_runs, sentences, telling_words
from classifiers.heads import Head, Model
from classifiers.values import Text
from classifiers.vocabulary import Floats, Vocabulary

SHOWN_WORDS = 4
SHORTEST_WORD = 3
LONGEST_QUOTE = 160


def evidence(model: Model, text: Text, category: int, topic: int) -> tuple[str, ...]:
    """Two lines: the sentence that spoke most for the category, the words that spoke most for the topic."""
    quote = _telling_sentence(model, text, category)
    words = _telling_words(model, text, topic)
    lines = []
    if quote:
        lines.append(f"{model.category.classes[category]}: “{quote}”")
    if words:
        lines.append(f"{model.topic.classes[topic]}: {', '.join(words)}")
    return tuple(lines)


def _telling_sentence(model: Model, text: Text, category: int) -> str | None:
    pull = _pull(model.vocabularies["spoken"], model.category, "spoken", category, text)
    said = [part for part in (text.subject.strip(), *sentences(text.body[:MAX_CHARS])) if part]
    if not said:
        return None
    best = max(said, key=lambda part: sum(pull.get(feature, 0.0) for feature in VIEWS["spoken"](Text("", part))))
    return best if len(best) <= LONGEST_QUOTE else best[: LONGEST_QUOTE - 1] + "…"


def _telling_words(model: Model, text: Text, topic: int) -> list[str]:
    pull = _pull(model.vocabularies["spelled"], model.topic, "spelled", topic, text)
    written = {word for word in telling_words(text) if len(word) >= SHORTEST_WORD}
    weighed = {word: sum(pull.get(run, 0.0) for run in letter_runs(fold(word))) for word in written}
    return sorted((word for word in weighed if weighed[word] > 0), key=lambda word: -weighed[word])[:SHOWN_WORDS]


def _pull(vocabulary: Vocabulary, head: Head, view: str, wanted: int, text: Text) -> Mapping[str, float]:
    """How much each feature of the text speaks for the class rather than for the average class."""
    features = VIEWS[view](text)
    rows = vocabulary.rows([features])
    weights: Floats = head.scorers[view].weights[rows.columns]
    gains = rows.values * (weights[:, wanted] - weights.mean(axis=1))
    by_column = dict(zip(rows.columns.tolist(), gains.tolist(), strict=True))
    placed = ((feature, vocabulary.place(feature)) for feature in set(features))
    return {feature: by_column[place] for feature, place in placed if place is not None}
