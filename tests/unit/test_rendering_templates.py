"""The administrator's own texts: taken file by file, checked before use, and replaced by ours when they fail."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from daemon.model import Category
from daemon.rendering import Renderer, read, samples
from daemon.rendering.templates import Templates, shipped_folder
from tests.rendering import ack_facts, config, forward_facts, renderer

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "texts.md"


def own(folder: Path, files: dict[str, str], **tables: Any) -> Renderer:
    """A renderer with an administrator's folder that holds these files."""
    for name, text in files.items():
        (folder / "texts" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "texts" / name).write_text(text, "utf-8")
    return renderer(folder, templates={"folder": "texts"}, **tables)


def test_ours_are_without_fault() -> None:
    assert renderer().check() == []


@pytest.mark.parametrize(("country", "subdivision"), [("CH", "ZH"), ("AT", "9"), ("LI", None)])
def test_ours_are_without_fault_elsewhere(country: str, subdivision: str | None) -> None:
    assert renderer(organisation={"country": country, "subdivision": subdivision}).check() == []


@pytest.mark.parametrize("language", ["de", "en", "fr", "it"])
def test_a_language_is_complete(language: str) -> None:
    names = {path.name for path in (shipped_folder() / "ack" / language).iterdir()}
    assert names == {"base.j2", "further.j2", "subject.j2", "words.toml", *(f"{category}.j2" for category in Category)}


def test_one_file_of_the_administrator_replaces_one_of_ours(tmp_path: Path) -> None:
    texts = own(tmp_path, {"ack/de/praise.j2": "Danke, sagt {{ organisation }}.\n"})
    assert texts.check() == []
    assert read(texts.acknowledgement(ack_facts(category=Category.PRAISE))).text == "Danke, sagt Stadt Musterlingen.\n"
    assert "Was eine E-Mail nicht kann" in read(texts.acknowledgement(ack_facts())).text


def test_ours_extend_the_administrators_frame(tmp_path: Path) -> None:
    texts = own(
        tmp_path,
        {
            "ack/de/base.j2": "Rahmen: {% block thanks %}{% endblock %}{% block next %}{% block route %}{% endblock %}{% block promise %}{% endblock %}{% endblock %}"
        },
    )
    assert texts.check() == []
    assert read(texts.acknowledgement(ack_facts())).text.startswith("Rahmen: Danke, dass Sie")


