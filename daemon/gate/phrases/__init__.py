"""The words of machines that mark themselves by nothing else, one module for each language."""

from daemon.gate.phrases import de, en, fr, it, others
from daemon.gate.phrases.shape import Phrases

LANGUAGES: tuple[Phrases, ...] = (de.PHRASES, en.PHRASES, fr.PHRASES, it.PHRASES, others.PHRASES)
