"""Nasty mail on its whole way: each alone from octets to decision, and all of it in one mailbox with the real daemon."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from daemon import config as configuration
from daemon import effort, intake, judge, learning
from daemon.policy import Policy
from daemon.seclusion import SECONDS, Seclusion
from tests import nasty
from tests.dovecot import Dovecot
from tests.exchange import acknowledged, mail, sent
from tests.installation import PATIENCE, Installation
from tests.smtp import SmtpServer
from tests.soundness import decided, policy_in, sound, well_formed
from tests.values import raw_config, raw_message

#: What has no header at all: the only ones that may be unreadable.
HEADLESS = {
    *("header-empty-file", "header-one-newline", "header-none", "header-none-blank-first", "header-colons"),
    *("header-nuls-only", "header-ff-only", "header-random", "header-jpeg", "header-gzip", "header-utf16-mail"),
}


def test_the_index_names_every_nasty_mail() -> None:
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| \S", (nasty.FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(name for name, _ in nasty.all_of_them())
    assert len(list(nasty.files())) >= 150
    assert sum(len(data) for _, data in nasty.files()) < 3_000_000


@pytest.fixture
def policy(tmp_path: Path, model: Path) -> Policy:
    config = configuration.parse(raw_config(worker={"state_folder": str(model)}), tmp_path)
    return policy_in(tmp_path, learning.classifier(config))


@pytest.fixture
async def seclusion() -> AsyncIterator[Seclusion]:
    """Its memory limit is the product's; of time the test takes the processor's, so that a busy machine fails nothing."""
    made = Seclusion(seconds=PATIENCE)
    yield made
    await made.close()


async def test_each_is_decided_within_the_limits(policy: Policy, seclusion: Seclusion) -> None:
    """The limits are the product's own: for reading in the child, and for deciding."""
    unreadable, used = set(), 0.0
    for name, data in nasty.all_of_them():
        raw = raw_message(data)
        reading = await seclusion.read(raw, policy.config.limits, judge.surroundings(policy))
        assert seclusion._child is not None, (name, reading.trouble)
        before, used = used, effort.of_child(seclusion._child.pid)()
        assert used - before < SECONDS, name
        if reading.trouble is not None:
            assert reading.trouble.startswith("The message has no header that could be read"), (name, reading)
            unreadable.add(name)
        begun = time.thread_time()
        record = decided(reading, policy)
        assert time.thread_time() - begun < intake.SECONDS, name
        sound(record, raw, policy)
    assert unreadable == HEADLESS


def ordinary(name: str) -> bytes:
    return mail(f"{name}@citizen.example", f"Mülltonne {name}", f"Die Mülltonne in der Gasse {name} wird nie geleert.")


async def test_all_in_one_mailbox_hide_and_delay_nobody(
    installation: Installation, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    mails = [data for name, data in nasty.all_of_them() if name != "header-empty-file"]  # Dovecot refuses an empty one
    middle = len(mails) // 2
    dovecot.deliver_all([ordinary("before"), *mails[:middle], ordinary("between"), *mails[middle:], ordinary("behind")])
    before = dovecot.messages()
    result = await installation.command("run", "--once")
    assert result.status == 0, result.err
    assert dovecot.uids() == []
    # Each is recorded once; quarantine holds what has no header, with a ticket of its own.
    with sqlite3.connect(installation.folder / "anliegen.db") as database:
        recorded = Counter(sha256 for (sha256,) in database.execute("SELECT sha256 FROM message"))
        kept = [sha256 for (sha256,) in database.execute("SELECT sha256 FROM quarantine")]
        open_attempts = database.execute("SELECT count(*) FROM attempt").fetchone()
    assert recorded == Counter(hashlib.sha256(data).hexdigest() for data in before)
    assert len(kept) == len(set(kept)) == len(HEADLESS) - 1 and set(kept) <= set(recorded)
    assert open_attempts == (0,)
    people = acknowledged(smtp)
    assert [people[f"{name}@citizen.example"] for name in ("before", "between", "behind")] == [1, 1, 1]
    assert max(people.values()) <= 5, people  # one sender wrote several: the cap per sender and day
    assert "opfer@elsewhere.example" not in people
    for message in smtp.messages:
        well_formed(message.data)
        assert len(message.recipients) == 1
    for ack in sent(smtp, "auto-replied"):
        assert "opfer@elsewhere.example" not in f"{ack['To']} {ack['Cc']} {ack['Bcc']} {ack['Reply-To']}"
