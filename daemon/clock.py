"""What time it is. The only place that asks: everything else takes a clock, or the moment itself, as an argument."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SharedClock(SystemClock):
    """The database's clock, carried on between two looks by this machine's own, whatever the latter shows."""

    #: A look that took longer (seconds) says nothing.
    PRECISE = 2.0

    def __init__(self) -> None:
        self._then: datetime | None = None
        self._since = 0.0

    def heard(self, moment: datetime, seconds: float) -> None:
        """The database said what time it is, and took that long."""
        if self._then is None or seconds < self.PRECISE:
            self._then, self._since = moment, time.clock_gettime(time.CLOCK_BOOTTIME)

    def now(self) -> datetime:
        if self._then is None:
            return super().now()
        return self._then + timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME) - self._since)
