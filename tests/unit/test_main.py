"""Ctrl-C while the program is still being loaded is no error of it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INTERRUPTED_WHILE_LOADING = """
import sys

class Impatient:
    @staticmethod
    def find_spec(name, *rest):
        if name == "{module}":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Impatient)
sys.argv = ["anliegen", "run"]
from daemon.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["daemon.cli.shared", "daemon.app"])
def test_ctrl_c_while_loading_is_a_sentence(module: str) -> None:
    program = INTERRUPTED_WHILE_LOADING.replace("{module}", module)
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "Stopped before anything began.\n")


def test_the_script_calls_what_bears_with_it() -> None:
    script = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]["anliegen"]
    module, _, name = script.partition(":")
    assert getattr(import_module(module), name).__module__ == "daemon.__main__"
