"""How much memory a process and all it started have: PSS, in which shared pages count once."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

#: Seconds between two looks.
PACE = 0.1


def pss(pid: int) -> int:
    """Octets of the process and everything below it, as the kernel counts them now; 0 where it has ended."""
    return sum(map(_own, _family(pid)))


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            tasks = list(Path(f"/proc/{each}/task").iterdir())
            found += [int(word) for task in tasks for word in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _own(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


class Watched:
    """Looks at a process until the block ends. `peak` is the most that was seen, in octets, `last` the latest."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak, self.last, self.looks = pid, 0, 0, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(PACE):
            if now := pss(self.pid):
                self.last, self.peak, self.looks = now, max(self.peak, now), self.looks + 1
