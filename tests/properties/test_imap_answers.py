"""Whatever a server says about where it put messages: never an error, never a wrong pair."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from daemon.imap.client import read_copyuid
from daemon.imap.reading import Listed, groups

UIDS = st.lists(st.integers(1, 2**32 - 1), min_size=1, max_size=40, unique=True)


@given(st.binary(max_size=200))
def test_no_octets_break_copyuid(answer: bytes) -> None:
    for source, (validity, uid) in read_copyuid(answer).items():
        assert source >= 0
        assert validity >= 0
        assert uid >= 0


@given(UIDS, st.data())
def test_copyuid_pairs_in_order(sources: list[int], data: st.DataObject) -> None:
    size = len(sources)
    places = data.draw(st.lists(st.integers(1, 2**32 - 1), min_size=size, max_size=size, unique=True))
    answer = f"9 {','.join(map(str, sources))} {','.join(map(str, places))}"
    assert read_copyuid(answer.encode()) == {s: (9, p) for s, p in zip(sources, places, strict=True)}


@given(st.lists(st.integers(-1, 10_000), max_size=60), st.integers(1, 20_000))
def test_groups_keep_order_and_bounds(sizes: list[int], octets: int) -> None:
    listed = [Listed(uid, size, datetime(2026, 1, 1, tzinfo=UTC)) for uid, size in enumerate(sizes)]
    found = list(groups(listed, octets))
    assert [item for group in found for item in group] == listed
    assert all(len(group) == 1 or sum(item.size for item in group) <= octets for group in found)
