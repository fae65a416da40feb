"""What `seclusion` starts in its tests: a child that misbehaves where the message says so."""

from __future__ import annotations

import os
import signal
import sys
import time

from daemon import seclusion
from daemon.model import Reading
from daemon.seclusion import Job


class _Evil:
    """What a child would answer that a message has taken over."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch taken-over",)


def work(job: Job) -> Reading:
    data = job.raw.data if job.trouble is None else job.raw.data.partition(b"\r\n\r\n")[0]
    if b"hangs" in data:
        time.sleep(3600)
    while b"never rests" in data:
        pass
    if b"crashes" in data:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"eats memory" in data:
        bytearray(2 * seclusion.MEMORY)
    if b"takes over" in data:
        return Reading(job.raw, _Evil(), None)  # type: ignore[arg-type]
    print("something that disturbs the answers")
    return job.done()


if __name__ == "__main__":
    seclusion.serve(int(sys.argv[1]), work)
