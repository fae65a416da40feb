"""What an SMTP server's reply means for a delivery: policy as a table, no connection, no library.

The steps up to MAIL speak of the server or the account: whatever goes wrong there pauses the whole target.
From RCPT on a reply speaks of this delivery, but for the exceptions that stand in `OWNERS`. Binding:
RFC 5321 §4.2.1 (4yz again, 5yz never), §4.3.2 (codes by command), RFC 3463 and RFC 5248 (enhanced codes),
RFC 4954 §6 (530, 534, 535). The choice is explained in docs/decisions/0050-whose-trouble.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, StrEnum

from daemon.logs import printable
from daemon.model import InDoubt, Refused, Retry

Failure = Retry | Refused | InDoubt
_LONGEST = 300  # characters of a server's words that are kept


class Step(StrEnum):
    """A moment in the dialogue, by the name that sentences use."""

    GREETING = "the greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    END = "the message"


#: A failure at one of these steps has nothing to do with the delivery at hand.
BEFORE_RCPT = frozenset({Step.GREETING, Step.EHLO, Step.STARTTLS, Step.AUTH, Step.MAIL})


class Owner(Enum):
    """Whose trouble a negative reply is."""

    SERVER = "the server's or the account's"
    DELIVERY = "this delivery's"
    UNCLEAR = "one recipient's or everybody's: more replies will tell"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply (RFC 5321 §4.2): code and text, several lines joined by line feeds."""

    code: int
    text: str

    @property
    def enhanced(self) -> str | None:
        """The enhanced status code at the front of the text (RFC 2034 §4), or None."""
        found = re.match(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)", self.text)
        return found[1] if found and found[1][0] == str(self.code)[0] else None

    @property
    def positive(self) -> bool:
        """2yz: done (RFC 5321 §4.2.1). 3yz is positive only after DATA and AUTH."""
        return 200 <= self.code < 300

    @property
    def negative(self) -> bool:
        return 400 <= self.code < 600

    @property
    def words(self) -> str:
        """Code and text as one printable line of bounded length."""
        return shorten(f"{self.code} {self.text}")


def shorten(text: str) -> str:
    """A stranger's words, safe to store and to show: one line, bounded, valid Unicode."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    line = printable(" ".join(whole.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


@dataclass(frozen=True, slots=True)
class Row:
    """One exception at RCPT or later: all of what is set must hold."""

    owner: Owner
    why: str
    codes: frozenset[int] = frozenset()
    enhanced: frozenset[str | None] = frozenset()
    steps: frozenset[Step] = frozenset({Step.RCPT, Step.DATA, Step.END})
    says: re.Pattern[str] | None = None

    def fits(self, step: Step, reply: Reply, text: str) -> bool:
        return (
            step in self.steps
            and (not self.codes or reply.code in self.codes)
            and (not self.enhanced or reply.enhanced in self.enhanced)
            and (self.says is None or self.says.search(text) is not None)
        )


def _numbers(prefix: str, *details: int) -> frozenset[str | None]:
    return frozenset(f"{prefix}.{detail}" for detail in details)


_ABOUT_US = re.compile(r"relay|client host|sender address|authenticat|log ?in\b", re.IGNORECASE)

#: Read from above; the first row that fits decides. What fits none is this delivery's trouble.
OWNERS: tuple[Row, ...] = (
    Row(Owner.SERVER, "the server closes the connection (RFC 5321 §3.8)", codes=frozenset({421})),
    Row(Owner.SERVER, "wants a login, or another one (RFC 4954 §6)", codes=frozenset({530, 534, 535, 538})),
    Row(Owner.SERVER, "takes no mail at all (RFC 7504 §3)", codes=frozenset({521})),
    Row(Owner.SERVER, "does not understand us (RFC 5321 §4.3.2)", codes=frozenset({500, 502, 503, 504})),
    Row(
        Owner.SERVER,
        "our sender address is refused (RFC 3463 §3.2, RFC 7505 §4.2)",
        enhanced=_numbers("5.1", 7, 8) | _numbers("5.7", 27),
    ),
    Row(
        Owner.SERVER,
        "our login, its encryption or the account (RFC 5248 §2.4)",
        enhanced=_numbers("5.7", 8, 9, 10, 11, 12, 13, 14),
    ),
    Row(
        Owner.SERVER,
        "our domain's SPF, DKIM, DMARC or reverse name, said to us as a client (RFC 7372 §3)",
        enhanced=_numbers("5.7", 20, 21, 22, 23, 24, 25, 26),
        steps=frozenset({Step.RCPT}),
    ),
    Row(
        Owner.SERVER,
        "Exchange's own: not allowed to relay, not logged in, not this sender, unknown tenant, blocked",
        enhanced=_numbers("5.7", 54, 57, 60, 64, 501, 502, 503, 705, 708, 750),
    ),
    Row(
        Owner.UNCLEAR,
        "servers say so of one recipient and of us alike (RFC 3463 §3.8: X.7.0 and X.7.1)",
        codes=frozenset({550, 551, 553, 554}),
        enhanced=frozenset({None, "5.7.0", "5.7.1"}),
        steps=frozenset({Step.RCPT}),
        says=_ABOUT_US,
    ),
)


def owner(step: Step, reply: Reply, address: str = "") -> Owner:
    """Whose trouble a negative reply is. `address`, the recipient, is no evidence where it is quoted."""
    if step in BEFORE_RCPT:
        return Owner.SERVER
    text = re.sub(re.escape(address), "", reply.text, flags=re.IGNORECASE) if address else reply.text
    return next((row.owner for row in OWNERS if row.fits(step, reply, text)), Owner.DELIVERY)


def failure(step: Step, reply: Reply, whose: Owner) -> Failure:
    """What a reply that was not the wanted one leads to; `whose` as `owner` or a longer memory judged it."""
    if not reply.negative:
        return silence(step, f"answered “{reply.words}” at {step.value}, which means nothing there")
    said = f"The SMTP server answered “{reply.words}” at {step.value}"
    if whose is Owner.SERVER:
        hint = " Check smtp.username and its password." if step is Step.AUTH and reply.code >= 500 else ""
        return Retry(f"{said}: all its deliveries wait until it accepts mail again.{hint}", target_wide=True)
    if whose is Owner.UNCLEAR:
        return Retry(f"{said}, which may concern all mail or this recipient: the delivery waits and is tried again.")
    if reply.code < 500:
        return Retry(f"{said}: the delivery waits and is tried again.")
    return Refused(f"{said}: it is not sent again, a person has to look at it.")


def silence(step: Step, what: str) -> Failure:
    """What follows where no usable reply came: `what` happened instead, as in "The SMTP server …".

    After 354 nobody knows what became of the message (RFC 5321 §4.5.3.2.6, RFC 1047).
    """
    said = f"The SMTP server {shorten(what)}"
    if step is Step.END:
        return InDoubt(f"{said}, when the message was on its way: it may have arrived.")
    if step in BEFORE_RCPT:
        return Retry(f"{said}: all its deliveries wait and are tried again.", target_wide=True)
    return Retry(f"{said}: the delivery waits and is tried again.")
