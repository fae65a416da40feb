"""Mail that ends the process which reads it: a real child under a real deadline and a real memory limit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon import gate
from daemon.config import Limits
from daemon.errors import StoreError
from daemon.model import Kind, Reading
from daemon.seclusion import Seclusion
from tests.values import raw_message

HEAD = b"From: Erika Muster <erika@citizen.example>\r\nSubject: %s\r\n\r\n"


@pytest.fixture
async def seclusion() -> AsyncIterator[Seclusion]:
    made = Seclusion(seconds=1.0, module="tests.poisonous")
    yield made
    await made.close()


async def read(seclusion: Seclusion, body: bytes, subject: bytes = b"Laterne") -> Reading:
    return await seclusion.read(raw_message(HEAD % subject + body), Limits(), gate.Surroundings())


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"it never rests", "more than 1 seconds"),
        (b"it hangs", "more than 1 seconds"),
        (b"it crashes", "status -11"),
        (b"it eats memory", "400 MB of memory"),
    ],
)
async def test_the_guilty_one_is_told_by_its_header_and_the_next_is_read(
    seclusion: Seclusion, body: bytes, why: str
) -> None:
    found = await read(seclusion, body)
    assert found.trouble is not None and why in found.trouble
    assert found.verdict.kind is Kind.UNREADABLE
    assert found.verdict.answer_to is not None and found.verdict.answer_to.addr == "erika@citizen.example"
    after = await read(seclusion, b"Sie ist dunkel.")
    assert (after.trouble, after.message.text.strip()) == (None, "Sie ist dunkel.")


async def test_a_child_that_was_taken_over_is_not_believed(
    seclusion: Seclusion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = await read(seclusion, b"it takes over")
    assert found.trouble is not None and "ended the process" in found.trouble
    assert found.verdict.kind is Kind.UNREADABLE and found.raw.data.endswith(b"it takes over")
    assert list(tmp_path.iterdir()) == []


async def test_where_the_header_is_the_poison_nothing_is_known_but_why(seclusion: Seclusion) -> None:
    found = await read(seclusion, b"", subject=b"crashes")
    assert found.trouble is not None and "status -11" in found.trouble
    assert (found.verdict.answer_to, found.message.subject) == (None, "")


async def test_the_programs_own_child_reads_like_the_program() -> None:
    seclusion = Seclusion()
    try:
        found = [await read(seclusion, b"Die Laterne %d ist dunkel." % number) for number in range(3)]
    finally:
        await seclusion.close()
    assert [reading.message.text.strip() for reading in found] == [f"Die Laterne {n} ist dunkel." for n in range(3)]
    assert all(reading.trouble is None for reading in found)


async def test_a_child_that_cannot_start_is_nobodys_fault() -> None:
    with pytest.raises(StoreError, match="tried again"):
        await read(Seclusion(module="tests.no_such_module"), b"x")


async def test_the_child_is_our_own_program_whatever_lies_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("daemon", "lxml", "pickle"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit(7)", "utf-8")
    monkeypatch.chdir(tmp_path)
    seclusion = Seclusion()
    try:
        found = await read(seclusion, b"Die Laterne ist dunkel.")
    finally:
        await seclusion.close()
    assert found.message.text.strip() == "Die Laterne ist dunkel."
