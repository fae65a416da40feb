"""Who is written into a ticket's history: never the name that the daemon itself goes by."""

from __future__ import annotations

import getpass

import pytest

from daemon.cli.shared import person


@pytest.mark.parametrize(
    ("user", "sudo", "expected"),
    [
        ("erika", None, "erika"),
        ("anliegen", "erika", "erika"),  # sudo -u anliegen anliegen tickets set …
        ("anliegen", None, "administrator"),  # else the correction would count as the daemon's own
        ("root", None, "administrator"),
        ("anliegen", "root", "administrator"),
    ],
)
def test_the_person_behind_the_prompt(
    user: str, sudo: str | None, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: user)
    monkeypatch.delenv("SUDO_USER", raising=False)
    if sudo is not None:
        monkeypatch.setenv("SUDO_USER", sudo)
    assert person() == expected


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert person().startswith("uid ")
