"""A worker that finds a door shut lets the others try first."""

from __future__ import annotations

from daemon.wall import Wall
from tests.values import StillClock


def test_it_rests_longer_each_time_until_something_is_sent(clock: StillClock) -> None:
    wall = Wall(clock)
    assert wall.seconds_left() == 0
    rests = []
    for _ in range(8):
        wall.met()
        rests.append(wall.seconds_left())
        clock.advance(seconds=rests[-1])
        assert wall.seconds_left() == 0
    assert rests == [10, 20, 40, 60, 60, 60, 60, 60]
    wall.met()
    wall.gone()
    assert wall.seconds_left() == 0
