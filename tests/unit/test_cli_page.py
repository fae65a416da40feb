"""The page that `anliegen tickets show` prints: everything a person asks, nothing that takes a terminal over."""

from __future__ import annotations

from dataclasses import replace

from daemon.cli import inspect, page, tickets
from daemon.config import Config
from daemon.examination import Examined, as_json
from daemon.model import Category, Reading, Refused, Runner
from daemon.store import Store
from daemon.store.tickets import Changes, TicketView
from daemon.tables import TicketRow
from tests.unit.store.test_journal import planned, record
from tests.values import NOW, decision, message, raw_message, reason, verdict


def test_what_it_is_where_it_lies_what_was_sent_and_what_happened(store: Store, config: Config) -> None:
    plain = record(1, deliveries=(planned(target="mail", address="abfall@musterlingen.example"),))
    assert plain.decision is not None
    hostile = message(subject="Tonne \x1b[2J\u202eleer")
    decided = replace(
        plain.decision,
        unsure=True,
        confidence=0.61,
        category_runners_up=(Runner("praise", 0.3), Runner("other", 0.04)),
        department_unsure=True,
        department_confidence=0.42,
        department_runners_up=(Runner("bauamt", 0.25), Runner("abfall", 0.2)),
        reason=reason("dmarc_fail"),
        evidence=("Tonne",),
        tags=("eilig",),
    )
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
        "category    complaint (61%, a guess), de\nelse        praise (30%)\nqueue",
        "department  tiefbau by model (42%), a guess\nelse        bauamt (25%), abfall (20%)\n",
        "withheld    the acknowledgement, because of dmarc_fail",
        "because of  Tonne",
        "tags        eilig",
        "refused, dismissed",
        "abfall@musterlingen.example\n         550 5.1.1 no such user",
        "mmuster    mail refused → dismissed",
    ):
        assert words in text, words


def test_a_category_that_a_person_set_is_theirs_and_no_probability(store: Store, config: Config) -> None:
    plain = record(1)
    assert plain.decision is not None
    thought = replace(plain.decision, category_runners_up=(Runner("praise", 0.3),), evidence=("complaint: “Loch”",))
    store.journal.record([replace(plain, decision=thought)], NOW)
    before = store.tickets.find("2026-000001")
    assert before is not None
    assert "because of  complaint: “Loch”" in "\n".join(page.lines(before, [], config))
    store.tickets.change("2026-000001", Changes(category="praise"), None, [], NOW, "mmuster")
    view = store.tickets.find("2026-000001")
    assert view is not None
    text = "\n".join(page.lines(view, store.tickets.history("2026-000001"), config))
    assert "category    praise (set by mmuster), de\nqueue" in text
    assert "the model   had thought of complaint: “Loch”\n" in text
    assert "because of" not in text


def test_the_list_says_whose_a_ticket_may_be_where_that_is_a_guess(store: Store, config: Config) -> None:
    def listed(**changes: object) -> str:
        row = TicketRow(
            **{
                "number": "2026-000001",
                "received_at": NOW,
                "category": "other",
                "unsure": False,
                "status": "open",
                "subject": "x",
                "queue": "zentrale",
                "department": "tiefbau",
                "department_unsure": True,
                **changes,
            }
        )
        table = tickets._table([TicketView(row, 1, ())], config)
        return str(next(iter(table.columns[3].cells)))

    assert listed() == "zentrale (tiefbau?)"
    assert listed(department="zentrale") == "zentrale?"
    assert listed(queue="tiefbau", department_unsure=False) == "tiefbau"


def test_inspect_says_what_else_it_may_be(config: Config) -> None:
    decided = decision(
        category=Category.OTHER,
        confidence=0.5,
        unsure=True,
        category_runners_up=(Runner("praise", 0.3), Runner("complaint", 0.01)),
        department_confidence=0.28,
        department_unsure=True,
        department_runners_up=(Runner("bauamt", 0.25),),
        queue="zentrale",
        evidence=("other: “Frage”", "tiefbau: Loch"),
    )
    raw = raw_message(b"x")
    examined = Examined("a.eml", raw.sha256, None, Reading(raw, message(), verdict()), decided)
    story = inspect._story(examined)
    for words in (
        "category    other (0.50, a guess), de\n   else        praise (0.30)\n",
        "department  tiefbau by model (0.28, a guess) → queue zentrale\n   else        bauamt (0.25)\n",
        "   because     other: “Frage”\n   because     tiefbau: Loch\n",
    ):
        assert words in story, words
    shown = as_json(examined, with_ack=False)
    assert shown["category_runners_up"] == [
        {"key": "praise", "probability": 0.3},
        {"key": "complaint", "probability": 0.01},
    ]
    assert shown["department_runners_up"] == [{"key": "bauamt", "probability": 0.25}]
    ruled = replace(decided, category=Category.PRAISE, confidence=1.0, unsure=False)
    story = inspect._story(replace(examined, decision=ruled))
    assert "praise (1.00), de\n   department" in story
    assert "   the model   had thought of other: “Frage”\n" in story
