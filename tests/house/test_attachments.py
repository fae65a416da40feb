"""Attachments are never executed, unpacked, rendered or trusted by name: what could do so is imported where it must be alone."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from daemon import judge
from daemon.config import Config
from daemon.model import Past
from daemon.policy import Policy
from daemon.rendering import Renderer
from tests.unit.test_judge import FixedClassifier
from tests.values import NOW, raw_message

ROOT = Path(__file__).resolve().parents[2]
#: What starts programs, unpacks, or guesses a type by a name; and the modules that need it, none for a mail's parts.
ALLOWED = {
    "subprocess": {"daemon/demo/town.py"},  # the demo's own certificates and servers
    "create_subprocess_exec": {"daemon/seclusion.py", "classifiers/apart.py"},  # this program again, under limits
    "pickle": {"daemon/seclusion.py"},  # to the child; what comes back is not believed (its own tests)
    "ctypes": {"daemon/allocator.py"},  # tells the C library to give memory back
    "zipfile": {"classifiers/storage.py"},  # the model's own file
}
NEVER = {"multiprocessing", "webbrowser", "mimetypes", "tarfile", "gzip", "bz2", "lzma", "shelve", "marshal"}
NEVER |= {"system", "popen", "startfile", "create_subprocess_shell", "eval()", "exec()"}
NAMES = ("../../../etc/passwd", "rechnung.pdf.exe", "a.html", "con", "x\r\nBcc: eve@evil.example", "{{ 7*7 }}.txt")


def words(path: Path) -> Iterator[str]:
    """Every module that is imported, every method that is called, and every function, with `()` behind its name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else f"{getattr(node.func, 'id', '')}()"


def test_what_could_run_or_unpack_something_is_where_it_must_be() -> None:
    found: dict[str, set[str]] = {}
    for folder in ("daemon", "classifiers", "templates"):
        for path in (ROOT / folder).rglob("*.py"):
            for word in words(path):
                found.setdefault(word, set()).add(str(path.relative_to(ROOT)))
    assert {word: found[word] for word in NEVER if word in found} == {}
    assert {
        word: found.get(word, set()) - places for word, places in ALLOWED.items() if found.get(word, set()) - places
    } == {}


@pytest.mark.parametrize("name", NAMES)
def test_an_attachments_name_is_a_word_in_a_list_and_its_octets_are_handed_on_unread(
    name: str, config: Config, tmp_path: Path
) -> None:
    before = sorted(path.name for path in tmp_path.rglob("*"))
    mail = (
        b"From: erika@citizen.example\r\nTo: buergerpost@musterlingen.example\r\nSubject: Tonne\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nDie Tonne ist voll.\r\n'
        b"--b\r\nContent-Type: application/octet-stream\r\n"
        b'Content-Disposition: attachment; filename="' + json.dumps(name)[1:-1].encode() + b'"\r\n\r\n'
        b"<script>canary()</script>\r\n--b--\r\n"
    )
    policy = Policy(config, Renderer(config), FixedClassifier(), b"k" * 32)  # type: ignore[arg-type]
    reading: Any = judge.read(raw_message(mail), policy)
    [record] = judge.judge([reading], policy, Past(), iter(["2026-000001"]), NOW)
    [attachment] = reading.message.attachments
    assert "\r" not in (attachment.name or "") and "\n" not in (attachment.name or "")
    assert "canary()" not in reading.message.text
    for delivery in record.deliveries:
        head, _, _ = (delivery.data or b"").partition(b"\r\n\r\n")
        assert b"\r\nBcc:" not in head
        if delivery.target == "acknowledgement":
            assert b"canary" not in (delivery.data or b"")
            assert b"49.txt" not in (delivery.data or b"")
    assert sorted(path.name for path in tmp_path.rglob("*")) == before
