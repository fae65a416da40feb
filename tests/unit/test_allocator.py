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


#: Small blocks below one that stays; says how many of 100 MB go back when they are asked for.
TRIM = """
import os
from daemon import allocator
from tests.memory import pss
small = [bytes(5_000) for _ in range(20_000)]
del small[:-1]
before = pss(os.getpid())
allocator.give_back_now()
print((before - pss(os.getpid())) // 1_000_000)
"""


def test_what_lies_free_below_a_small_block_goes_back_when_it_is_told_to() -> None:
    done = subprocess.run([sys.executable, "-c", TRIM], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 80
