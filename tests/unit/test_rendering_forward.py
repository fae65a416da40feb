"""The mail to a department: what staff read, where their answer goes, and the original as it was."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from daemon.model import Address, Attachment, Category, Reason, RequestedTime, RuleHit, Runner
from daemon.rendering import LOOP_FIELD, Readable, read
from daemon.rendering.templates import Templates
from tests import values
from tests.rendering import TOKEN, forward_facts, renderer

EIGHT_BIT = "Subject: Schlagloch\r\n\r\nIn der Gartenstraße\r\n".encode()


def forwarded(facts: dict[str, Any] | None = None, **tables: Any) -> Readable:
    return read(renderer(**tables).forward(forward_facts(**(facts or {}))))


def parts(**facts: Any) -> list[Any]:
    message = message_from_bytes(renderer().forward(forward_facts(**facts)), policy=default)
    return list(message.iter_parts())  # type: ignore[attr-defined]


def test_the_header_keeps_absence_notices_from_the_citizen_and_answers_with_us() -> None:
    fields = dict(forwarded().headers)
    assert fields["From"] == "Stadt Musterlingen <buergerpost@musterlingen.example>"
    assert fields["To"] == "tiefbau@musterlingen.example"
    assert fields["Reply-To"] == "Erika Muster <erika@citizen.example>"
    assert fields["Auto-Submitted"] == "auto-generated"
    assert fields["X-Auto-Response-Suppress"] == "All"
    assert fields[LOOP_FIELD] == "buergerpost@musterlingen.example"
    assert not {"Cc", "Bcc", "In-Reply-To", "References"} & set(fields)


def test_the_subject_holds_nothing_of_the_citizens_own() -> None:
    message = values.message(subject="Meine Krankheit")
    found = forwarded({"message": message})
    assert found.subject == f"{TOKEN} Beschwerde, Tiefbauamt"
    assert "Meine Krankheit" in found.text


@pytest.mark.parametrize("language", ["de", "en", "fr", "it"])
def test_staff_read_number_category_confidence_reasons_and_text(language: str) -> None:
    decision = values.decision(
        confidence=0.876,
        department_confidence=0.5,
        department_unsure=True,
        category=Category.APPOINTMENT,
        rules=(RuleHit("Straßen", True, "subject: loch"), RuleHit("Hunde", False, "subject: hund")),
        evidence=("appointment: Termin, brauche", "zentrale: „Wo ist das?“", "ohne: Schlüssel"),
        department_runners_up=(Runner("zentrale", 0.25), Runner("abgeschafft", 0.2)),
        requested_times=(RequestedTime("morgen um 9", values.NOW), RequestedTime("bald")),
        tags=("presse",),
    )
    found = forwarded({"decision": decision}, organisation={"languages": [language]})
    for word in (
        "2026-000123",
        "88 %",
        "50 %",
        "Straßen: subject: loch",
        f"{Templates(None).words(language).categories['appointment']}: Termin, brauche",
        "Zentrale Dienste: „Wo ist das?“",
        "ohne: Schlüssel",
        "Zentrale Dienste (25 %)",
        "morgen um 9",
        "bald",
        "presse",
        "Erika Muster <erika@citizen.example>",
        "In der Gartenstraße ist ein Schlagloch.",
    ):
        assert word in found.text
    assert "Hunde" not in found.text
    assert "20 %" not in found.text


def test_what_is_next_to_impossible_is_no_runner_up() -> None:
    runners = (Runner("zentrale", 0.0501), Runner("bauamt", 0.0499))
    found = forwarded({"decision": values.decision(department_confidence=0.9, department_runners_up=runners)})
    assert "Sonst am ehesten: Zentrale Dienste (5 %)\n" in found.text
    sure = values.decision(department_runners_up=(Runner("zentrale", 0.01),))
    assert "Sonst am ehesten" not in forwarded({"decision": sure}).text
    ruled = values.decision(department_by="rule:x", department_confidence=1.0, department_runners_up=runners)
    assert "Sonst am ehesten" not in forwarded({"decision": ruled}).text


@pytest.mark.parametrize("by", ["rule:Bauberatung", "staff"])
@pytest.mark.parametrize(
    ("language", "thought"),
    [("de", "hatte gedacht"), ("en", "had thought"), ("fr", "avait pensé"), ("it", "aveva pensato")],
)
def test_what_the_model_had_thought_is_no_reason_once_somebody_else_decided(
    by: str, language: str, thought: str
) -> None:
    said = ("complaint: „ein Loch“", "praise: „danke“", "tiefbau: Loch", "zentrale: Frage")
    found = forwarded(
        {"decision": values.decision(department_by=by, evidence=said)}, organisation={"languages": [language]}
    )
    lines = [line for line in found.text.splitlines() if "Loch" in line or "danke" in line or "Frage" in line]
    assert [thought in line for line in lines if "Schlagloch" not in line] == [False, False, True, True]
    by_model = forwarded({"decision": values.decision(evidence=said[2:])}, organisation={"languages": [language]})
    assert thought not in by_model.text


@pytest.mark.parametrize("by", ["rule:Bauberatung", "model", "fallback", "staff", "something new"])
def test_whoever_decided_the_mail_can_be_written(by: str) -> None:
    assert "2026-000123" in forwarded({"decision": values.decision(department_by=by)}).text


def test_a_further_message_is_called_so_and_promises_no_acknowledgement() -> None:
    found = forwarded({"further": True})
    assert found.subject == f"{TOKEN} Weitere Nachricht, Tiefbauamt"
    assert "keine neue Eingangsbestätigung" in found.text


def test_staff_learn_why_no_acknowledgement_went_out() -> None:
    reason = Reason("list_unsubscribe", "<mailto:x@y.example>", "RFC 2369 §3")
    found = forwarded({"decision": values.decision(acknowledge=False, reason=reason)})
    assert "keine automatische Eingangsbestätigung (list_unsubscribe, RFC 2369 §3)" in found.text


@pytest.mark.parametrize("nobody", [None, Address("", "jürgen@citizen.example"), Address("", "kaputt")])
def test_a_citizen_who_cannot_be_written_to_is_no_reply_to(nobody: Address | None) -> None:
    found = forwarded({"reply_to": nobody})
    assert "Reply-To" not in dict(found.headers)
    assert "erreicht die Person nicht" in found.text


def test_a_seven_bit_original_goes_along_octet_for_octet_as_a_message() -> None:
    original = b"Subject: a\r\nX:  b \r\n\r\n--x\r\n.\r\nFrom me\r\n\r\n"
    data = renderer().forward(forward_facts(original=original))
    (_, attached) = message_from_bytes(data, policy=default).iter_parts()  # type: ignore[attr-defined]
    assert attached.get_content_type() == "message/rfc822"
    assert attached["Content-Transfer-Encoding"] == "7bit"
    assert b"\r\n\r\n" + original + b"\r\n--" in data


def test_an_eight_bit_original_is_a_message_only_where_the_server_takes_it() -> None:
    assert parts(original=EIGHT_BIT, eight_bit=True)[1]["Content-Transfer-Encoding"] == "8bit"
    data = renderer().forward(forward_facts(original=EIGHT_BIT, eight_bit=True))
    assert message_from_bytes(data, policy=default)["Content-Transfer-Encoding"] == "8bit"


@pytest.mark.parametrize(
    "original",
    [
        EIGHT_BIT,
        b"Subject: x\r\n\r\n" + b"a" * 999 + b"\r\n",
        b"Subject: x\n\nbare line feeds\n",
        b"Subject: x\r\n\r\nbare\rreturn\r\n",
        b"Subject: x\r\n\r\nnul\0\r\n",
    ],
    ids=["8bit", "long line", "bare LF", "bare CR", "NUL"],
)
def test_an_original_that_servers_would_change_goes_along_as_a_file(original: bytes) -> None:
    attached = parts(original=original)[1]
    assert attached.get_content_type() == "application/octet-stream"
    assert attached.get_filename() == "original.eml"
    assert attached["Content-Transfer-Encoding"] == "base64"
    assert attached.get_payload(decode=True) == original


def test_over_the_limit_the_text_goes_alone_and_says_where_the_original_lies() -> None:
    facts = {"original": b"x" * 1001, "message": values.message(size=25_000_000)}
    found = forwarded(facts, delivery={"forward_limit": 1000})
    assert "25 MB zu groß" in found.text
    assert "buergerpost: Bearbeitet" in found.text
    assert "In der Gartenstraße ist ein Schlagloch." in found.text
    data = renderer(delivery={"forward_limit": 1000}).forward(forward_facts(**facts))
    assert message_from_bytes(data).get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "die Anhänge sind im Postfach geblieben"),
        ("en", "the attachments stayed in the mailbox"),
        ("fr", "les pièces jointes sont restées dans la boîte aux lettres"),
        ("it", "gli allegati sono rimasti nella casella di posta"),
    ],
)
def test_over_the_limit_staff_read_that_the_attachments_stayed(language: str, words: str) -> None:
    plan = Attachment("plan.tif", "image/tiff", 25_000_000)
    tables = {"organisation": {"languages": [language]}, "delivery": {"forward_limit": 1000}}
    with_plan = {"original": b"x" * 1001, "message": values.message(attachments=(plan,))}
    assert words in forwarded(with_plan, **tables).text
    assert words not in forwarded({"original": b"x" * 1001}, **tables).text
    assert words not in forwarded({**with_plan, "original": b"x"}, **tables).text


def test_at_the_limit_it_still_goes_along() -> None:
    texts = renderer(delivery={"forward_limit": 1000})
    data = texts.forward(forward_facts(original=b"a" * 900 + b"\r\n" + b"b" * 98))
    assert message_from_bytes(data).is_multipart()


def test_an_original_that_is_not_at_hand_is_said_to_lie_in_the_mailbox() -> None:
    found = forwarded({"original": None})
    assert "buergerpost: Bearbeitet" in found.text
    assert "hängt unverändert an" not in found.text


def test_the_citizens_words_are_no_template_and_no_layout() -> None:
    text = "{{ token }}\n# kein Titel\n- kein Punkt\n{% raw %}\n\nlange Zeile " + "wort " * 40
    found = forwarded({"message": values.message(text=text)})
    assert text.strip() in found.text


def test_control_and_direction_characters_do_not_reach_the_reader() -> None:
    message = values.message(
        text="a\x00\x07b\u202ec\r\nd\re", subject="x\u202ey\nz", attachments=(Attachment("a\nb\u202e.pdf", "x/y", 1),)
    )
    text = forwarded({"message": message}).text
    assert "abc\nd\ne" in text
    assert "x y z" in text
    assert "- a b .pdf (x/y, 1 kB)" in text


def test_half_characters_do_not_stop_the_mail() -> None:
    assert "ab" in forwarded({"message": values.message(text="a\ud800b", subject="\udcff")}).text


def test_attachments_are_listed() -> None:
    message = values.message(attachments=(Attachment("Foto.jpg", "image/jpeg", 1_499_000), Attachment("", "a/b", 10)))
    text = forwarded({"message": message}).text
    assert "- Foto.jpg (image/jpeg, 1 MB)" in text
    assert "- ohne Namen (a/b, 1 kB)" in text


def test_staff_read_the_offices_first_language_not_the_citizens() -> None:
    found = forwarded({"decision": values.decision(language="it")}, organisation={"languages": ["en", "it"]})
    assert found.text.startswith("Ticket:")
    assert dict(found.headers)["Content-Language"] == "en"
