"""Rules from the configuration: `predicates.py` says what can be asked, `engine.py` walks the table."""

from daemon.rules.engine import decide
from daemon.rules.predicates import Matter

__all__ = ["Matter", "decide"]
