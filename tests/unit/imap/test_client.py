"""What is read out of the server's answers, without a server."""

from __future__ import annotations

import socket
import ssl

import pytest

from daemon.config import Mailbox
from daemon.errors import SourceError, SourceRefused
from daemon.imap.client import HungUp, Refusal, answer_in, code_of, explain, is_bad, is_passing, read_copyuid

MAILBOX = Mailbox.model_validate(
    {
        "name": "post",
        "host": "imap.example",
        "username": "u",
        "password": "geheim",
        "acknowledge_since": "2026-01-01T00:00:00Z",
    }
)


@pytest.mark.parametrize(
    ("answer", "places"),
    [
        (b"7 3 9", {3: (7, 9)}),
        (b"38505 304,319:320 3956:3958", {304: (38505, 3956), 319: (38505, 3957), 320: (38505, 3958)}),
        (b"7 5,3 10,11", {5: (7, 10), 3: (7, 11)}),
        (b"7 5:3 10:12", {3: (7, 10), 4: (7, 11), 5: (7, 12)}),
        (b"7 1:3 10:11", {}),
        (b"7 1:* 10:11", {}),
        (b"7 1:99999999 1:99999999", {}),
        (b"seven 1 2", {}),
        (b"7 1", {}),
        (b"7 , ,", {}),
        (b"7 1 2 3", {}),
        (b"\xff\xfe \xff \xff", {}),
        (b"", {}),
        (None, {}),
    ],
)
def test_copyuid(answer: bytes | None, places: dict[int, tuple[int, int]]) -> None:
    """RFC 4315 §3: both sets in the same order; what does not fit together says nothing."""
    assert read_copyuid(answer) == places


def test_response_codes() -> None:
    assert code_of(Refusal("select failed: [NONEXISTENT] Mailbox doesn't exist")) == "NONEXISTENT"
    assert code_of(Refusal("append failed: no")) == ""
    assert is_passing(Refusal("login failed: [UNAVAILABLE] later"))
    assert not is_passing(Refusal("login failed: [AUTHENTICATIONFAILED] no"))
    assert is_bad(Refusal("APPEND command error: BAD [b'what']"))
    assert not is_bad(Refusal("append failed: BAD luck"))


def test_the_servers_words_are_short_and_without_addresses() -> None:
    error = Refusal("append failed: [OVERQUOTA] Mailbox of erika@example.org\r\n is full " + "x" * 500)
    assert answer_in(error).startswith("[OVERQUOTA] Mailbox of … is full")
    assert len(answer_in(error)) <= 200


@pytest.mark.parametrize(
    ("error", "refused", "words"),
    [
        (TimeoutError("timed out"), False, "did not answer in time"),
        (ConnectionRefusedError(111, "Connection refused"), False, "Connection refused"),
        (socket.gaierror(-2, "Name or service not known"), False, "cannot be resolved"),
        (ssl.SSLError(1, "oops"), False, "TLS"),
        (HungUp("socket error: EOF"), False, "ended the connection"),
        (Refusal("search failed: [CANNOT] no"), False, r"refused a command \(\[CANNOT\] no\)"),
        (ValueError("Subject: geheim"), False, r"not IMAP \(ValueError\)"),
        (MemoryError(), False, "MemoryError"),
        (SourceRefused("as it is"), True, "^as it is$"),
    ],
)
def test_every_error_is_a_sentence(error: Exception, refused: bool, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        raise explain(MAILBOX, error)
    assert isinstance(caught.value, SourceRefused) is refused
    assert "geheim" not in str(caught.value)
