"""The closed vocabularies: what a concern, a message, a ticket and a delivery can be."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What a person wants. The order is the order of reports."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    APPOINTMENT = "appointment"
    OTHER = "other"


class Kind(StrEnum):
    """What sort of message this is, by the gate's judgement."""

    PERSON = "person"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    RECEIPT = "receipt"
    ABUSE_REPORT = "abuse_report"
    CALENDAR = "calendar"
    SPAM = "spam"
    OWN = "own"
    UNREADABLE = "unreadable"

    @property
    def opens_ticket(self) -> bool:
        """True where a person may be waiting for an answer."""
        return self in (Kind.PERSON, Kind.CALENDAR, Kind.UNREADABLE)


class TicketStatus(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class DeliveryStatus(StrEnum):
    """`waiting` -> `claimed` -> `sending` -> `sent`, `refused` or `in_doubt`; `withheld` is never claimed."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    WITHHELD = "withheld"


class Role(StrEnum):
    """What a recorded message is to its ticket."""

    FIRST = "first"  # opened it
    FURTHER = "further"  # the citizen wrote again
    NOTE = "note"  # a machine's word about it: bounce, absence notice, receipt
    DUPLICATE = "duplicate"  # the same mail a second time
    ASIDE = "aside"  # belongs to no ticket
