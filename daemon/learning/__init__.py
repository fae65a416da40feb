"""Where the model comes from, what it learns, and when another takes its place.

`shelf` keeps models on this machine's disk, `lessons` and `files` say what staff and administrators taught,
`training` makes a model and lets it prove itself, `force` follows what the database says is in force, `drift`
counts how the model fares by week.
"""

from daemon.learning.drift import count, drift, weeks
from daemon.learning.files import read_lessons
from daemon.learning.force import current, follow, in_force, keep_up
from daemon.learning.lessons import lessons
from daemon.learning.shelf import Shelf, classifier, shipped
from daemon.learning.training import PATIENCE, retrain, told, train

__all__ = [
    "PATIENCE",
    "Shelf",
    "classifier",
    "count",
    "current",
    "drift",
    "follow",
    "in_force",
    "keep_up",
    "lessons",
    "read_lessons",
    "retrain",
    "shipped",
    "told",
    "train",
    "weeks",
]
