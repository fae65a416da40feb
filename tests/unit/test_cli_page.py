"""The page that `anliegen tickets show` prints: everything a person asks, nothing that takes a terminal over."""

from __future__ import annotations

from dataclasses import replace

from daemon.cli import page
from daemon.config import Config
from daemon.model import Refused
from daemon.store import Store
from daemon.store.tickets import Changes
from tests.unit.store.test_journal import planned, record
from tests.values import NOW, message, reason


def test_what_it_is_where_it_lies_what_was_sent_and_what_happened(store: Store, config: Config) -> None:
    plain = record(1, deliveries=(planned(target="mail", address="abfall@musterlingen.example"),))
    assert plain.decision is not None
    hostile = message(subject="Tonne \x1b[2J\u202eleer")
    decided = replace(plain.decision, unsure=True, reason=reason("dmarc_fail"), evidence=("Tonne",), tags=("eilig",))
    store.journal.record([replace(plain, message=hostile, decision=decided)], NOW)
    [claimed] = store.outbox.claim("w", NOW, count=1, octets=1000)
    store.outbox.close([(claimed.id, Refused("550 5.1.1 no such user"))], "w", NOW)
    store.by_hand.dismiss([claimed.id], NOW, "mmuster")
    view = store.tickets.find("2026-000001")
    assert view is not None
    text = "\n".join(page.lines(view, store.tickets.history("2026-000001"), config))
    assert text.startswith("2026-000001  open\nTonne ")
    assert "\x1b" not in text
    assert "\u202e" not in text
    for words in (
        "received    2026-03-03 10:00, buergerpost, 1 message\n",
        "category    complaint (99%, a guess), de",
        "withheld    the acknowledgement, because of dmarc_fail",
        "because of  Tonne",
        "tags        eilig",
        "refused, dismissed",
        "abfall@musterlingen.example\n         550 5.1.1 no such user",
        "mmuster    mail refused → dismissed",
    ):
        assert words in text, words


def test_a_category_that_a_person_set_is_theirs_and_no_probability(store: Store, config: Config) -> None:
    store.journal.record([record(1)], NOW)
    store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "mmuster")
    view = store.tickets.find("2026-000001")
    assert view is not None
    text = "\n".join(page.lines(view, store.tickets.history("2026-000001"), config))
    assert "category    praise (set by mmuster), de\n" in text
