"""What a report says, in each of its forms, and that everybody can read the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from lxml import html

from classifiers.measures import Answer, Judgement
from classifiers.report import Report
from classifiers.webpage import page

LONG = "strassenverkehrsbehoerde"


def judged(name: str = "category") -> Judgement:
    """German: two of three right; French: one, which is wrong."""
    said = [("a", "a", 0.9, "de"), ("a", LONG, 0.8, "de"), (LONG, LONG, 0.7, "de"), ("a", LONG, 0.4, "fr")]
    answers = (Answer(t, frozenset({t}), s, c, c > 0.75, code, f"h{n}") for n, (t, s, c, code) in enumerate(said, 9))
    return Judgement(name, tuple(answers))


@pytest.fixture
def report() -> Report:
    return Report("a <title>", judged(), judged("topic"), (("date", "2026-03-03"),), ("Mind <this>.",))


def test_the_terminal_gets_every_head_in_full_and_each_language_with_its_figures(report: Report) -> None:
    text = report.text()
    assert text.startswith("a <title>: 4 texts\nMind <this>.\ndate: 2026-03-03\n\nCATEGORY: ")
    assert "right among the sure  share of texts  from confidence\n" in text
    lines = text.splitlines()
    at = lines.index("By language")
    assert re.split(r" {2,}", lines[at + 1])[:4] == ["language", "macro precision", "macro recall", "macro F1"]
    assert lines[at + 2].split() == ["de", "0.750", "0.750", "0.667", "0.667", "0.667", "3"]
    assert lines[at + 3].split() == ["fr", "0.000", "0.000", "0.000", "0.000", "0.000", "1"]
    assert [line.split()[0] for line in lines[lines.index("By origin") + 2 :][:4]] == ["h9", "h10", "h11", "h12"]


def test_the_confusion_is_narrow_and_its_columns_are_told_by_its_lines(report: Report) -> None:
    lines = report.text().splitlines()
    at = lines.index("Truth (line) answered as (column)")
    assert [line.split() for line in lines[at + 1 : at + 4]] == [
        ["truth", "1", "2"],
        ["1", "a", "1", "2"],
        ["2", LONG, "0", "1"],
    ]


def test_programs_get_the_same_figures_by_language(report: Report) -> None:
    said = json.loads(json.dumps(report.as_dict()))
    assert (said["about"], said["notes"]) == ({"date": "2026-03-03"}, ["Mind <this>."])
    german = said["category"]["languages"]["de"]
    assert (german["macro_precision"], german["macro_recall"], german["macro_F1"]) == (0.75, 0.75, 0.6667)
    assert german["by_class"]["a"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "texts": 2}
    assert said["category"]["by_language"] == {"de": pytest.approx(2 / 3), "fr": 0}
    assert said["category"]["least_confidence_called_sure"] == 0.8


def test_a_question_without_answers_says_so() -> None:
    report = Report("file", judged(), Judgement("topic", ()))
    assert "TOPIC: no text has one." in report.text()
    assert "<h2>Topic</h2><p>No text has one.</p>" in report.html()
    assert json.loads(json.dumps(report.as_dict()))["topic"]["texts"] == 0


def test_the_page_tells_what_was_measured_and_what_the_words_mean(report: Report) -> None:
    shown = report.html()
    for words in (
        "a &lt;title&gt;",
        '<th scope="row">date</th><td>2026-03-03</td>',
        '<p class="note">Mind &lt;this&gt;.</p>',
        '<th scope="row">97%</th><td>0.250</td><td>0.900</td>',
        "<dt>origin</dt>",
        ">Reliability</caption>",
        '<tr><th scope="row">0.400</th><td>0.000</td><td>1</td></tr>',
    ):
        assert words in shown, words


def test_the_page_can_be_read_by_everybody(report: Report) -> None:
    """WCAG 2.1 AA, as far as a program can tell."""
    tree = html.document_fromstring(report.html())
    assert tree.get("lang") == "en" and tree.findtext(".//title")
    assert tree.xpath("string(//meta[@name='viewport']/@content)") == "width=device-width,initial-scale=1"
    assert [len(tree.findall(f".//{name}")) for name in ("main", "h1")] == [1, 1]
    assert [each.tag for each in tree.iter("h1", "h2", "h3")] == ["h1", "h2", "h2", "h2"]
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {each for refs in tree.xpath("//@aria-labelledby") for each in refs.split()} <= set(ids)
    tables = tree.findall(".//table")
    assert len(tables) == 1 + 2 * 8
    for table in tables:
        assert table.findtext("caption")
        assert all(cell.get("scope") in ("row", "col") for cell in table.iter("th"))
        assert all(row[0].tag == "th" and "".join(row[0].itertext()) for row in table.iter("tr"))
    for drawing in tree.findall(".//svg"):
        assert drawing.get("role") == "img" and drawing.get("aria-labelledby")
        figures = [each.text for each in drawing.findall(".//text")]
        assert figures.count("0.25") == 2 and "share of right answers" in figures
    scrolling = tree.xpath("//*[@class='wide']")
    assert scrolling and all(each.get("tabindex") == "0" and each.get("role") == "region" for each in scrolling)


def colours(shown: str) -> Iterator[str]:
    """Those that carry a meaning: not the white of the page, not the grid behind a curve."""
    yield from set(re.findall(r"#[0-9a-f]{3,6}\b", shown)) - {"#fff", "#ccc"}


def light(colour: str) -> float:
    """Relative luminance, as WCAG 2.1 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_what_is_drawn_stands_out(report: Report) -> None:
    """Words 4.5 : 1 (1.4.3), lines 3 : 1 (1.4.11); all words have one colour."""
    contrast = {colour: 1.05 / (light(colour) + 0.05) for colour in colours(report.html())}
    assert min(contrast.values()) >= 3
    assert contrast["#1b1b1b"] >= 4.5
    assert set(re.findall(r"[{;](?:color|fill):(#\w+)", report.html())) == {"#1b1b1b"}


def test_the_page_needs_nothing_else(report: Report) -> None:
    assert not re.search(r"<script|<link|src=|url\(|https?:", report.html())


def test_a_page_of_nothing_is_a_page() -> None:
    assert "<main><h1>" in page((), (), ())
