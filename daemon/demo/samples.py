"""The sample mails and the manifest that says what must become of each (`mails/manifest.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from daemon.model import Category, Kind


class Sample(BaseModel):
    """One mail of the manifest. `times`: delivered so often; `days_ago`: when it arrived."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    about: str
    kind: Kind
    category: Category | None = None
    department: str | None = None
    language: str | None = None
    acknowledged: bool
    answers: str | None = None
    times: int = 1
    days_ago: int = 0

    @property
    def opens_ticket(self) -> bool:
        return self.kind.opens_ticket and self.answers is None

    def data(self, acknowledgement: bytes | None = None) -> bytes:
        """The mail's octets; for an answer, with what it answers filled in."""
        octets = (files(__package__) / "mails" / self.file).read_bytes()
        if acknowledgement is None:
            return octets
        answered = read(acknowledgement)
        # Both fields are folded at their spaces: an answer's line is no longer than RFC 5322 §2.1.1 allows.
        subject = " ".join(str(answered["Subject"]).split())
        encoded = EmailMessage(policy=default.clone(refold_source="all"))
        encoded["Subject"] = subject
        folded = encoded.as_bytes().split(b"\n\n")[0].removeprefix(b"Subject: ").replace(b"\n", b"\r\n").rstrip()
        return octets.replace(b"@ACK-MESSAGE-ID@", str(answered["Message-ID"]).encode()).replace(
            b"@ACK-SUBJECT@", folded
        )


def manifest() -> Sequence[Sample]:
    """Every sample, in the order of delivery."""
    text = (files(__package__) / "mails" / "manifest.toml").read_text("utf-8")
    return tuple(Sample.model_validate(entry) for entry in tomllib.loads(text)["mail"])


def read(data: bytes) -> EmailMessage:
    """A mail that we sent ourselves, parsed; citizens' mail is `mime`'s alone."""
    found = BytesParser(policy=default).parsebytes(data)
    assert isinstance(found, EmailMessage)
    return found
