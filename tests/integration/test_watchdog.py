"""A process that hangs is ended, even where none of its own code can run any more."""

from __future__ import annotations

import subprocess
import sys

HANGS = """
import asyncio, re, sys
from types import SimpleNamespace
from daemon import service
from daemon.lane import Lane
{before}
async def main():
    app = SimpleNamespace(database=Lane("database"), thinking=Lane("thinking"))
    watching = asyncio.create_task(service._watchdog(app))
    await asyncio.sleep(0.1)
    {hang}
    await watching
asyncio.run(main())
"""


def ends(before: str, hang: str) -> subprocess.CompletedProcess[str]:
    program = HANGS.format(before=before, hang=hang)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)


def test_where_the_interpreter_itself_stands_still() -> None:
    held = r're.match(r"(a|aa)+$", "a" * 60 + "b")  # never lets another thread run'
    found = ends("service.HANG_SECONDS = 1.0", held)
    assert found.returncode == 1
    assert "Timeout" in found.stderr and "in main" in found.stderr


def test_where_a_thread_never_comes_back() -> None:
    before = "import time\nservice.BEAT_SECONDS, service.STUCK_SECONDS = 0.05, 0.2"
    hang = "\n    try:\n        await app.thinking.run_within(0.1, lambda: time.sleep(3600))\n    except TimeoutError: pass"
    found = ends(before, hang)
    assert found.returncode == 1
    assert "Stuck" in found.stderr
