"""What can go wrong, as sentences that tell the person what happens next.

Expected failures of the world (a server that is down, a refused recipient) are values
(`model.Outcome`), not exceptions. What stands here ends a command or a connection.
"""


class AnliegenError(Exception):
    """Root of all errors of this program. Its text is a sentence for an administrator."""


class ConfigError(AnliegenError):
    """The configuration cannot be used. `problems` holds all of them, each with its key path."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Unreadable(AnliegenError):
    """Bytes that cannot be made into a `Message`. The message goes to quarantine; the rest goes on."""


class SourceError(AnliegenError):
    """The mailbox's server failed or hung up. The connection is dropped and made anew; nothing is lost."""


class SourceRefused(SourceError):
    """The server answered and said no (login, folder). A person has to act; we keep trying, slowly."""


class StoreError(AnliegenError):
    """The database cannot be used (read-only, full, foreign schema). Nothing was settled; nothing is lost."""


class LeaseLost(AnliegenError):
    """Another worker owns this mailbox now. This one stops touching it at once."""


class Overtaken(AnliegenError):
    """The same mail was recorded from elsewhere since the past was looked up: the batch is judged once more."""


class Stuck(AnliegenError):
    """A part of the program does not answer any more: the process ends, and whoever keeps it starts it again."""


class ModelTrouble(AnliegenError):
    """A model can neither be read nor trained. A daemon that has one goes on with it."""


class TemplateError(AnliegenError):
    """A template does not render. The text names file and line, and may quote the mail: `place` and `why` do not."""

    def __init__(self, text: str, place: str = "", why: str = "") -> None:
        """`place` is file and line, `why` the class of what went wrong."""
        super().__init__(text)
        self.place, self.why = place, why


class Unsendable(AnliegenError):
    """An address that no mail can be sent to. The ticket is kept; staff answer by other means."""
