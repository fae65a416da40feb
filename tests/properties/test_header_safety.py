"""Whatever a citizen writes into a subject or a name, one field comes out, and it says the same."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import AddressHeader
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from daemon.errors import Unsendable
from daemon.model import Address, Category
from daemon.rendering import AckFacts, Renderer, headers, read
from daemon.rendering.acknowledgement import quotable_subject
from daemon.rendering.parts import multipart, original_part, text_part
from tests import values
from tests.rendering import ack_facts, renderer

anything = st.text(max_size=400)
nasty = st.sampled_from(
    [
        "\r\nBcc: all@example.org",
        "\n\n<html>",
        "\x00",
        "\u2028",
        "\x85",
        "\x0b",
        "\x1c",
        "=?utf-8?q?=0D=0A?=",
        '"',
        "\\",
        "<",
        ">",
        ",",
        ";",
        "Ä",
        "ß",
        "🚲",
        "\ud800",
        " ",
        "a" * 90,
    ]
)
words = st.lists(st.one_of(nasty, st.text(max_size=12)), max_size=12).map("".join)
ENCODED_WORD = re.compile(rb"=\?[^ ?]+\?[^ ?]+\?[^ ?]*\?=")


def parsed(field: bytes, name: str) -> str:
    """The one field that is there, decoded by another parser than ours."""
    message = message_from_bytes(field + b"\r\nbody", policy=default)
    assert message.keys() == [name]
    assert message.get_payload() == "body"
    return str(message[name])


def well_formed(octets: bytes) -> None:
    assert octets.isascii()
    assert octets.endswith(b"\r\n")
    for number, line in enumerate(octets[:-2].split(b"\r\n")):
        assert b"\r" not in line
        assert b"\n" not in line
        assert len(line) <= 76
        assert line.strip()
        assert number == 0 or line.startswith(b" ")
    assert all(len(word) <= 75 for word in ENCODED_WORD.findall(octets))


@given(st.one_of(anything, words))
@example("Äußere Münchner Straße: die Straßenlaterne vor der Grundschule leuchtet seit Wochen nicht mehr")
@example("a" * 2000)
@example("Re: =?utf-8?q?x?=\r\nX-Evil: 1")
def test_a_subject_reads_back_as_it_was_and_injects_nothing(subject: str) -> None:
    field = headers.text_field("Subject", subject)
    well_formed(field)
    assert parsed(field, "Subject") == headers.one_line(subject)


@given(st.one_of(anything, words))
@example('Müller, "Erika" <evil@example.org>')
@example("=?utf-8?b?Cg==?=")
def test_a_name_reads_back_as_it_was_and_adds_no_address(name: str) -> None:
    field = headers.address_field("Reply-To", Address(name, "erika@example.org"))
    well_formed(field)
    message = message_from_bytes(field + b"\r\n", policy=default)
    assert message.keys() == ["Reply-To"]
    header = message["Reply-To"]
    assert isinstance(header, AddressHeader)
    (address,) = header.addresses
    assert address.addr_spec == "erika@example.org"
    # CPython's header registry keeps the blank between two encoded words of a phrase; its older decoder does not
    phrase, _ = parseaddr(" ".join(field.decode().removeprefix("Reply-To:").split("\r\n")))
    assert str(make_header(decode_header(phrase))) == headers.one_line(name)


@given(st.one_of(st.emails(), words, st.from_regex(r"[^@\s]{0,70}@[^@\s]{0,70}", fullmatch=True)))
@example("erika@münchen.example")
@example('"erika muster"@example.org')
@example("a,b@example.org")
@example("=?utf-8?q?victim=40example.org=3E?=@example.org")
def test_an_address_is_plain_or_refused(addr: str) -> None:
    try:
        field = headers.address_field("To", Address("", addr))
    except Unsendable:
        return
    header = message_from_bytes(field + b"\r\n", policy=default)["To"]
    assert isinstance(header, AddressHeader)
    assert [address.addr_spec for address in header.addresses] == [headers.ascii_address(addr)]
    assert not header.defects


@given(st.lists(st.one_of(anything, st.from_regex(r"<?[!-~]{1,30}@[!-~]{1,30}>?", fullmatch=True)), max_size=40))
def test_ids_that_are_not_ids_are_left_out(ids: list[str]) -> None:
    field = headers.ids_field("References", ids)
    message = message_from_bytes(field + b"\r\n", policy=default)
    assert message.keys() == ["References"]
    assert all(re.fullmatch(r"<[^<>\s]+@[^<>\s@]+>", found) for found in field.decode().split()[1:])


@pytest.fixture(scope="module")
def texts() -> Renderer:
    return renderer()


@given(subject=words, name=words, message_id=st.one_of(st.none(), words), category=st.sampled_from(Category))
def test_an_acknowledgement_holds_its_fields_once_whatever_the_citizen_sent(
    texts: Renderer, subject: str, name: str, message_id: str | None, category: Category
) -> None:
    message = values.message(subject=subject, message_id=message_id, references=(subject, name), in_reply_to=(name,))
    facts: AckFacts = ack_facts(message=message, to=Address(name, "erika@example.org"), category=category)
    data = texts.acknowledgement(facts)
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    found = read(data)
    names = [name.lower() for name, _ in found.headers]
    assert len(names) == len(set(names))
    assert not {"bcc", "cc", "x-evil"} & set(names)
    assert found.to == "erika@example.org"
    assert quotable_subject(subject) in found.subject
    assert found.subject.startswith("Automatische Eingangsbestätigung: ")
    assert found.subject.endswith(facts.token)


@given(st.binary(max_size=3000), st.booleans())
@example(b"Subject: x\r\n\r\nbody", False)
@example("Subject: ä\r\n\r\n".encode(), True)
@example(b"a\nb", False)
@example(b'\r\nboundary="\x01"\r\n', False)
def test_an_original_comes_out_octet_for_octet(original: bytes, eight_bit: bool) -> None:
    pieces = multipart("mixed", text_part("Kopf"), original_part(original, eight_bit)).pieces
    octets = b"".join([b"MIME-Version: 1.0\r\n", *pieces])
    part = message_from_bytes(octets).get_payload()[1]
    if part.get_content_type() == "message/rfc822":
        # not as the parser gives it back, which is changed: as it stands between the boundaries
        boundary = re.findall(rb'boundary="([^"]+)"', octets)[0]
        body = octets.split(b"--" + boundary)[2].partition(b"\r\n\r\n")[2]
        assert body == original + b"\r\n"
    else:
        assert part.get_payload(decode=True) == original
    assert all(len(line) <= 998 for line in octets.split(b"\r\n"))
