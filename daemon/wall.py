"""A worker that finds doors shut which may be open for others: it lets them try first, ever longer.

A door's pause in the outbox is everybody's. Where one host alone is cut off from the SMTP server, it would be the
one that pauses it again and again; so what it found is remembered here, too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from daemon.ports import Clock

#: The first rest, a little longer than the door's own first pause; it doubles up to the longest.
FIRST_REST, LONGEST_REST = timedelta(seconds=10), timedelta(minutes=1)

_NEVER = datetime.min.replace(tzinfo=UTC)


class Wall:
    """What one worker ran into, one time after the other."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._times, self._until = 0, _NEVER

    def met(self) -> None:
        """A door was shut."""
        self._until = self.clock.now() + min(FIRST_REST * 2 ** min(self._times, 10), LONGEST_REST)
        self._times += 1

    def gone(self) -> None:
        """Something was sent."""
        self._times, self._until = 0, _NEVER

    def seconds_left(self) -> float:
        """How long the others may try."""
        return max((self._until - self.clock.now()).total_seconds(), 0.0)
