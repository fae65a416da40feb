"""What must hold of every decision, whatever the mail was: for the nasty mails, the properties and the fuzzing."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from email import message_from_bytes
from email.headerregistry import AddressHeader
from email.policy import default
from pathlib import Path

from classifiers import Classifier, Prediction, Text
from classifiers.detect import detect_language
from classifiers.features import VIEWS, sentences, telling_words
from daemon import config as configuration
from daemon import judge
from daemon.model import Kind, Past, RawMessage, Reading, Record, Role
from daemon.policy import Policy
from daemon.rendering import Renderer, read
from daemon.rendering.acknowledgement import quotable_subject
from tests.values import NOW, raw_config

NUMBER = "2026-000001"
#: The fields that an acknowledgement may have, each once.
FIELDS = frozenset(
    [
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Precedence",
        "X-Anliegen-Loop",
        "MIME-Version",
        "Content-Type",
        "Content-Language",
        "Content-Transfer-Encoding",
    ]
)
#: What a template or a program leaves behind where something went wrong.
NONSENSE = re.compile(
    r"\{\{|\}\}|\{%|%\}|\bNone\b|\bnull\b|\bundefined\b|\bUndefined\b|<daemon\.|Traceback|0x[0-9a-f]{8}"
)


class Guessing:
    """Needs no model: reads the text as the classifier does, and guesses by its checksum, for every outcome in turn."""

    def predict(self, texts: Sequence[Text]) -> list[Prediction]:
        return [self._one(text) for text in texts]

    def _one(self, text: Text) -> Prediction:
        for view in VIEWS.values():
            view(text)
        evidence = (*sentences(text.body)[:1], *telling_words(text)[:3])
        dice = zlib.crc32(f"{text.subject}{text.body}".encode())
        sure = 0.99 if dice & 1 else 0.6
        category = ("appointment", "complaint", "suggestion", "praise", "other")[dice // 2 % 5]
        topic = ("abfall", "bauamt", "tiefbau", "zentrale")[dice // 10 % 4]
        language = detect_language(f"{text.subject}\n{text.body}")
        return Prediction(language, {category: sure}, {topic: sure}, 0.8, 0.8, evidence, "guessing")


def policy_in(folder: Path, classifier: Classifier | Guessing) -> Policy:
    """The shipped templates and a real configuration."""
    config = configuration.parse(raw_config(), folder)
    return Policy(config, Renderer(config), classifier, b"k" * 32)


def decided(reading: Reading, policy: Policy) -> Record:
    """The record of one message, with an empty past."""
    [record] = judge.judge([reading], policy, Past(), iter([NUMBER]), NOW)
    return record


def sound(record: Record, raw: RawMessage, policy: Policy) -> None:
    """A ticket or set aside; every decision with its reasons; what is sent is well-formed and no nonsense."""
    kind = record.verdict.kind
    assert record.role is (Role.FIRST if kind.opens_ticket else Role.ASIDE)
    assert (record.number == NUMBER) is kind.opens_ticket
    assert (record.quarantine is not None) or kind is not Kind.UNREADABLE
    if record.decision is None:
        assert record.deliveries == ()
        return
    decision = record.decision
    assert decision.queue in {department.key for department in policy.config.department}
    assert decision.acknowledge is (decision.reason is None)
    acks = [delivery for delivery in record.deliveries if delivery.target == "acknowledgement"]
    assert len(acks) <= 1 and (acks or decision.reason is not None)
    for delivery in record.deliveries:
        assert delivery.data is not None
        well_formed(delivery.data)
    for delivery in acks:
        acknowledges(delivery.data or b"", record, policy)


def well_formed(data: bytes) -> None:
    """Line ends, line lengths and header fields as RFC 5322 §2 has them."""
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert b"\x00" not in data
    lines = data.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    head = lines[: lines.index(b"")]
    assert all(line.isascii() for line in head)
    assert all(re.match(rb"[!-9;-~]+: |[ \t]+\S", line) for line in head)


def acknowledges(data: bytes, record: Record, policy: Policy) -> None:
    """To the one address; from us; nothing of the sender's but the subject."""
    message = message_from_bytes(data, policy=default)
    names = message.keys()
    assert len(names) == len(set(names))
    assert set(names) <= FIELDS, set(names) - FIELDS
    to = message["To"]
    assert isinstance(to, AddressHeader)
    assert record.verdict.answer_to is not None
    assert [address.addr_spec for address in to.addresses] == [record.verdict.answer_to.addr]
    assert message["Auto-Submitted"] == "auto-replied"
    assert policy.config.smtp.from_address in str(message["From"])
    letter = read(data)
    quoted = quotable_subject(record.message.subject)
    for words in (letter.subject, letter.text, letter.html):
        assert not NONSENSE.search((words or "").replace(quoted, "")), words
    assert letter.text.strip()
