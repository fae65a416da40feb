"""From bytes to a reading: whole, by the header, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon import gate, mime, reader
from daemon.config import Limits
from daemon.model import Kind
from tests.values import raw_message

HEAD = b"From: Erika Muster <erika@citizen.example>\r\nSubject: Laterne\r\nMessage-ID: <1@citizen.example>\r\n"
AROUND = gate.Surroundings(own_addresses=frozenset({"buergerpost@musterlingen.example"}))


def by_head(data: bytes) -> reader.Reading:
    return reader.by_its_head(raw_message(data), Limits(), AROUND, "It took too long.")


def test_what_can_be_read_has_no_trouble() -> None:
    found = reader.read(raw_message(HEAD + b"\r\nSie ist dunkel.\r\n"), Limits(), AROUND)
    assert (found.trouble, found.verdict.kind, found.message.subject) == (None, Kind.PERSON, "Laterne")


def test_a_person_is_known_by_the_header_and_can_be_answered() -> None:
    found = by_head(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n")
    assert (found.verdict.kind, found.verdict.acknowledge) == (Kind.UNREADABLE, True)
    assert found.verdict.answer_to is not None and found.verdict.answer_to.addr == "erika@citizen.example"
    assert (found.message.subject, found.message.text, found.trouble) == ("Laterne", "", "It took too long.")
    assert found.verdict.signals[0].signal == "unreadable"


def test_a_machine_is_known_by_the_header_and_stays_unanswered() -> None:
    found = by_head(HEAD + b"Auto-Submitted: auto-generated\r\n\r\nx")
    assert (found.verdict.kind, found.verdict.acknowledge) == (Kind.AUTO_REPLY, False)
    assert found.trouble == "It took too long."


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"\r\n\r\nno header", b"x" * 100_000])
def test_without_a_header_nothing_is_known(data: bytes) -> None:
    found = by_head(data)
    assert (found.verdict.kind, found.verdict.acknowledge, found.verdict.answer_to) == (Kind.UNREADABLE, False, None)


def test_what_the_source_could_not_hand_over_is_known_by_what_it_could() -> None:
    raw = replace(raw_message(HEAD + b"\r\n"), failure="The message has 200000000 octets.", complete=False)
    found = reader.read(raw, Limits(), AROUND)
    assert found.trouble == "The message has 200000000 octets."
    assert found.verdict.answer_to is not None


def test_two_of_them_are_never_taken_for_one_mail() -> None:
    assert by_head(HEAD + b"\r\none").message.fingerprint != by_head(HEAD + b"\r\ntwo").message.fingerprint


def test_an_error_in_the_parser_is_trouble_and_want_of_memory_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    real = mime.parse

    def broken(data: bytes, *rest: object, **more: object) -> object:
        if b"poison" in data:
            raise RuntimeError
        if b"greedy" in data:
            raise MemoryError
        return real(data, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(mime, "parse", broken)
    found = reader.read(raw_message(HEAD + b"\r\npoison"), Limits(), AROUND)
    assert found.trouble is not None and "RuntimeError" in found.trouble
    assert found.verdict.acknowledge
    with pytest.raises(MemoryError):
        reader.read(raw_message(HEAD + b"\r\ngreedy"), Limits(), AROUND)
