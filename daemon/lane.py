"""A thread of one's own for calls that block: the database has one, the model has one.

Calls are worked off in order. A call that is awaited by a cancelled task still runs to its end: what a
transaction began, it finishes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Lane:
    """One thread. `name` shows in debuggers and logs."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the call there and wait for its result."""
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._executor, lambda: call(*args, **kwargs)))

    def close(self) -> None:
        """Wait for the running call, drop those that have not begun."""
        self._executor.shutdown(wait=True, cancel_futures=True)
