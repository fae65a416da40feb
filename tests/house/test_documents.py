"""Documents say what the program does: generated parts are current, links lead somewhere, decisions are numbered."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_generated_parts_are_current_and_every_citation_has_words() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose)
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_each_decision_has_its_own_number() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert sorted(set(numbers)) == sorted(numbers)
    assert all(number.isdigit() for number in numbers)


def test_every_decision_that_code_names_exists() -> None:
    have = {path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")}
    named = {
        number
        for folder in ("daemon", "classifiers", "templates")
        for path in (ROOT / folder).rglob("*.py")
        for number in re.findall(r"(?:docs/decisions/|[Dd]ecisions? )(\d{4})", path.read_text("utf-8"))
    }
    assert named - have == set()


def test_the_command_line_of_the_documents_exists() -> None:
    """Every `anliegen word` in the documents is a command."""
    from daemon.cli import COMMANDS

    said = {
        word
        for page in PAGES
        if "decisions" not in page.parts
        for word in re.findall(r"`(?:sudo -u anliegen )?anliegen(?: --config \S+)? ([a-z]+)", page.read_text("utf-8"))
    }
    assert said - set(COMMANDS) == set()
