"""What an SMTP reply means: the table of `smtp.replies`, row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.logs import printable
from daemon.model import InDoubt, Refused, Retry
from daemon.smtp.replies import BEFORE_RCPT, Owner, Reply, Step, failure, owner, shorten, silence

SERVER, DELIVERY, UNCLEAR = Owner.SERVER, Owner.DELIVERY, Owner.UNCLEAR


@pytest.mark.parametrize("step", sorted(BEFORE_RCPT))
@pytest.mark.parametrize("code", [421, 450, 451, 454, 500, 530, 535, 550, 552, 554])
def test_before_rcpt_everything_is_the_servers_trouble(step: Step, code: int) -> None:
    assert owner(step, Reply(code, "no")) is SERVER


@pytest.mark.parametrize(
    ("step", "code", "text", "expected"),
    [
        (Step.RCPT, 550, "5.1.1 user unknown", DELIVERY),
        (Step.RCPT, 550, "no such user here", DELIVERY),
        (Step.RCPT, 550, "5.7.1 blocked by recipient's policy", DELIVERY),
        (Step.RCPT, 552, "5.2.2 mailbox full", DELIVERY),
        (Step.RCPT, 556, "5.1.10 domain takes no mail", DELIVERY),
        (Step.RCPT, 450, "4.2.0 greylisted", DELIVERY),
        (Step.RCPT, 451, "4.7.1 try again", DELIVERY),
        (Step.RCPT, 452, "4.3.1 insufficient storage", DELIVERY),
        (Step.RCPT, 421, "4.3.2 shutting down", SERVER),
        (Step.RCPT, 530, "5.7.0 authentication required", SERVER),
        (Step.RCPT, 503, "5.5.1 AUTH first", SERVER),
        (Step.RCPT, 504, "5.5.2 <x>: Helo command rejected: need fully-qualified hostname", SERVER),
        (Step.RCPT, 521, "5.3.2 takes no mail", SERVER),
        (Step.RCPT, 550, "5.1.8 sender domain not found", SERVER),
        (Step.RCPT, 550, "5.7.25 no reverse name", SERVER),
        (Step.RCPT, 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", SERVER),
        (Step.RCPT, 554, "5.7.1 <a@b.example>: Relay access denied", UNCLEAR),
        (Step.RCPT, 550, "relay not permitted", UNCLEAR),
        (Step.RCPT, 553, "5.7.1 <x@y.example>: Sender address rejected: not owned by user", UNCLEAR),
        (Step.RCPT, 550, "5.1.1 relay: user unknown", DELIVERY),
        (Step.DATA, 554, "no valid recipients", DELIVERY),
        (Step.DATA, 503, "5.5.1 need RCPT", SERVER),
        (Step.DATA, 451, "4.3.0 not now", DELIVERY),
        (Step.END, 554, "5.7.1 spam, do not relay", DELIVERY),
        (Step.END, 550, "5.7.26 unauthenticated mail", DELIVERY),
        (Step.END, 550, "5.7.60 client may not send as this sender", SERVER),
        (Step.END, 552, "5.3.4 too big", DELIVERY),
        (Step.END, 421, "4.4.2 bye", SERVER),
    ],
)
def test_from_rcpt_on_it_depends(step: Step, code: int, text: str, expected: Owner) -> None:
    assert owner(step, Reply(code, text)) is expected


def test_a_recipients_address_is_no_evidence() -> None:
    address = "relay@sender-address.example"
    reply = Reply(550, f"5.7.1 <{address.upper()}>: mailbox closed")
    assert owner(Step.RCPT, reply, address) is DELIVERY


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5.1.1 x", "5.1.1"), ("5.7.123", "5.7.123"), ("4.1.1 x", None), ("5.1 x", None), ("x 5.1.1", None), ("", None)],
)
def test_the_enhanced_code_agrees_with_the_reply(text: str, expected: str | None) -> None:
    assert Reply(550, text).enhanced == expected


def test_outcomes_follow_the_owner() -> None:
    assert isinstance(failure(Step.RCPT, Reply(550, "no"), DELIVERY), Refused)
    waits = failure(Step.RCPT, Reply(450, "later"), DELIVERY)
    assert isinstance(waits, Retry)
    assert not waits.target_wide
    pauses = failure(Step.RCPT, Reply(550, "no"), SERVER)
    assert isinstance(pauses, Retry)
    assert pauses.target_wide
    unclear = failure(Step.RCPT, Reply(550, "relay"), UNCLEAR)
    assert isinstance(unclear, Retry)
    assert not unclear.target_wide


@pytest.mark.parametrize("code", [150, 251, 334, 354, 600, 999])
def test_a_reply_that_means_nothing_is_no_reply(code: int) -> None:
    assert isinstance(failure(Step.END, Reply(code, "?"), DELIVERY), InDoubt)
    assert isinstance(failure(Step.RCPT, Reply(code, "?"), DELIVERY), Retry)


@given(st.sampled_from(Step), st.integers(0, 999), st.text(), st.emails())
def test_nothing_before_the_message_is_in_doubt_and_only_5yz_refuses(
    step: Step, code: int, text: str, address: str
) -> None:
    reply = Reply(code, text)
    found = failure(step, reply, owner(step, reply, address))
    assert not isinstance(found, InDoubt) or step is Step.END
    assert not isinstance(found, Refused) or (code // 100 == 5 and step not in BEFORE_RCPT)
    assert printable(found.why) == found.why
    assert isinstance(silence(step, text), InDoubt if step is Step.END else Retry)


@given(st.binary())
def test_a_strangers_words_are_safe_whatever_their_octets(octets: bytes) -> None:
    words = shorten(octets.decode("utf-8", "surrogateescape"))
    assert words.encode()[:4000] == words.encode()
    assert len(words) <= 300
    assert "\n" not in words
