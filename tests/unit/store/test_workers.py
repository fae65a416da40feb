"""Who holds which mailbox, as workers come, go, die and wake up again; and that a job is one worker's."""

from __future__ import annotations

from datetime import datetime, timedelta

from daemon.store import Store
from daemon.store.workers import Beat
from tests.values import NOW

NAMES = [f"post-{number:02}" for number in range(20)]
LATER = timedelta(seconds=10)


class Hosts:
    """Workers that all read the same mailboxes, and give back what is beyond their share as `intake` does."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, NOW
        self.names: dict[str, list[str]] = {}
        store.workers.enrol(NAMES)

    def beat(self, worker: str, **options: bool) -> Beat:
        names = self.names.get(worker, NAMES)
        found = self.store.workers.beat(worker, names, self.now, **{"shares": True, **options})
        for name in found.surplus:
            self.store.workers.give_back(name, worker, self.now)
        return found

    def live(self, *workers: str, beats: int = 3) -> dict[str, int]:
        """Let time pass in which these live; how many mailboxes each holds then."""
        for _ in range(beats):
            self.now += LATER
            for worker in workers:
                self.beat(worker)
        states = {state.name: len(state.mailboxes) for state in self.store.workers.states(self.now)}
        return {worker: states[worker] for worker in workers}


def test_mailboxes_spread_evenly_as_workers_come_and_go(store: Store) -> None:
    hosts = Hosts(store)
    assert hosts.live("a") == {"a": 20}
    assert hosts.live("a", "b", "c", "d") == {"a": 5, "b": 5, "c": 5, "d": 5}
    store.workers.leave("b", hosts.now)
    assert sorted(hosts.live("a", "c", "d").values()) == [6, 7, 7]


def test_what_a_dead_worker_held_is_taken_over_within_the_time_that_is_promised(store: Store) -> None:
    hosts = Hosts(store)
    hosts.live("a", "b")
    died_at = hosts.now
    while sum(hosts.live("b", beats=1).values()) < 20:
        assert hosts.now - died_at < timedelta(seconds=60)
    assert hosts.now - died_at >= store.term, "it was not given its time"


def test_a_worker_that_wakes_up_finds_that_its_mailboxes_are_another_s(store: Store) -> None:
    hosts = Hosts(store)
    hosts.live("a", "b")
    mine = hosts.beat("a").held
    hosts.now += timedelta(minutes=5)
    hosts.live("b")
    assert not any(store.workers.keep(name, "a", hosts.now) for name in mine)
    store.workers.give_back(NAMES[0], "a", hosts.now)
    assert store.workers.keep(NAMES[0], "b", hosts.now), "what is another's cannot be given back"


def test_a_worker_that_sleeps_and_is_missed_by_nobody_goes_on(store: Store) -> None:
    hosts = Hosts(store)
    hosts.live("a")
    hosts.now += timedelta(days=1)
    assert store.workers.keep(NAMES[0], "a", hosts.now)


def test_a_mailbox_that_only_some_can_read_goes_to_them(store: Store) -> None:
    hosts = Hosts(store)
    hosts.names["a"] = NAMES[:10]
    assert hosts.live("b", "a", beats=6) == {"a": 5, "b": 15}
    assert all(name in NAMES[:10] for name in hosts.beat("a").held)


def test_a_mailbox_that_fails_where_it_is_read_may_be_tried_by_any_other(store: Store) -> None:
    hosts = Hosts(store)
    hosts.live("a", "b")
    failing = min(hosts.beat("a").held)
    store.mailboxes.failing(failing, "The server does not answer.", hosts.now)
    store.workers.give_back(failing, "a", hosts.now)
    assert failing not in store.workers.beat("a", NAMES, hosts.now, shares=True, shunned=[failing]).held
    assert failing in hosts.beat("b").held
    store.mailboxes.round_done(failing, hosts.now)
    assert hosts.live("a", "b") == {"a": 10, "b": 10}


def test_one_run_takes_what_is_free_and_is_not_reckoned_with(store: Store) -> None:
    hosts = Hosts(store)
    assert len(hosts.beat("once", shares=False).held) == 20
    assert hosts.beat("a").held == frozenset()
    store.workers.leave("once", hosts.now)
    assert hosts.live("a") == {"a": 20}
    assert [state.name for state in store.workers.states(hosts.now)] == ["a"]


def test_a_dead_worker_is_shown_for_a_day(store: Store) -> None:
    hosts = Hosts(store)
    hosts.live("a", "b")
    hosts.now += timedelta(hours=1)
    hosts.live("b")
    assert [(state.name, state.alive) for state in store.workers.states(hosts.now)] == [("a", False), ("b", True)]
    hosts.now += timedelta(days=1)
    hosts.live("b")
    assert [state.name for state in store.workers.states(hosts.now)] == ["b"]


def due_hourly(at: datetime) -> bool:
    return at <= NOW


def test_a_job_is_one_worker_s_until_it_is_done_or_its_worker_dead(store: Store) -> None:
    take = store.jobs.take
    assert not take("daily", "a", NOW, lambda began_at: began_at < NOW), "what is new is not due"
    assert take("daily", "a", NOW, due_hourly)
    assert not take("daily", "b", NOW, due_hourly)
    hosts = Hosts(store)
    hosts.live("a", beats=9)
    assert not take("daily", "b", hosts.now, due_hourly), "its worker lives"
    hosts.now += store.term
    assert take("daily", "b", hosts.now, due_hourly)
    store.jobs.done("daily", "a", hosts.now)
    assert store.jobs.begun() == {"daily": NOW}, "it is not a's any more"
    store.jobs.done("daily", "b", hosts.now)
    assert not take("daily", "a", hosts.now, due_hourly)
