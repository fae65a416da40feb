"""The words that everyone shares: immutable values, no behaviour beyond reading themselves.

Times are aware and UTC. Sizes are octets. Nothing here imports another module of the project.
"""

from daemon.model.delivery import BounceNews, Claimed, Finding, InDoubt, Outcome, Planned, Refused, Retry, Sent
from daemon.model.judgement import (
    Decision,
    Reading,
    Reason,
    RequestedTime,
    RuleHit,
    Runner,
    Verdict,
    is_overruled,
    likely,
)
from daemon.model.message import UNKNOWN_ARRIVAL, Address, Attachment, Message, MessageKey, RawMessage, Report
from daemon.model.record import Issued, Past, Record, Seen, TicketRef
from daemon.model.words import Category, DeliveryStatus, Kind, Role, TicketStatus

__all__ = [
    "UNKNOWN_ARRIVAL",
    "Address",
    "Attachment",
    "BounceNews",
    "Category",
    "Claimed",
    "Decision",
    "DeliveryStatus",
    "Finding",
    "InDoubt",
    "Issued",
    "Kind",
    "Message",
    "MessageKey",
    "Outcome",
    "Past",
    "Planned",
    "RawMessage",
    "Reading",
    "Reason",
    "Record",
    "Refused",
    "Report",
    "RequestedTime",
    "Retry",
    "Role",
    "RuleHit",
    "Runner",
    "Seen",
    "Sent",
    "TicketRef",
    "TicketStatus",
    "Verdict",
    "is_overruled",
    "likely",
]
