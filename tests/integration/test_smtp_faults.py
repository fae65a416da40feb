"""What becomes of a delivery when the SMTP server misbehaves: every step, every fault.

The table is the policy (docs/decisions/0050, docs/targets.md prints it). Words:

    pauses    Retry, target-wide: the server or the account is in trouble, all its deliveries wait
    waits     Retry: this delivery waits, the others go on
    refused   Refused: not sent again, a person looks at it
    doubt     InDoubt: it may have arrived
    sent      Sent: the server took it
"""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from daemon.model import InDoubt, Outcome, Refused, Retry, Sent
from tests.deliveries import Begin, claimed
from tests.integration.test_smtp import LOGIN, target_for
from tests.opponents.smtp_server import Opponent

TABLE = """
    fault                   greeting  ehlo     auth     mail     rcpt     data     body     end
    421 4.3.2 closing       pauses    pauses   pauses   pauses   pauses   pauses   pauses   pauses
    451 4.3.0 not now       pauses    pauses   pauses   pauses   waits    waits    waits    waits
    452 4.3.1 disk is full  pauses    pauses   pauses   pauses   waits    waits    waits    waits
    550 5.1.1 no            pauses    pauses   pauses   pauses   refused  refused  refused  refused
    552 5.3.4 too big       pauses    pauses   pauses   pauses   refused  refused  refused  refused
    554 5.7.1 spam          pauses    pauses   pauses   pauses   refused  refused  refused  refused
    530 5.7.0 log in        pauses    pauses   pauses   pauses   pauses   pauses   pauses   pauses
    550 5.7.60 not you      pauses    pauses   pauses   pauses   pauses   pauses   pauses   pauses
    cut                     pauses    pauses   pauses   pauses   waits    waits    doubt    doubt
    cut after               pauses    pauses   pauses   waits    waits    doubt    -        sent
    hang                    pauses    pauses   pauses   pauses   waits    waits    doubt    doubt
    trickle                 pauses    pauses   pauses   pauses   waits    waits    doubt    doubt
    flood                   pauses    pauses   pauses   pauses   waits    waits    doubt    doubt
    garbage                 pauses    pauses   pauses   pauses   waits    waits    doubt    doubt
    199 what                pauses    pauses   pauses   pauses   waits    waits    doubt    doubt
    250 ok                  pauses    -        pauses   -        -        waits    -        -
    354 go on               pauses    pauses   pauses   pauses   waits    -        doubt    doubt
"""
_HEAD, *_ROWS = [line for line in TABLE.splitlines() if line.strip()]
STEPS = _HEAD.split()[1:]
CASES = [
    (row[4:28].strip(), step, word)
    for row in _ROWS
    for step, word in zip(STEPS, row[28:].split(), strict=True)
    if word != "-"
]


def test_the_administrators_page_shows_this_table() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "targets.md").read_text("utf-8")
    assert dedent(TABLE) in page


def word_for(outcome: Outcome) -> str:
    match outcome:
        case Retry(target_wide=True):
            return "pauses"
        case Retry():
            return "waits"
        case Refused():
            return "refused"
        case InDoubt():
            return "doubt"
        case Sent():
            return "sent"


@pytest.mark.parametrize(("fault", "step", "expected"), CASES)
async def test_a_fault_at_a_step(fault: str, step: str, expected: str) -> None:
    begin = Begin()
    async with Opponent(step, fault) as server:
        async with target_for(server, patience=0.3, **LOGIN) as target:
            outcome = await target.deliver(claimed(), begin)
        assert word_for(outcome) == expected
        # what the server has is never called unsent, and nothing is called sent that it does not have
        assert len(server.accepted) <= (1 if expected in ("doubt", "sent") else 0)
        assert begin.calls == (1 if step in ("data", "body", "end") or (fault, step) == ("cut after", "rcpt") else 0)
        if not isinstance(outcome, Sent):
            assert outcome.why.endswith(".") or expected == "pauses"
            assert outcome.why.isprintable()


@pytest.mark.parametrize("fault", ["454 4.7.0 no TLS now", "502 5.5.1 no", "cut", "cut after", "hang", "garbage"])
async def test_a_fault_at_starttls_never_goes_on_in_plain_text(fault: str) -> None:
    async with Opponent("starttls", fault) as server:
        async with target_for(server, security="starttls", patience=0.3, **LOGIN) as target:
            outcome = await target.deliver(claimed(), Begin())
        assert word_for(outcome) == "pauses"
        assert server.verbs() == ["EHLO", "STARTTLS"]
