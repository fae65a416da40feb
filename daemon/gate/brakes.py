"""Caps on acknowledgements: what stops a loop that no signal shows (RFC 3834 §6).

Pure: the counts come from the store, the limits from the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from daemon.config import Acknowledgement
from daemon.model import Reason, Verdict


@dataclass(frozen=True, slots=True)
class History:
    """Acknowledgements so far: to this address and on this ticket in the last 24 hours; in all those of the last 60
    minutes and those that wait for a later hour; and whether mail to this address came back for good."""

    to_sender: int = 0
    on_thread: int = 0
    this_hour: int = 0
    hard_bounced: bool = False


@dataclass(frozen=True, slots=True)
class Delay:
    """Not now: the acknowledgement waits for an hour that is not full yet. It is never dropped; the administrator
    is told."""

    span: timedelta


def brake(verdict: Verdict, history: History, limits: Acknowledgement) -> Reason | Delay | None:
    """Why an acknowledgement that the gate allows is withheld or delayed all the same; None where it may go."""
    if not verdict.acknowledge:
        return verdict.reason
    if history.hard_bounced:
        return Reason("earlier_bounce", "mail to this address came back for good", "RFC 3464 §2.3.4")
    if history.to_sender >= limits.per_sender_and_day:
        return Reason(
            "sender_cap", f"{history.to_sender} in 24 hours", "RFC 3834 §6, acknowledgement.per_sender_and_day"
        )
    if history.on_thread >= limits.per_thread_and_day:
        return Reason(
            "thread_cap", f"{history.on_thread} in 24 hours", "RFC 3834 §6, acknowledgement.per_thread_and_day"
        )
    full_hours = history.this_hour // limits.per_hour
    return Delay(timedelta(hours=full_hours)) if full_hours else None
