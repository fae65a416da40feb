"""Text in, prediction out: what a citizen wants and whose matter it is.

Knows nothing of mail servers, databases or the daemon. No generative model, no outside service: linear models
over words, letters and (where installed) a sentence encoder, trained from `corpus/` and the office's corrections.
"""

from classifiers.classifier import Classifier
from classifiers.detect import detect_language
from classifiers.evaluation import evaluate
from classifiers.report import Report
from classifiers.times import requested_times
from classifiers.training import train
from classifiers.values import CATEGORIES, TOPICS, Example, ModelError, Prediction, Text

__all__ = [
    "CATEGORIES",
    "TOPICS",
    "Classifier",
    "Example",
    "ModelError",
    "Prediction",
    "Report",
    "Text",
    "detect_language",
    "evaluate",
    "requested_times",
    "train",
]
