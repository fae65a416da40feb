"""The gate holds for any octets, does not mind case and folding, and never answers our own acknowledgement."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from daemon import gate, mime, threads
from daemon.config import Acknowledgement, Limits
from daemon.errors import Unreadable
from daemon.model import Kind, Message, Past, Reason, TicketRef, TicketStatus, Verdict
from tests.gate_mails import AROUND, FOLDER, KEY, OURS, parse
from tests.rendering import ack_facts, renderer

MAILS = sorted((FOLDER / "signals").glob("*/*.eml")) + sorted((FOLDER / "absence").glob("*.eml"))
NAMES = sorted({path.parent.name for path in (FOLDER / "signals").glob("*/*.eml")})
FIELDS = st.sampled_from(
    [
        "Auto-Submitted", "Precedence", "Return-Path", "List-Id", "List-Unsubscribe", "X-Loop", "From", "Sender", "Reply-To",
        "Authentication-Results", "X-Spam-Status", "X-Forefront-Antispam-Report", "Content-Type", "Subject", "Message-ID",
        "In-Reply-To", "References", "To", "X-Auto-Response-Suppress", "Delivered-To", "X-Failed-Recipients",
    ]
)  # fmt: skip
PIECES = st.lists(
    st.sampled_from(
        [
            "(",
            ")",
            '"',
            "\\",
            ";",
            ",",
            "<",
            ">",
            "@",
            "=",
            "no",
            "auto-replied",
            "dmarc=fail",
            " ",
            "\r\n ",
            "\x00",
            "ü",
            "=?utf-8?q?=0D=0A?=",
        ]
    )
    | st.text(max_size=8),
    max_size=12,
).map("".join)


def _judge(data: bytes) -> tuple[Message, Verdict] | None:
    try:
        message = mime.parse(data, Limits())
    except Unreadable:
        return None
    return message, gate.check(message, AROUND)


def _holds(message: Message, verdict: Verdict) -> None:
    assert verdict.acknowledge == (verdict.reason is None)
    assert not (verdict.acknowledge and verdict.answer_to is None)
    assert verdict.reason is None or verdict.reason in verdict.signals
    assert all(each.value.isprintable() and len(each.value) <= 160 for each in verdict.signals)
    if verdict.acknowledge:
        assert verdict.kind in (Kind.PERSON, Kind.CALENDAR)
        assert verdict.answer_to is not None
        assert verdict.answer_to.addr.isascii()
        assert not set(verdict.answer_to.addr) & set(' \r\n\t,;<>()"')
        assert verdict.answer_to.key != OURS
    past = Past(tickets={"2026-000123": TicketRef(1, "2026-000123", "anna@post.example", TicketStatus.OPEN)})
    threads.match(message, verdict, past, KEY)
    about = threads.about(message, past, KEY)
    threads.bounce(message, verdict, about)
    threads.numbers(message, KEY)


@given(st.binary(max_size=2000))
def test_any_octets_get_a_verdict(data: bytes) -> None:
    judged = _judge(data)
    if judged:
        _holds(*judged)


@given(st.lists(st.tuples(FIELDS, PIECES), max_size=12), st.text(max_size=200))
def test_any_fields_get_a_verdict(fields: list[tuple[str, str]], body: str) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    judged = _judge(f"From: anna@post.example\r\n{head}\r\n{body}".encode("utf-8", "surrogatepass"))
    if judged:
        _holds(*judged)


def _dressed(data: bytes, seed: int) -> bytes:
    """The same mail with its field names in another case, and its fields' values folded at blanks."""
    chance = random.Random(seed)
    head, blank, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            continue
        name, colon, value = line.partition(b":")
        name = bytes(chance.choice((bytes([sign]).upper(), bytes([sign]).lower()))[0] for sign in name)
        if chance.random() < 0.5 and value.startswith(b" ") and value.strip():
            value = b"\r\n\t" + value.strip()
        lines[number] = name + colon + value
    return b"\r\n".join(lines) + blank + body


@given(st.sampled_from(MAILS), st.integers())
def test_case_and_folding_change_nothing(path: object, seed: int) -> None:
    data = path.read_bytes()  # type: ignore[attr-defined]
    plain, dressed = _judge(data), _judge(_dressed(data, seed))
    assert plain is not None
    assert dressed is not None
    assert (plain[1].kind, plain[1].acknowledge, plain[1].answer_to) == (
        dressed[1].kind,
        dressed[1].acknowledge,
        dressed[1].answer_to,
    )
    assert [each.signal for each in plain[1].signals] == [each.signal for each in dressed[1].signals]


@given(
    st.sampled_from(MAILS),
    st.sampled_from(["X-Note: (", "X-Spam-Status: No", "Auto-Submitted: no", "Precedence:", "List-Id:", "X-Loop:"]),
)
def test_a_field_that_says_nothing_lifts_nothing(path: object, harmless: str) -> None:
    data = path.read_bytes()  # type: ignore[attr-defined]
    before, after = _judge(data), _judge(harmless.encode() + b"\r\n" + data)
    assert before is not None
    assert after is not None
    assert (before[1].kind, before[1].acknowledge) == (after[1].kind, after[1].acknowledge)


@given(
    language=st.sampled_from(["de", "en", "fr", "it"]),
    ours=st.booleans(),
    stripped=st.sets(
        st.sampled_from(["auto-submitted", "x-auto-response-suppress", "x-anliegen-loop", "message-id"]), max_size=3
    ),
)
def test_an_acknowledgement_that_comes_in_is_never_answered(language: str, ours: bool, stripped: set[str]) -> None:
    """Ours, or that of another town hall with the same program: whatever fields a server on the way takes off."""
    message_id = threads.issue_message_id(KEY, "2026-000123", "ack", "musterlingen.example")
    data = renderer().acknowledgement(ack_facts(language=language, message_id=message_id))
    head, blank, body = data.partition(b"\r\n\r\n")
    kept = [
        line
        for line in head.replace(b"\r\n ", b"\x00 ").split(b"\r\n")
        if line.partition(b":")[0].lower().decode() not in stripped
    ]
    message = parse(b"\r\n".join(kept).replace(b"\x00 ", b"\r\n ") + blank + body)
    other = gate.Surroundings(own_addresses=frozenset({"rathaus@anderswo.example"}))
    verdict = gate.check(message, AROUND if ours else other)
    assert not verdict.acknowledge
    assert verdict.kind is (Kind.OWN if ours else Kind.AUTO_REPLY)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20_000), st.booleans())
def test_the_brake_never_lets_more_through_than_the_caps(sender: int, thread: int, hour: int, bounced: bool) -> None:
    limits = Acknowledgement(per_sender_and_day=5, per_thread_and_day=2, per_hour=5000)
    found = gate.brake(Verdict(Kind.PERSON, True), gate.History(sender, thread, hour, bounced), limits)
    capped = sender >= 5 or thread >= 2 or bounced
    assert isinstance(found, Reason) == capped
    assert isinstance(found, gate.Delay) == (not capped and hour >= 5000)


def test_every_signal_takes_part() -> None:
    assert set(NAMES) == {row.name for row in gate.TABLE}
