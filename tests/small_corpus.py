"""`python -m tests.small_corpus …`: the command `anliegen` with a corpus that is learnt in a second or two.

Two files of the shipped corpus, no encoder; everything else is the real program. Its trainings run in children of
this same module, so that they learn the same corpus.
"""

from __future__ import annotations

import sys

from classifiers import apart, corpus, encoder

NAMES = {"h2.jsonl", "t8.jsonl"}


def shrink() -> None:
    """Make this process see the small corpus."""
    everything = corpus.corpus_files()
    corpus.corpus_files = lambda: [file for file in everything if file.name in NAMES]
    encoder.encoder_version = lambda: None
    apart.MODULE = "tests.small_corpus"


if __name__ == "__main__":
    shrink()
    if len(sys.argv) > 1:
        from daemon.cli import main

        main()
    else:
        apart.serve()
