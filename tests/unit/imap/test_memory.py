"""What is remembered between walks never hides a message that is still to do."""

from __future__ import annotations

from daemon.imap.memory import Memory


def test_the_floor_rises_over_what_is_done() -> None:
    memory = Memory(uidvalidity=1)
    assert memory.pending([3, 5, 8]) == [3, 5, 8]
    memory.settled([3, 8], left=True)
    assert memory.pending([3, 5, 8]) == [5]
    memory.raise_floor(4)
    assert (memory.floor, memory.left, memory.seen) == (4, {8}, 8)


def test_the_floor_never_falls() -> None:
    memory = Memory(uidvalidity=1, floor=9)
    memory.raise_floor(4)
    assert memory.floor == 9


def test_what_was_moved_and_comes_back_under_its_uid_is_to_do() -> None:
    """Moved mail gets a new UID when it is put back; one that a server kept after all must not be hidden."""
    memory = Memory(uidvalidity=1)
    memory.settled([3], left=False)
    assert memory.pending([3]) == [3]


def test_a_group_that_fails_accuses_nobody_for_good() -> None:
    memory = Memory(uidvalidity=1)
    for _ in range(10):
        memory.suspect([3, 5], 0.0)
    memory.read(9)
    assert not memory.given_up(3, 1e9)
    memory.read(3)
    assert set(memory.suspects) == {5}


def test_three_failures_by_itself_while_others_are_read() -> None:
    memory = Memory(uidvalidity=1)
    verdicts = []
    for _ in range(4):
        verdicts.append(memory.given_up(3, 1.0))
        memory.failed(3, 1.0)
        memory.read(9)
    assert verdicts == [False, False, False, True]


def test_a_settled_or_vanished_message_is_forgotten() -> None:
    memory = Memory(uidvalidity=1)
    memory.failed(3, 1.0)
    memory.failed(4, 1.0)
    memory.settled([3], left=False)
    memory.vanished(4)
    assert memory.suspects == {}
