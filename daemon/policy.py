"""All that decides and that a reload replaces as one: configuration, texts, model, and the signing key."""

from __future__ import annotations

from dataclasses import dataclass

from classifiers import Classifier
from daemon.config import Config
from daemon.rendering import Renderer


@dataclass(frozen=True, slots=True)
class Policy:
    """One consistent set. A message is judged by one policy from its first to its last line.

    `eight_bit`: the SMTP server offered 8BITMIME when it was asked, so that originals go out as they are.
    """

    config: Config
    renderer: Renderer
    classifier: Classifier
    key: bytes
    eight_bit: bool = False
