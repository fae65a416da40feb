"""Mails in files: what counts as one, and that one which nobody can judge hides no other."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from daemon import examination
from daemon.examination import mails
from tests.values import StillClock

FROM = b"From erika@citizen.example Tue Mar  3 09:59:00 2026"


def test_a_file_that_is_no_mbox_is_one_mail_as_it_stands() -> None:
    data = b"Subject: x\r\n\r\nFrom here on\r\n\r\nFrom there on at 10:00\r\n"
    assert list(mails("a.eml", data)) == [("a.eml", data)]


def test_an_mbox_as_the_standard_library_writes_it(tmp_path: Path) -> None:
    written = [b"Subject: a\n\nHello\n", b"Subject: b\n\nTwo\n\nparagraphs\n"]
    box = mailbox.mbox(tmp_path / "box")
    for data in written:
        box.add(data)
    box.close()
    found = list(mails("box", (tmp_path / "box").read_bytes()))
    assert found == [("box#1", written[0]), ("box#2", written[1])]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_may_end_either_way_and_a_paragraph_may_begin_with_from(end: bytes) -> None:
    mail = end.join([b"Subject: a", b"", b"Hello", b"", b"From here on it is quiet.", b""])
    data = FROM + end + mail + end + FROM + end + mail + end
    assert list(mails("box", data)) == [("box#1", mail), ("box#2", mail)]


def test_an_mbox_of_nothing_holds_one_empty_mail() -> None:
    assert list(mails("box", b"From ")) == [("box#1", b"")]


def test_a_mail_that_cannot_be_judged_has_its_line_and_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one(name: str, data: bytes, *_: object) -> examination.Examined:
        if data == b"bad":
            raise ZeroDivisionError
        return examination.Examined(name, "00", None)

    monkeypatch.setattr(examination, "_one", one)
    for name, data in (("a", b"bad"), ("b", b"good")):
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    found = list(examination.examine(paths, None, StillClock(), with_ack=False))  # type: ignore[arg-type]
    assert [bool(e.error) for e in found] == [True, False, True]
    assert [e.missing for e in found] == [False, False, True]
    assert "ZeroDivisionError" in str(found[0].error)


def test_every_object_of_inspect_has_every_field_in_the_same_order() -> None:
    missing = examination.as_json(examination.Examined("c", None, "c cannot be read."), with_ack=True)
    assert list(missing) == [*examination.FIELDS, "acknowledgement"]
    assert {key for key, value in missing.items() if value is not None} == {
        "file",
        "error",
        "opens_ticket",
        "acknowledge",
        "ms",
    }


def test_an_eml_file_is_one_mail_also_with_a_from_line() -> None:
    data = b"From erika Tue Mar  3 10:00:00 2026\nFrom: erika@citizen.example\n\nHallo\n"
    assert list(mails("mail.eml", data)) == [("mail.eml", data)]
    assert [name for name, _ in mails("mailbox", data)] == ["mailbox#1"]