def test_the_citizens_subject_can_be_put_into_the_forward(tmp_path: Path) -> None:
    texts = own(tmp_path, {"forward/de/subject.j2": "{{ token }} {{ category }}: {{ subject }}"})
    assert read(texts.forward(forward_facts())).subject.endswith("Beschwerde: Schlagloch")


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("ack/de/praise.j2", "Danke.\n{{ organization }}\n", 'praise.j2:2: "organization" is not a value'),
        ("ack/de/praise.j2", "{% if phone_number is none and swiss %}\n\n{{ oops }}{% endif %}", 'praise.j2:3: "oops"'),
        ("ack/de/praise.j2", "Danke\n\n{% if %}", "praise.j2:3: "),
        ("ack/de/praise.j2", "\n{{ ticket.nummer }}", "praise.j2:2: "),
        ("ack/de/praise.j2", "{{ ''.__class__.__mro__ }}", "praise.j2:1: access to attribute '__class__'"),
        ("ack/de/praise.j2", "{% extends 'ack/de/rahmen.j2' %}", "ack/de/rahmen.j2"),
        ("ack/de/praise.j2", "{{ 1 // 0 }}", "praise.j2:1: "),
        ("ack/fr/words.toml", "months = []", "ack/fr/words.toml: "),
        ("forward/it/mail.j2", "{{ betreff }}", 'forward/it/mail.j2:1: "betreff"'),
        ("admin/en/daily.j2", "{% for item in late %}{{ item.number }}{% endfor %}", "admin/en/daily.j2:1: "),
        ("ack/de/priase.j2", "Danke", "priase.j2: replaces no text of ours"),
        ("ack/de/prasie.txt.j2", "Danke", "prasie.txt.j2: replaces no text of ours"),
        ("lob.j2", "Danke", "lob.j2: replaces no text of ours"),
        ("ack/page.html.j2", "{{ inhalt }}", 'ack/page.html.j2:1: "inhalt"'),
    ],
)
def test_a_mistake_is_reported_once_with_file_and_line(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    (problem,) = own(tmp_path, {name: text}).check()
    assert complaint in problem


def test_a_mistake_in_a_frame_is_found(tmp_path: Path) -> None:
    problems = own(tmp_path, {"ack/de/base.j2": "\n\n{{ nummer }}"}).check()
    assert any('base.j2:3: "nummer"' in problem for problem in problems)


def test_a_file_that_another_includes_belongs_there(tmp_path: Path) -> None:
    files = {"ack/de/other.j2": "{% include 'ack/de/footer.j2' %}", "ack/de/footer.j2": "{{ organisation }}"}
    assert own(tmp_path, files).check() == []


def test_a_file_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    texts = own(tmp_path, {"ack/de/praise.j2": ""})
    (tmp_path / "texts/ack/de/praise.j2").write_bytes("Grüße".encode("latin-1"))
    assert any("ack/de/praise.j2" in problem and "UTF-8" in problem for problem in texts.check())


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    (problem,) = renderer(tmp_path, templates={"folder": "nowhere"}).check()
    assert problem.startswith("templates.folder: ")


@pytest.mark.parametrize("broken", ["{{ organization }}", "{% if %}", "{{ 1 // 0 }}"])
def test_a_citizen_gets_our_text_where_the_administrators_fails(
    tmp_path: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    texts = own(tmp_path, {"ack/de/praise.j2": broken, "ack/de/words.toml": "x"})
    with caplog.at_level(logging.ERROR):
        found = read(texts.acknowledgement(ack_facts(category=Category.PRAISE)))
    assert found.text == read(renderer().acknowledgement(ack_facts(category=Category.PRAISE))).text
    assert "template_failed" in caplog.text
    assert "praise.j2:1" in caplog.text


def test_a_template_cannot_change_what_it_is_given(tmp_path: Path) -> None:
    texts = own(tmp_path, {"forward/de/mail.j2": "{{ tags.append('x') }}"})
    assert any("mail.j2:1" in problem for problem in texts.check())


def values_of(name: str) -> set[str]:
    whole = config()
    language = name.split("/")[1] if name.count("/") == 2 else "de"
    filled = samples.of(name, whole, Renderer(whole).calendar, Templates(None).words(language))
    assert filled
    return set(filled[0])


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("ack/<language>/<category>.j2", "ack/de/other.j2"),
        ("ack/<language>/subject.j2", "ack/de/subject.j2"),
        ("ack/page.html.j2", "ack/page.html.j2"),
        ("forward/<language>/subject.j2", "forward/de/subject.j2"),
        ("forward/<language>/mail.j2", "forward/de/mail.j2"),
        ("admin/<language>/alarm.j2", "admin/de/alarm.j2"),
        ("admin/<language>/daily.j2", "admin/de/daily.j2"),
    ],
)
def test_the_manual_lists_every_value_and_no_other(section: str, name: str) -> None:
    manual = DOCUMENT.read_text("utf-8").partition(f"\n### `{section}`")[2].partition("\n##")[0]
    rows = [line.split("|")[1] for line in manual.splitlines() if line.startswith("| `")]
    listed = {word.strip(" `") for row in rows for word in row.split(",")}
    assert listed == values_of(name)


def test_the_manual_names_every_file() -> None:
    manual = DOCUMENT.read_text("utf-8")
    for path in shipped_folder().rglob("*"):
        if path.suffix in (".j2", ".toml") and path.parent.name in ("de", "ack"):
            assert path.name in manual or path.stem in [str(category) for category in Category]


def test_a_start_proves_the_office_s_texts_and_takes_ours_as_proven(tmp_path, monkeypatch):
    read: list[str] = []
    monkeypatch.setattr(Templates, "problems", lambda _self, name, _known: read.append(name) or ["no good"])
    assert renderer().check(ours=False) == [] == read
    assert own(tmp_path, {"ack/de/subject.j2": "{{ nummer }}"}).check(ours=False) == ["no good"]
    assert "ack/de/subject.j2" in read
