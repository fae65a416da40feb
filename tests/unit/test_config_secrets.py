"""Where a password comes from, and what is said where it cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from daemon.config import shapes
from daemon.config.shapes import Secret
from daemon.errors import ConfigError


def sentence(secret: Secret) -> str:
    with pytest.raises(ConfigError) as caught:
        secret.read_password()
    [problem] = caught.value.problems
    return problem


def test_each_place_gives_its_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "word").write_text("gehe im\n", "utf-8")
    monkeypatch.setenv("ANLIEGEN_WORD", "geheim")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Secret().read_password() == ""
    assert Secret(password="x").read_password() == "x"
    assert Secret(password_env="ANLIEGEN_WORD").read_password() == "geheim"
    assert Secret(password_file=tmp_path / "word").read_password() == "gehe im"
    assert Secret(password_credential="word").read_password() == "gehe im"


def test_outside_the_unit_its_credentials_are_looked_for_where_systemd_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr(shapes, "_CREDENTIALS", str(tmp_path))
    (tmp_path / "word").write_text("geheim", "utf-8")
    assert Secret(password_credential="word").read_password() == "geheim"
    assert "while the unit runs" in sentence(Secret(password_credential="none"))


def test_what_cannot_be_had_is_said_and_never_the_password_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANLIEGEN_WORD", raising=False)
    (tmp_path / "empty").write_text("\n", "utf-8")
    (tmp_path / "bytes").write_bytes(b"\xff\xfegeheim")
    assert "ANLIEGEN_WORD is not set" in sentence(Secret(password_env="ANLIEGEN_WORD"))
    assert "create it" in sentence(Secret(password_file=tmp_path / "none"))
    assert "is empty" in sentence(Secret(password_file=tmp_path / "empty"))
    assert "UTF-8" in sentence(Secret(password_file=tmp_path / "bytes"))
    assert "geheim" not in sentence(Secret(password_file=tmp_path / "bytes"))
