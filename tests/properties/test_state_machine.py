"""Both halves of the plot under everything that can go wrong, in any order: architecture, invariants 1 to 7.

The real Intake, Dispatch and store (SQLite); mail server, SMTP server and time are `tests.flaky`'s. After
every step the invariants are read off the database with SQL of the test's own, and off what the servers have.
In the end everything is mended, and all must come out right by itself.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from daemon import config as configuration
from daemon.rendering import Renderer
from daemon.store import Store
from tests.flaky import Mail, Process, Town, VirtualLoop
from tests.values import raw_config

#: The hours before both changes of daylight-saving time, and an ordinary day.
STARTS = (
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 7, 1, 9, 0, tzinfo=UTC),
)
CAP = 3  # acknowledgements to one sender in 24 hours
SMTP_FAULTS = ["ok", "greeting", "recipient", "later", "raises", "hang", "cut before", "cut after"]
SMTP_FAULTS += ["refused at the end", "later at the end"]
IMAP_FAULTS = ["ok", "drop", "drop after", "short", "hang", "no", "bad", "bye"]
CALLS = ["any", "record", "begin", "give_back", "past", "claim", "close", "settled", "known"]
UNSETTLED = (
    "SELECT id, status, why FROM delivery WHERE status NOT IN ('sent', 'refused', 'withheld')"
    " AND NOT (status = 'in_doubt' AND not_before IS NULL)"
)
FINAL = "status IN ('refused', 'withheld') OR (status = 'in_doubt' AND not_before IS NULL)"
#: Long looks, so that hours without news pass quickly.
TABLES: dict[str, Any] = {"acknowledgement": {"per_sender_and_day": CAP}, "worker": {"lease_seconds": 1800}}
TABLES["mailbox"] = [raw_config()["mailbox"][0] | {"poll_seconds": 900}]


def mail_of(number: int, sender: str, at: datetime, *, machine: bool = False, poison: bool = False) -> Mail:
    head = [
        f"From: {sender}",
        "To: buergerpost@musterlingen.example",
        f"Subject: Tonne {number}",
        f"Message-ID: <mail-{number}@citizen.example>",
        *(["Auto-Submitted: auto-generated"] if machine else []),
    ]
    text = "\r\n".join([*head, "", f"Die Tonne Nummer {number} ist voll.", ""])
    data = bytes(range(1, 10)) + b"\xff" * (20 + number) if poison else text.encode()
    return Mail(data, at, sender, machine, poison)


@cache
def template() -> tuple[Any, Renderer, Path]:
    """A configuration, its texts and a migrated empty database, made once."""
    folder = Path(tempfile.mkdtemp(prefix="anliegen-machine-"))
    config = configuration.parse(raw_config(**TABLES), folder)
    store = Store.open(config)
    store.database.migrate()
    store.close()
    return config, Renderer(config), folder / "anliegen.db"


class NothingLostNothingTwice(RuleBasedStateMachine):
    """The rules are what the world does; `let_time_pass` is when the daemon may react."""

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: datetime) -> None:
        _, self.renderer, empty = template()
        self.folder = Path(tempfile.mkdtemp(prefix="anliegen-machine-"))
        shutil.copy(empty, self.folder / "anliegen.db")
        self.config = configuration.parse(raw_config(**TABLES), self.folder)
        self.loop = VirtualLoop()
        self.town = Town(start, self.loop)
        self.lives = 0
        self.lives_before: dict[str, int] = {}
        self.process: Process | None = None
        self.mails: list[Mail] = []
        self.gone: set[str] = set()
        self.final: dict[int, str] = {}
        self.freed: set[int] = set()
        self.clock_moved = False
        self.seen = sqlite3.connect(self.folder / "anliegen.db", isolation_level=None)

    # What the world does

    @rule(sender=st.integers(0, 2), count=st.integers(1, 4), machine=st.booleans())
    def mail_arrives(self, sender: int, count: int, machine: bool) -> None:
        for _ in range(count):
            address = "robot@news.example" if machine else f"erika{sender}@citizen.example"
            self._arrives(mail_of(len(self.mails), address, self.town.now(), machine=machine))

    @rule()
    def noise_arrives(self) -> None:
        self._arrives(mail_of(len(self.mails), "", self.town.now(), poison=True))

    @rule(which=st.integers(0, 30))
    def the_same_mail_arrives_again(self, which: int) -> None:
        if self.mails:
            mail = self.mails[which % len(self.mails)]
            self.town.arrive(Mail(mail.data, self.town.now(), mail.sender, mail.machine, mail.poison))

    def _arrives(self, mail: Mail) -> None:
        self.mails.append(mail)
        self.lives_before.setdefault(mail.sha256, self.lives)
        self.town.arrive(mail)

    @rule(which=st.integers(0, 10))
    def someone_moves_or_deletes_a_mail_by_hand(self, which: int) -> None:
        if self.town.inbox:
            mail = self.town.inbox.pop(sorted(self.town.inbox)[which % len(self.town.inbox)])
            self.gone.add(mail.sha256)

    @rule(which=st.integers(0, 10))
    def someone_moves_a_mail_back_into_the_folder(self, which: int) -> None:
        if self.town.processed:
            self.town.arrive(self.town.processed.pop(sorted(self.town.processed)[which % len(self.town.processed)]))

    @rule()
    def the_folder_gets_a_new_uidvalidity(self) -> None:
        self.town.renumber()

    @rule(fault=st.lists(st.sampled_from(IMAP_FAULTS), max_size=4))
    def imap_drops_hangs_answers_short_or_says_no_bad_or_bye(self, fault: list[str]) -> None:
        self.town.imap_faults.extend(fault)

    @rule(fault=st.lists(st.sampled_from(SMTP_FAULTS), max_size=4))
    def smtp_says_4xx_or_5xx_hangs_or_is_cut_before_or_after_the_final_dot(self, fault: list[str]) -> None:
        self.town.smtp_faults.extend(fault)

    @rule(down=st.sampled_from([None, "greeting", "later", "cut after", "hang"]), imap=st.booleans())
    def servers_go_and_come(self, down: str | None, imap: bool) -> None:
        self.town.smtp_down, self.town.imap_down = down, imap

    @rule(call=st.sampled_from(CALLS), fault=st.sampled_from(["fails", "answer lost"]), times=st.integers(1, 4))
    @precondition(lambda self: self.process is not None)
    def the_disk_is_full_or_the_database_locked_or_its_answer_lost(self, call: str, fault: str, times: int) -> None:
        assert self.process is not None
        self.process.store_faults[call] = [fault] * times

    @rule(sender=st.integers(0, 2), fault=st.sampled_from(SMTP_FAULTS), seconds=st.sampled_from([30.0, 7200.0]))
    def an_outage_while_mail_comes(self, sender: int, fault: str, seconds: float) -> None:
        self.mail_arrives(sender, 1, machine=False)
        self.town.smtp_down = fault
        self._run(self._process().live(seconds))
        self.town.smtp_down = None

    @rule(sender=st.integers(0, 2), steps=st.integers(0, 60), seconds=st.sampled_from([0.5, 30.0]))
    def the_process_dies_while_mail_comes(self, sender: int, steps: int, seconds: float) -> None:
        self.mail_arrives(sender, 1, machine=False)
        process = self._process()
        process.steps_to_death = steps
        self._run(process.live(seconds))
        if not process.dead:
            self._run(process.end())

    @rule()
    @precondition(lambda self: self.process is not None)
    def the_process_is_stopped(self) -> None:
        assert self.process is not None
        self._run(self.process.stop())

    @rule(hours=st.sampled_from([-48, -3, -1, 1, 3, 48]))
    def the_clock_jumps(self, hours: int) -> None:
        self.town.jumped += timedelta(hours=hours)
        self.clock_moved = True

    @rule(which=st.integers(0, 10), dismiss=st.booleans())
    def a_person_lets_a_delivery_go_out_or_dismisses_it(self, which: int, dismiss: bool) -> None:
        settled = [key for (key,) in self._rows(f"SELECT id FROM delivery WHERE {FINAL} ORDER BY id")]
        if not settled:
            return
        delivery, store = settled[which % len(settled)], Store.open(self.config)
        if dismiss:
            assert store.by_hand.dismiss([delivery], self.town.now(), "person") == [delivery]
        elif store.outbox.retry([delivery], self.town.now(), "person"):
            self.freed.add(delivery)
            self.final.pop(delivery, None)
        store.close()

    @rule(seconds=st.sampled_from([0.1, 1.0, 10.0, 120.0, 1200.0, 7200.0]))
    def let_time_pass(self, seconds: float) -> None:
        self._run(self._process().live(seconds))

    def _process(self) -> Process:
        if self.process is None or self.process.dead:
            self.lives += 1
            self.process = Process(self.town, self.config, self.renderer, self.lives)
        return self.process

    def _run(self, coroutine: Any) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(coroutine)

    # What always holds

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.seen.execute(query).fetchall()

    @invariant()
    def every_mail_is_in_the_folder_or_recorded(self) -> None:
        kept = {sha256 for (sha256,) in self._rows("SELECT sha256 FROM message UNION SELECT sha256 FROM quarantine")}
        there = {mail.sha256 for mail in self.town.inbox.values()}
        for mail in self.mails:
            assert mail.sha256 in kept | there | self.gone, "invariant 1: a mail is nowhere"
        for mail in self.town.processed.values():
            assert mail.sha256 in kept, "invariant 1: a mail was settled before it was recorded"

    @invariant()
    def what_left_is_in_the_outbox_with_the_same_bytes(self) -> None:
        known = {row[0]: row[1:] for row in self._rows("SELECT id, target, address, mail_message_id FROM delivery")}
        first: dict[int, bytes] = {}
        for taken in self.town.taken:
            assert known[taken.delivery] == (taken.target, taken.address, taken.message_id), "invariant 2"
            assert first.setdefault(taken.delivery, taken.data) == taken.data, "invariant 2: other bytes"

    @invariant()
    def a_ticket_has_one_acknowledgement_and_a_mail_one_ticket(self) -> None:
        per_ticket = self._rows("SELECT ticket_id, count(*) FROM delivery WHERE target='acknowledgement' GROUP BY 1")
        assert all(count == 1 for _, count in per_ticket), "invariant 3: two acknowledgements for one ticket"
        per_mail = self._rows("SELECT sha256, count(*) FROM ticket GROUP BY 1")
        assert all(count == 1 for _, count in per_mail), "one mail became two tickets"
        orphans = self._rows("SELECT id FROM message WHERE role='first' AND ticket_id IS NULL")
        assert not orphans

    @invariant()
    def machines_are_never_answered_and_people_not_too_often(self) -> None:
        acks = [taken for taken in self.town.taken if taken.target == "acknowledgement"]
        assert not [taken for taken in acks if "robot" in taken.address], "invariant 3: a machine was answered"
        planned = self._rows(
            "SELECT address, julianday(created_at), id FROM delivery"
            " WHERE target='acknowledgement' AND status NOT IN ('withheld', 'refused')"
        )
        planned = [(address, moment) for address, moment, delivery in planned if delivery not in self.freed]
        if not self.clock_moved:
            for address, moment in planned:
                within = [at for other, at in planned if other == address and moment <= at < moment + 1]
                assert len(within) <= CAP, "invariant 3: more than the cap"

    @invariant()
    def nothing_is_sent_a_third_time_and_a_second_time_only_in_doubt(self) -> None:
        times = Counter(taken.delivery for taken in self.town.taken if taken.delivery not in self.freed)
        for delivery, count in times.items():
            assert count <= 2, "invariant 4: a third time"
            if count == 2:
                first, second = (taken for taken in self.town.taken if taken.delivery == delivery)
                noted = first.told and first.life == second.life
                assert not noted, "invariant 4: sent again although the answer was there"
                waited = second.at - first.at >= timedelta(minutes=10)
                assert waited or self.clock_moved, "invariant 4: in doubt, and sent again at once"

    @invariant()
    def what_is_final_stays(self) -> None:
        now = dict(self._rows("SELECT id, status FROM delivery"))
        for delivery, status in self.final.items():
            assert now.get(delivery) == status, "invariant 4: a final state was left"
        self.final = {key: status for key, status in now.items() if status in ("sent", "refused", "withheld")}
        accepted = {taken.delivery for taken in self.town.taken}
        assert {key for key, status in now.items() if status == "sent"} <= accepted, "called sent and is not"

    @invariant()
    def every_decision_says_why(self) -> None:
        for reasons, by, withheld, rule_ in self._rows(
            "SELECT reasons, department_by, ack_withheld, ack_withheld_rule FROM ticket"
        ):
            assert '"kind"' in reasons and by, "invariant 5"
            assert withheld is None or rule_, "invariant 5: withheld without a rule"

    @invariant()
    def the_clock_of_an_acknowledgement_starts_with_the_mail(self) -> None:
        for received, deadline in self._rows(
            "SELECT julianday(t.received_at), julianday(d.deadline) FROM ticket t"
            " JOIN delivery d ON d.ticket_id = t.id WHERE d.target='acknowledgement'"
        ):
            assert abs(deadline - received - 1) < 1e-6, "invariant 6"

    @invariant()
    def only_what_cannot_be_read_or_saw_many_deaths_is_in_quarantine(self) -> None:
        """A mail that was there whenever the process died, `limits.attempts` times, looks as if it were to blame."""
        bad = {mail.sha256 for mail in self.mails if mail.poison}
        bad |= {key for key, lives in self.lives_before.items() if self.lives - lives >= self.config.limits.attempts}
        held = {sha256 for (sha256,) in self._rows("SELECT sha256 FROM quarantine")}
        assert held <= bad, "invariant 7: an innocent mail is in quarantine"

    def teardown(self) -> None:
        """Everything is mended: now all must come out right by itself."""
        if not hasattr(self, "town"):
            return
        try:
            self._mend_and_look()
        finally:
            if self.process is not None and not self.process.dead:
                self._run(self.process.end())
            self.seen.close()
            self.loop.close()
            asyncio.set_event_loop(None)
            shutil.rmtree(self.folder)

    def _mend_and_look(self) -> None:
        self.town.heal()
        if self.process is not None:
            self.process.store_faults.clear()
        for _ in range(8):
            self._run(self._process().live(3600))
            if not self.town.inbox and not self._rows(UNSETTLED):
                break
        assert not self.town.inbox, "a mail is never settled"
        self.every_mail_is_in_the_folder_or_recorded()
        self.a_ticket_has_one_acknowledgement_and_a_mail_one_ticket()
        self.nothing_is_sent_a_third_time_and_a_second_time_only_in_doubt()
        self.only_what_cannot_be_read_or_saw_many_deaths_is_in_quarantine()
        assert not self._rows(UNSETTLED), "a delivery waits for ever"
        assert not self._rows("SELECT * FROM attempt"), "an attempt stays open"
        self._everybody_has_a_ticket()

    def _everybody_has_a_ticket(self) -> None:
        tickets = {sha256 for (sha256,) in self._rows("SELECT sha256 FROM ticket")}
        unsent = self._rows(
            "SELECT t.sha256 FROM ticket t WHERE ack_withheld IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM delivery d WHERE d.ticket_id = t.id AND d.target = 'acknowledgement'"
            "  AND d.status IN ('sent', 'refused', 'in_doubt'))"
        )
        assert not unsent, "an acknowledgement is lost"
        for mail in self.mails:
            if not mail.machine and mail.sha256 not in self.gone:
                assert mail.sha256 in tickets, "a citizen without a ticket"


TestNothingLostNothingTwice = NothingLostNothingTwice.TestCase
TestNothingLostNothingTwice.settings = settings(
    parent=settings.get_profile("dev"), max_examples=500 if "SOAK" in os.environ else 12, stateful_step_count=25
)
