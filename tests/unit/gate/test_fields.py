"""The small grammar that all signals share."""

import pytest

from daemon.gate import fields
from tests.gate_mails import mail


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("no", "no"),
        (" NO ", "no"),
        ("auto-replied; owner=x", "auto-replied"),
        ("(a (b) c) Auto-Replied(d)", "auto-replied"),
        ('"bulk"', "bulk"),
        ("bulk, list", "bulk"),
        ("bulk(x)y", "bulk"),
        ("", ""),
        ("(only a comment)", ""),
        ("(open", ""),
        (r"(a \) b) no", "no"),
        ('"(no comment)"', "(no"),
        (") no", ")"),
    ],
)
def test_keyword(value: str, expected: str) -> None:
    assert fields.keyword(value) == expected


def test_words() -> None:
    assert fields.words("DR, OOF (x)\tAutoReply; y=z") == ("dr", "oof", "autoreply")
    assert fields.words("") == ()


@pytest.mark.parametrize("value", ["", "no", "NO (x)", "false", "0", "None", "off; a=b"])
def test_says_no(value: str) -> None:
    assert not fields.says_yes(value)


@pytest.mark.parametrize("value", ["yes", "1", "anna@post.example", "true (no)"])
def test_says_yes(value: str) -> None:
    assert fields.says_yes(value)


def test_values_come_from_every_field_of_the_name_on_one_line() -> None:
    message = mail("X-Thing: a\r\n\tb", "x-THING:", "X-Other: c", "X-thing: \u202ed")
    assert list(fields.values(message, "x-thing")) == ["a b", "d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Büro", "buro"),
        ("Außer  Haus\r\n", "ausser haus"),
        ("Ａutomatische", "automatische"),
        ("Auto\u200bmatisch", "automatisch"),
        ("Réponse’s", "reponse's"),
        ("a\u2028b", "a b"),
    ],
)
def test_folded(text: str, expected: str) -> None:
    assert fields.folded(text) == expected
