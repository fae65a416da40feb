"""The journal: a batch is written whole or not at all, and what is known is known for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from daemon.errors import Overtaken, StoreError
from daemon.model import DeliveryStatus, MessageKey, Planned, Record, Role
from daemon.store import Question, Store
from daemon.tables import DeliveryRow, MessageBytes, MessageRow, TicketRow
from tests.values import NOW, decision, message, raw_message, verdict


def planned(**changes: object) -> Planned:
    values: dict[str, object] = {
        "target": "acknowledgement",
        "door": "smtp",
        "address": "Erika@citizen.example",
        "status": DeliveryStatus.WAITING,
        "data": b"x",
        "message_id": "<ack-1@musterlingen.example>",
        "deadline": NOW + timedelta(hours=24),
    }
    return Planned(**{**values, **changes})  # type: ignore[arg-type]


def record(uid: int = 1, number: str | None = "2026-000001", **changes: object) -> Record:
    values: dict[str, object] = {
        "raw": raw_message(b"From: e\r\n\r\nx", uid),
        "role": Role.FIRST,
        "message": message(fingerprint=f"fp-{uid}"),
        "verdict": verdict(),
        "decision": decision(),
        "number": number,
        "deliveries": (planned(message_id=f"<ack-{uid}@musterlingen.example>"),),
    }
    return Record(**{**values, **changes})  # type: ignore[arg-type]


def count(store: Store, row: type) -> int:
    with store.database.transaction() as session:
        return len(session.exec(select(row)).all())


def test_a_batch_is_message_ticket_delivery_and_bytes_in_one(store: Store) -> None:
    store.journal.record([record(1), record(2, "2026-000002")], NOW)
    assert [count(store, row) for row in (MessageRow, TicketRow, DeliveryRow, MessageBytes)] == [2, 2, 2, 2]
    assert store.journal.known([MessageKey("buergerpost", 7, uid) for uid in (1, 2, 3)]) == {
        MessageKey("buergerpost", 7, 1),
        MessageKey("buergerpost", 7, 2),
    }


def test_a_batch_that_fails_in_the_middle_leaves_nothing(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.journal.record([record(1), record(2, "2026-000001")], NOW)
    assert [count(store, row) for row in (MessageRow, TicketRow, DeliveryRow, MessageBytes)] == [0, 0, 0, 0]


def test_the_same_place_is_never_recorded_twice(store: Store) -> None:
    store.journal.record([record(1)], NOW)
    with pytest.raises(Exception, match=r"(?i)unique"):
        store.journal.record([record(1, "2026-000002", message=message(fingerprint="other"))], NOW)


def test_a_mail_that_came_by_another_mailbox_meanwhile_is_judged_once_more(store: Store) -> None:
    store.journal.record([record(1)], NOW)
    with pytest.raises(Overtaken):
        store.journal.record([record(2, "2026-000002", message=message(fingerprint="fp-1"))], NOW)
    store.journal.record([record(2, None, message=message(fingerprint="fp-1"), role=Role.DUPLICATE)], NOW)
    assert count(store, TicketRow) == 1


def test_numbers_count_up_within_a_year_and_never_repeat(store: Store) -> None:
    assert store.journal.numbers(2026, 2) == ["2026-000001", "2026-000002"]
    assert store.journal.numbers(2026, 1) == ["2026-000003"]
    assert store.journal.numbers(2027, 1) == ["2027-000001"]


def test_unused_numbers_are_given_back_unless_others_came_since(store: Store) -> None:
    numbers = store.journal.numbers(2026, 5)
    store.journal.give_back_numbers(numbers[2:])
    assert store.journal.numbers(2026, 1) == ["2026-000003"]
    late = store.journal.numbers(2026, 2)
    store.journal.numbers(2026, 1)
    store.journal.give_back_numbers(late)
    assert store.journal.numbers(2026, 1) == ["2026-000007"]


def test_attempts_are_counted_before_the_work_and_forgotten_after_it(store: Store) -> None:
    keys = [MessageKey("buergerpost", 7, 1), MessageKey("buergerpost", 7, 2)]
    assert store.journal.begin(keys, NOW) == dict.fromkeys(keys, 1)
    assert store.journal.begin(keys[:1], NOW) == {keys[0]: 2}
    store.journal.record([record(1)], NOW)
    assert store.journal.open_attempts("buergerpost") == {keys[1]: 1}
    store.journal.give_back(keys[1:])
    assert store.journal.open_attempts("buergerpost") == {}


def test_the_past_answers_for_a_whole_batch(store: Store) -> None:
    store.journal.record([record(1)], NOW)
    past = store.journal.past(
        Question(["fp-1", "fp-9"], ["<ack-1@musterlingen.example>", "<>"], ["2026-000001"], ["erika@citizen.example"]),
        NOW + timedelta(minutes=1),
    )
    assert set(past.seen) == {"fp-1"}
    assert past.issued["<ack-1@musterlingen.example>"].number == "2026-000001"
    assert past.tickets["2026-000001"].from_address == "erika@citizen.example"
    assert past.acks_to == {"erika@citizen.example": 1}
    assert list(past.acks_on.values()) == [1]
    assert past.acks_this_hour == 1


def test_acknowledgements_of_yesterday_and_withheld_ones_do_not_count(store: Store) -> None:
    withheld = (planned(status=DeliveryStatus.WITHHELD, message_id="<ack-2@x>"),)
    store.journal.record([record(1)], NOW - timedelta(days=2))
    store.journal.record([record(2, "2026-000002", deliveries=withheld)], NOW)
    past = store.journal.past(Question([], [], [], ["erika@citizen.example"]), NOW)
    assert past.acks_to == {}
    assert past.acks_this_hour == 0


def test_bytes_are_purged_only_after_everything_is_settled(store: Store) -> None:
    store.journal.record([record(1)], NOW)
    store.journal.settled({MessageKey("buergerpost", 7, 1): (9, 100)}, "Bearbeitet", NOW)
    assert store.journal.purge(NOW) == 0  # the acknowledgement waits
    with store.database.transaction() as session:
        session.exec(select(DeliveryRow)).one().status = DeliveryStatus.SENT
    assert store.journal.purge(NOW) == 1
    assert store.journal.placed("buergerpost", "INBOX") == {(7, 1)}
    assert store.journal.placed("buergerpost", "Bearbeitet") == {(9, 100)}


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_exactly_the_tables_of_the_code(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    with store.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    assert store.database.is_current()


def test_a_database_of_a_newer_release_is_refused_in_words(store: Store) -> None:
    with store.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer release"):
        store.database.migrate()
