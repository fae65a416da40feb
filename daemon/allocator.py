"""How the C library keeps freed memory: what is large goes back to the system at once (decision 0122).

glibc serves a large block by a mapping of its own; but once such a block was freed it raises the limit, up to
32 MB, and from then on large blocks lie between small ones in heaps that do not shrink. Binding: mallopt(3), malloc_trim(3).
"""

from __future__ import annotations

import ctypes
from contextlib import suppress

#: Octets from which on a block is mapped by itself. Smaller ones come and go too often: each page of a mapping costs.
LARGE_BLOCK = 1_000_000
#: Octets that may lie free at the end of a heap before it is cut.
SPARE = 8_000_000

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


def give_back_soon() -> bool:
    """Fix both limits for this process; False where the C library has none (musl gives back by itself)."""
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        return bool(mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK) and mallopt(_M_TRIM_THRESHOLD, SPARE))
    return False


def give_back_now() -> None:
    """Return what lies free between small things, too: after much came and went, as with a model. Some milliseconds."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
