"""What citizens and staff read: facts in, final octets out. No clock, no I/O but reading templates.

`Renderer` is built once per configuration. Owns wording (through `templates/`), header safety and MIME; does
not decide who gets what. Binding: RFC 3834 §3.1, RFC 5322, RFC 2045 to 2047.
"""

from daemon.rendering.facts import (
    AckFacts,
    AlarmFacts,
    DailyFacts,
    ForwardFacts,
    LateTicket,
    PausedDoor,
    WebhookFacts,
    WithheldTicket,
)
from daemon.rendering.headers import ascii_address
from daemon.rendering.letter import LOOP_FIELD, Readable, read
from daemon.rendering.renderer import Renderer

__all__ = [
    "LOOP_FIELD",
    "AckFacts",
    "AlarmFacts",
    "DailyFacts",
    "ForwardFacts",
    "LateTicket",
    "PausedDoor",
    "Readable",
    "Renderer",
    "WebhookFacts",
    "WithheldTicket",
    "ascii_address",
    "read",
]
