"""Message-IDs and tokens that only the holder of the key can make."""

import pytest

from daemon import threads
from daemon.threads.issue import issued_in, tokens_in

KEY, OTHER = b"the key", b"another key"
NUMBER = "2026-000123"


def test_a_message_id_is_read_again() -> None:
    message_id = threads.issue_message_id(KEY, NUMBER, "ack", "Musterlingen.example")
    assert message_id.startswith("<2026-000123.ack.")
    assert message_id.endswith("@musterlingen.example>")
    ours = threads.read_message_id(KEY, message_id)
    assert ours is not None
    assert (ours.number, ours.purpose) == (NUMBER, "ack")


def test_the_same_arguments_give_the_same_id_and_others_another() -> None:
    made = threads.issue_message_id(KEY, NUMBER, "ack", "m.example")
    assert made == threads.issue_message_id(KEY, NUMBER, "ack", "m.example")
    others = {
        threads.issue_message_id(KEY, "2026-000124", "ack", "m.example"),
        threads.issue_message_id(KEY, NUMBER, "ack-2", "m.example"),
        threads.issue_message_id(OTHER, NUMBER, "ack", "m.example"),
    }
    assert made not in others
    assert len(others) == 3


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: f"  {text} ", lambda text: text.strip("<>")])
def test_case_blanks_and_brackets_do_not_matter(change: object) -> None:
    message_id = threads.issue_message_id(KEY, NUMBER, "forward-1-0123abc-abfall_amt", "m.example")
    assert callable(change)
    assert threads.is_ours(KEY, change(message_id))


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "<>",
        "<@>",
        "<2026-000123@m.example>",
        "<2026-000123.ack@m.example>",
        "<2026-000123.ack.aaaaaaaaaaaaaaaaaaaa@m.example>",
        "<[#1001]>",
        "\u017f" * 40,
        "<" + "a." * 500 + "@m.example>",
    ],
)
def test_what_we_did_not_issue_is_not_ours(foreign: str) -> None:
    assert not threads.is_ours(KEY, foreign)


def test_an_id_moved_to_another_ticket_or_purpose_is_not_ours() -> None:
    message_id = threads.issue_message_id(KEY, NUMBER, "ack", "m.example")
    assert not threads.is_ours(KEY, message_id.replace("000123", "000124"))
    assert not threads.is_ours(KEY, message_id.replace(".ack.", ".nack."))
    assert not threads.is_ours(OTHER, message_id)


@pytest.mark.parametrize(
    ("number", "purpose"), [("", "ack"), (NUMBER, ""), (NUMBER, "a b"), ("1\r\n", "ack"), (NUMBER, "ü")]
)
def test_no_id_is_made_of_what_does_not_fit(number: str, purpose: str) -> None:
    with pytest.raises(ValueError, match="No Message-ID"):
        threads.issue_message_id(KEY, number, purpose, "m.example")


def test_ids_are_found_in_a_text() -> None:
    message_id = threads.issue_message_id(KEY, NUMBER, "ack", "m.example")
    text = f"> Message-ID:\n>  {message_id.upper()}\n> <other@m.example>"
    assert list(issued_in(KEY, text)) == [message_id]


def test_a_token_looks_as_promised() -> None:
    token = threads.token(KEY, NUMBER)
    assert token.startswith("[#2026-000123-")
    assert len(token) == len("[#2026-000123-K7QX3M]")
    assert not set(token.strip("[#]").rpartition("-")[2]) & set("ILOU")


@pytest.mark.parametrize("frame", ["{}", "Re: {} Ihre Nachricht", "AW: WG: [extern] {}", "Ticket {}."])
def test_a_token_is_read_in_any_dress(frame: str) -> None:
    token = threads.token(KEY, NUMBER)
    for dress in (
        token,
        token.lower(),
        token.strip("[]#"),
        token.replace("-", " - ").replace("2026 - ", "2026-"),
        token.replace("-", "\u2011").replace("2026\u2011", "2026-"),
    ):
        assert list(tokens_in(KEY, frame.format(dress))) == [NUMBER]


def test_confused_digits_are_read_as_what_was_meant() -> None:
    numbers = [f"2026-{n:06d}" for n in range(60)]
    confused = {
        n: threads.token(KEY, n).rpartition("-")[2].strip("]").replace("0", "O").replace("1", "l") for n in numbers
    }
    assert any(set(check) & set("Ol") for check in confused.values())
    for number, check in confused.items():
        assert list(tokens_in(KEY, f"[#{number}-{check}]")) == [number]


@pytest.mark.parametrize("typed", ["[#1001]", "[#2026-000123]", "2026-000123", "[#2026-000123-AAAAAA]", "", "#" * 4000])
def test_a_bare_or_guessed_number_names_nothing(typed: str) -> None:
    assert list(tokens_in(KEY, typed)) == []


def test_a_token_for_one_ticket_does_not_open_another() -> None:
    check = threads.token(KEY, NUMBER).rpartition("-")[2]
    assert list(tokens_in(KEY, f"[#2026-000124-{check}")) == []
    assert list(tokens_in(OTHER, threads.token(KEY, NUMBER))) == []


def test_addresses_carry_token_and_signature() -> None:
    address = threads.reply_address(KEY, NUMBER, "post@m.example")
    assert address.startswith("post+2026-000123-")
    assert list(tokens_in(KEY, address.partition("@")[0].partition("+")[2])) == [NUMBER]
    message_id = threads.issue_message_id(KEY, NUMBER, "ack", "m.example")
    signed = threads.envelope_address(message_id, "post@m.example")
    assert signed == f"post+{message_id.strip('<>')}"
    assert len(signed.partition("@")[0]) <= 64
    long = threads.issue_message_id(KEY, NUMBER, "forward-1-0123456789ab-ordnungsamt", "m.example")
    assert threads.envelope_address(long, "post@m.example") == "post@m.example"
