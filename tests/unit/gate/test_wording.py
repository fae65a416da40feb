"""Machines without a field, and citizens who merely sound like them."""

from pathlib import Path

import pytest

from daemon.model import Kind
from tests.gate_mails import FOLDER, check, judged

ABSENCE = sorted((FOLDER / "absence").glob("*.eml"))
CITIZENS = sorted((FOLDER / "citizens").glob("*.eml"))
#: Besides absence notices, a few receipts and one bounce of a full mailbox.
MACHINES = {
    (Kind.AUTO_REPLY, "absence_wording"),
    (Kind.AUTO_REPLY, "receipt_wording"),
    (Kind.BOUNCE, "bounce_wording"),
}


def test_there_are_enough_of_both() -> None:
    assert len(ABSENCE) >= 40
    assert len(CITIZENS) >= 40


@pytest.mark.parametrize("path", ABSENCE, ids=lambda path: path.stem)
def test_an_absence_notice_without_any_field_is_known(path: Path) -> None:
    verdict = judged(path)
    assert not verdict.acknowledge
    assert verdict.reason is not None
    assert (verdict.kind, verdict.reason.signal) in MACHINES


@pytest.mark.parametrize("path", CITIZENS, ids=lambda path: path.stem)
def test_a_citizen_who_sounds_like_one_is_answered(path: Path) -> None:
    verdict = judged(path)
    assert (verdict.kind, verdict.acknowledge) == (Kind.PERSON, True)


def test_held_out_mails_were_written_last_and_never_tuned_to() -> None:
    """The figures of decision 0031: 11 of 12 machines known, 12 of 12 citizens answered."""
    machines = [judged(path).acknowledge for path in sorted((FOLDER / "held-out-machines").glob("*.eml"))]
    citizens = [judged(path).acknowledge for path in sorted((FOLDER / "held-out-citizens").glob("*.eml"))]
    assert len(machines) == len(citizens) == 12
    assert machines.count(False) >= 11
    assert all(citizens)


def test_the_reason_names_clues_and_no_words_of_the_sender() -> None:
    verdict = check(
        "Subject: Abwesenheitsnotiz", body="Ich bin bis 14.08. nicht im Büro. Geheimes Kennwort: Zebra.\r\n"
    )
    assert verdict.reason is not None
    assert "says that the writer is away" in verdict.reason.value
    assert "Zebra" not in verdict.reason.value


@pytest.mark.parametrize("prefix", ["AW: ", "Re: ", "WG: ", "RE: [2]: ", "Fwd: ", "R: ", "TR: "])
def test_an_answered_or_forwarded_title_is_a_persons(prefix: str) -> None:
    assert check(f"Subject: {prefix}Automatische Antwort: Ihr Anliegen", body="Danke.\r\n").acknowledge


def test_invisible_signs_and_wide_letters_do_not_hide_a_title() -> None:
    hidden = "Subject: =?utf-8?q?Auto=E2=80=8Bmatische_=EF=BC=A1ntwort=3A_Ihr_Anliegen?="
    assert not check(hidden, body="Ich bin nicht im Büro.\r\n").acknowledge


def test_quoted_text_is_not_the_senders() -> None:
    quoted = "Bitte reparieren Sie die Laterne.\r\n\r\n> Ich bin bis 14.08. nicht im Büro. In dringenden Fällen\r\n> wenden Sie sich an Frau Ott. Dies ist eine automatische Antwort.\r\n"
    assert check("Subject: Re: Laterne", body=quoted).acknowledge
