"""The configuration: one TOML file, read and checked as a whole.

`values` is what one value may look like, `shapes` the sections with every key and default, `meaning` what only
the whole can show (references, doubles, combinations), `loading` puts them together: both looks always run,
and all problems are reported at once with their key paths.
"""

from daemon.config.loading import find, load, parse
from daemon.config.shapes import (
    TARGETS,
    Acknowledgement,
    Administrator,
    Classification,
    Config,
    Database,
    Delivery,
    Department,
    FolderTarget,
    Gate,
    Hours,
    Limits,
    Mailbox,
    MailTarget,
    Organisation,
    Rule,
    Secret,
    Smtp,
    Target,
    Templates,
    Then,
    WebhookTarget,
    When,
    Worker,
)
from daemon.config.values import LOOPBACK, Security

__all__ = [
    "LOOPBACK",
    "TARGETS",
    "Acknowledgement",
    "Administrator",
    "Classification",
    "Config",
    "Database",
    "Delivery",
    "Department",
    "FolderTarget",
    "Gate",
    "Hours",
    "Limits",
    "MailTarget",
    "Mailbox",
    "Organisation",
    "Rule",
    "Secret",
    "Security",
    "Smtp",
    "Target",
    "Templates",
    "Then",
    "WebhookTarget",
    "When",
    "Worker",
    "find",
    "load",
    "parse",
]
