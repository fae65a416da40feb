"""May this be answered? The one place that decides it, and what kind of message it is (RFC 3834 §2).

Owns the verdict. Does not own: what a bounce or a reply belongs to (`threads`), the counting (`store`), the
words of the answer. Pure: no clock, no I/O; total on whatever `mime` hands over.

    table       every signal, one row each; the order is that of meaning
    reports, automatic, lists, authors   the signals' functions; their docstrings are the manual
    wording, phrases/                    machines that mark themselves by nothing but their words
    fields, senders, verdicts            how fields, addresses and filters' verdicts are read
    brakes      the caps
"""

from __future__ import annotations

from daemon.gate import fields, senders, verdicts
from daemon.gate.brakes import Delay, History, brake
from daemon.gate.senders import Surroundings
from daemon.gate.table import FORBIDS, TABLE, Signal
from daemon.model import Kind, Message, Reason, Verdict

__all__ = ["FORBIDS", "TABLE", "Delay", "History", "Signal", "Surroundings", "brake", "check", "unreadable"]


def check(message: Message, around: Surroundings) -> Verdict:
    """Walk the table: what kind of message this is, whether it may be answered, where, and every signal seen."""
    form = senders.is_configured_form(message, around)
    rows = (signal for signal in TABLE if signal.in_forms or not form)
    fired = [(signal, value) for signal in rows if (value := signal.read(message, around)) is not None]
    withheld = sum(signal.weight for signal, _ in fired) >= FORBIDS
    machine = sum(signal.weight for signal, _ in fired if signal.kind is not None) >= FORBIDS
    kind = _kind([signal for signal, _ in fired], machine)
    seen = tuple(Reason(signal.name, fields.told(value), signal.rule) for signal, value in fired)
    heaviest = max(fired, key=lambda pair: pair[0].weight) if withheld else None
    return Verdict(
        kind=kind,
        acknowledge=not withheld,
        reason=seen[fired.index(heaviest)] if heaviest else None,
        answer_to=senders.answer_to(message, around),
        signals=seen,
        authenticated=verdicts.authentication(message, around.authentication_servers, "dmarc") == "pass",
    )


def _kind(fired: list[Signal], machine: bool) -> Kind:
    """The kind of the first row that fired, where together they show a machine; else a person's mail."""
    kinds = [signal.kind for signal in fired if signal.kind is not None]
    if machine:
        return kinds[0]
    return Kind.CALENDAR if Kind.CALENDAR in kinds else Kind.PERSON


def unreadable(why: str) -> Verdict:
    """The verdict on a message that could not be read: a ticket for a person to look at, and no answer."""
    return Verdict(Kind.UNREADABLE, False, Reason("unreadable", fields.told(why), "RFC 5322 §3.6"))
