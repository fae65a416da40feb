"""Mails in files: what counts as one, and that one which nobody can judge hides no other."""

from __future__ import annotations

import mailbox
from pathlib import Path
from typing import Any

import pytest

from daemon import examination, judge
from daemon.config import Config
from daemon.errors import TemplateError
from daemon.examination import mails
from daemon.policy import Policy
from daemon.rendering import Renderer
from daemon.seclusion import Seclusion
from tests.soundness import Guessing
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


@pytest.fixture
def policy(config: Config) -> Policy:
    return Policy(config, Renderer(config), Guessing(), b"k" * 32)  # type: ignore[arg-type]


def files(folder: Path, **texts: str) -> list[Path]:
    head = "From: {0} <{0}@citizen.example>\r\nSubject: Laterne {0}\r\n\r\n{1}\r\n"
    for name, text in texts.items():
        (folder / name).write_text(head.format(name, text), "utf-8")
    return [folder / name for name in texts]


def test_poison_ends_in_a_sentence_and_the_decision_by_its_head_and_hides_no_other(
    tmp_path: Path, policy: Policy
) -> None:
    paths = files(tmp_path, anna="dunkel", berta="it crashes", clara="it hangs", doris="it eats memory", emma="dunkel")
    secluded = Seclusion(seconds=1.0, module="tests.poisonous")
    found = list(examination.examine([*paths, tmp_path / "x"], policy, StillClock(), with_ack=True, seclusion=secluded))
    told = [each.error for each in found]
    assert told[0] is told[4] is None
    assert "status -11" in str(told[1]) and "more than 1 seconds" in str(told[2]) and "400 MB" in str(told[3])
    assert "x cannot be read" in str(told[5])
    shown = [examination.as_json(each, with_ack=True) for each in found[:5]]
    assert [each["from"] for each in shown] == [f"{path.name}@citizen.example" for path in paths]
    assert [each["kind"] for each in shown] == ["person", "unreadable", "unreadable", "unreadable", "person"]
    assert [each["queue"] for each in shown[1:4]] == ["zentrale"] * 3
    assert all(each.acknowledgement is not None for each in found[:5])


def test_what_cannot_be_judged_is_decided_by_its_head_and_else_has_its_line(
    tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = judge.predict

    def tripping(readings: Any, policy: Policy) -> Any:
        for reading in readings:
            if "always" in reading.message.subject or "stumbles" in reading.message.text:
                raise ZeroDivisionError
        return real(readings, policy)

    monkeypatch.setattr(judge, "predict", tripping)
    paths = files(tmp_path, good="dunkel", bad="it stumbles", always="it stumbles")
    found = list(examination.examine(paths, policy, StillClock(), with_ack=False))
    assert [each.error is not None and "ZeroDivisionError" in each.error for each in found] == [False, True, True]
    assert [each.decision.queue if each.decision else None for each in found][1:] == ["zentrale", None]
    assert not any(each.missing for each in found)


def test_a_template_that_fails_says_so_itself(tmp_path: Path, policy: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> bytes:
        raise TemplateError("ack/de/other.j2, line 3: 'phone' is undefined.")

    monkeypatch.setattr(Renderer, "acknowledgement", failing)
    [path] = files(tmp_path, anna="dunkel")
    [found] = examination.examine([path], policy, StillClock(), with_ack=True)
    assert found.error == "ack/de/other.j2, line 3: 'phone' is undefined."


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
