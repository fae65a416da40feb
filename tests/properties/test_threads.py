"""Ids and tokens: what was issued is read again, nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daemon import threads
from daemon.threads.issue import tokens_in

KEYS = st.binary(min_size=1, max_size=64)
NUMBERS = st.builds("{}-{:06d}".format, st.integers(2020, 2099), st.integers(1, 9_999_999))
PURPOSES = st.from_regex(r"[a-z0-9_-]{1,100}", fullmatch=True)


@given(KEYS, NUMBERS, PURPOSES)
def test_what_was_issued_is_ours_and_nobody_elses(key: bytes, number: str, purpose: str) -> None:
    message_id = threads.issue_message_id(key, number, purpose, "musterlingen.example")
    ours = threads.read_message_id(key, message_id.swapcase())
    assert ours is not None
    assert (ours.number, ours.purpose) == (number, purpose)
    assert not threads.is_ours(key + b"x", message_id)
    assert message_id.isascii()
    assert " " not in message_id


@given(KEYS, NUMBERS, st.text(max_size=40), st.text(max_size=40))
def test_a_token_is_found_among_any_words(key: bytes, number: str, before: str, after: str) -> None:
    subject = f"{before} {threads.token(key, number)} {after}"
    assert number in list(tokens_in(key, subject))


@given(KEYS, st.text(max_size=400))
def test_no_text_names_a_ticket_by_chance(key: bytes, text: str) -> None:
    assert not threads.is_ours(key, text)
    assert list(tokens_in(key, text)) == []


@given(KEYS, NUMBERS, st.integers(0, 5), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_digit_names_nothing(key: bytes, number: str, place: int, digit: str) -> None:
    head, _, check = threads.token(key, number).strip("[]").rpartition("-")
    wrong = check[:place] + digit + check[place + 1 :]
    assert list(tokens_in(key, f"[{head}-{wrong}]")) == ([number] if wrong == check else [])
