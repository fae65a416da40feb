"""The C library gives large blocks back: also those between small ones that stay."""

from __future__ import annotations

import subprocess
import sys

#: Blocks of 2 MB are freed, then others between which small ones stay; says how many MB the process keeps of 200.
PROGRAM = """
import sys
from daemon import allocator
from tests.memory import pss
import os
if sys.argv[1] == "fixed":
    assert allocator.give_back_soon()
del [bytearray(30_000_000)][0]
small, large = [], []
for _ in range(100):
    large.append(b"x" * (2_000_000 + len(large)))
    small.append(bytes(5_000))
before = pss(os.getpid())
large.clear()
print((before - pss(os.getpid())) // 1_000_000)
"""


def given_back(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_large_blocks_between_small_ones_go_back() -> None:
    assert given_back("fixed") > 150
