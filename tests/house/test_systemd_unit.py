"""The shipped unit, judged by systemd's own tools (systemd-analyze(1); `make test` installs them)."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "systemd" / "anliegen.service"


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def setting(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text("utf-8"), re.MULTILINE)


def test_exposure_is_at_most_one_and_a_half() -> None:
    said = analyze("security", "--offline=true", "--no-pager", str(UNIT)).stdout
    level = re.search(r"Overall exposure level for anliegen\.service: ([\d.]+)", said)
    assert level is not None, said
    assert float(level[1]) <= 1.5


def test_systemd_complains_of_nothing_but_the_missing_program() -> None:
    verified = analyze("verify", "--no-pager", str(UNIT))
    complaints = [line for line in (verified.stdout + verified.stderr).splitlines() if line.strip()]
    assert [line for line in complaints if "/opt/anliegen/bin/anliegen is not executable" not in line] == []


def test_the_unit_starts_a_command_that_exists() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    (start,) = setting("ExecStart")
    assert Path(start.split()[0]).name in scripts


def test_the_user_of_the_unit_is_the_one_that_sysusers_makes() -> None:
    made = re.search(r"^u (\S+)", (ROOT / "systemd" / "anliegen.sysusers.conf").read_text("utf-8"), re.MULTILINE)
    assert made is not None
    assert setting("User") == [made[1]]


@pytest.mark.parametrize("name", ["Type", "WatchdogSec", "ExecReload", "LoadCredential", "Restart", "StateDirectory"])
def test_service_settings_that_the_manual_promises(name: str) -> None:
    assert setting(name), f"{name}= is missing"
