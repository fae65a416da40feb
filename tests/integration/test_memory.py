"""What the daemon needs of memory, as PSS of all its processes: large mail among ordinary mail, and mail without end.

The suite runs short forms. `make soak-memory` runs 20 mails of 35 MB among 300 ordinary ones, and as many
mails as SOAK_MEMORY says, and prints the figures that docs/reliability.md names.
"""

from __future__ import annotations

import asyncio
import base64
import email
import email.policy
import os
import random
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench.mails import mails
from classifiers import Classifier, storage
from classifiers.corpus import shipped_examples
from classifiers.heads import JOINED
from daemon import config as configuration
from daemon.store import Store
from daemon.store.models import Ended
from tests.dovecot import Dovecot
from tests.installation import Installation, Running, until
from tests.integration.test_daemon import mail
from tests.memory import Watched, pss
from tests.sink import Sink
from tests.values import NOW

MIB = 1 << 20
SOAK = int(os.environ.get("SOAK_MEMORY", "0"))
#: Large mails and ordinary ones in the one test, ordinary ones in the other.
LARGE, ORDINARY, ENDLESS = (20, 300, SOAK) if SOAK else (3, 40, 300)

DEPARTMENT = {"key": "zentrale", "name": "Zentrale Dienste"}
FORWARDED = [{"mail": "zentrale@musterlingen.example"}, {"folder": "Ablage"}]


def large_mail(number: int) -> bytes:
    """35 MB: a text, plans, and a second text behind them."""
    plans = base64.encodebytes(random.Random(number).randbytes(25_900_000)).replace(b"\n", b"\r\n")
    head = (
        f"From: Person {number} <bau{number}@citizen.example>\r\nTo: buergerpost@musterlingen.example\r\n"
        f"Subject: Bauantrag {number}\r\nMessage-ID: <large-{number}@citizen.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Guten Tag, anbei die Pläne.\r\n--b\r\nContent-Type: image/tiff; name=plan.tif\r\n"
        "Content-Disposition: attachment; filename=plan.tif\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    tail = "\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBitte rufen Sie mich an.\r\n--b--\r\n"
    return head.encode() + plans + tail.encode()


def forwards(sink: Sink) -> Iterator[str]:
    """The text of each forward that came without its original."""
    for data in sink.kept:
        found = email.message_from_bytes(data, policy=email.policy.default)
        if found["To"] == "zentrale@musterlingen.example" and not found.is_multipart():
            yield found.get_content()


async def test_large_mail_among_ordinary_mail_stays_below_400_mib(
    tmp_path: Path, dovecot: Dovecot, model: Path
) -> None:
    for number in range(LARGE):
        dovecot.deliver(large_mail(number))
    dovecot.deliver_all(mails(ORDINARY))
    department = {**DEPARTMENT, "deliver": FORWARDED}
    async with Sink() as sink:
        installation = Installation.between(tmp_path, dovecot, sink, model, department=[department])
        installation.fresh = True
        process = await installation.start("run", "--once")
        with Watched(process.pid) as watched:
            _, log = await process.communicate()
    print(f"{LARGE} mails of 35 MB, {ORDINARY} others: {watched.peak // MIB} MiB at the peak, {watched.looks} looks")
    assert process.returncode == 0, log.decode()[-2000:]
    assert watched.peak < 400 * MIB
    assert sink.mails["zentrale@musterlingen.example"] == LARGE + ORDINARY
    assert sum(sink.mails[f"bau{number}@citizen.example"] for number in range(LARGE)) == LARGE, "acknowledged"
    texts = [text for text in forwards(sink) if "Guten Tag, anbei die Pläne." in text]
    assert len(texts) == LARGE
    assert all("Bitte rufen Sie mich an." in text for text in texts), "what stands behind the attachments is read"
    assert all("die Anhänge sind im Postfach geblieben" in text and "Bearbeitet" in text for text in texts)
    assert len(dovecot.uids(folder="Bearbeitet")) == len(dovecot.uids(folder="Ablage")) == LARGE + ORDINARY


async def test_memory_does_not_grow_with_the_mails_that_were_worked_off(
    tmp_path: Path, dovecot: Dovecot, model: Path
) -> None:
    async with Sink() as sink:
        limits = {"acknowledgement": {"per_hour": 1_000_000}}
        installation = Installation.between(tmp_path, dovecot, sink, model, department=[DEPARTMENT], **limits)
        installation.fresh = True
        figures: list[int] = []
        async with Running(installation) as running:
            for fifth in range(5):
                count = ENDLESS // 5
                await asyncio.to_thread(dovecot.deliver_all, small_mails(fifth * count, count))
                await until(lambda done=(fifth + 1) * count: sink.mails.total() >= done, patience=count + 60)  # type: ignore[misc]
                figures.append(pss(running.process.pid))
                print(f"{(fifth + 1) * count} mails: {figures[-1] // MIB} MiB", flush=True)
    assert max(figures) < 300 * MIB
    assert figures[-1] - figures[1] < 40 * MIB


async def test_a_change_of_the_model_stays_below_300_mib(tmp_path: Path, dovecot: Dovecot, model: Path) -> None:
    own = tmp_path / "state"  # the other model is kept beside
    shutil.copytree(model / "model" / storage.kind(), own / "model" / storage.kind())
    async with Sink() as sink:
        installation = Installation.between(tmp_path, dovecot, sink, own, department=[DEPARTMENT])
        installation.fresh = True
        async with Running(installation) as running:
            await asyncio.to_thread(dovecot.deliver_all, small_mails(0, 60))
            await until(lambda: sink.mails.total() >= 60, patience=120)
            with Watched(running.process.pid) as watched:
                name = await asyncio.to_thread(put_another_in_force, tmp_path, model)
                await running.logged("Another model decides from now on.")
                await asyncio.to_thread(dovecot.deliver_all, small_mails(60, 60))
                await until(lambda: sink.mails.total() >= 120, patience=120)
    print(f"a change of the model: {watched.peak // MIB} MiB at the peak, {watched.last // MIB} MiB behind it")
    assert any(f"model={name}" in line for line in running.log)
    assert watched.peak < 300 * MIB


def put_another_in_force(installed: Path, model: Path) -> str:
    """As a training on another machine leaves it in the database: the shipped model with another bias. Says its name."""
    shipped = Classifier.load(model / "model" / storage.kind()).model
    bias = shipped.topic.scorers[JOINED].bias + np.float32(1e-6)
    other = replace(shipped.topic.scorers[JOINED], bias=bias)
    topic = replace(shipped.topic, scorers=shipped.topic.scorers | {JOINED: other})
    changed = Classifier(replace(shipped, topic=topic))
    changed.save(installed / "another")
    files = storage.take(installed / "another")
    store = Store.open(configuration.load(installed / "config.toml"))
    row = store.models.begin("another", NOW, timedelta(hours=1), unasked=False)
    assert row is not None and row.id is not None
    ended = Ended("in_force", None, (), changed.id, files.manifest, zlib.compress(files.weights))
    store.models.end(row.id, ended, 1)
    store.close()
    return changed.id


def small_mails(first: int, count: int) -> Iterator[bytes]:
    """Concerns of the shipped corpus, each by a person of its own."""
    texts = [each.text for each in shipped_examples() if each.text.body and each.category != "other"]
    for number in range(first, first + count):
        text = texts[number % len(texts)]
        yield mail(number, f"Anliegen {number}", f"{text.subject}\n{text.body}\n{number}")


def test_the_watch_sees_a_process_and_takes_the_dead_for_nothing() -> None:
    assert pss(os.getpid()) > 10 * MIB
    assert pss(2**22 + 1) == 0
