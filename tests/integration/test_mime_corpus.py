"""Every message of the mail corpus is read, and as its sources expect. Collected where the corpus is."""

from __future__ import annotations

import csv
import hashlib
import re
import tarfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from daemon import mime
from daemon.config import Limits
from daemon.errors import Unreadable
from daemon.model import Message

CORPUS = Path(__file__).resolve().parents[2] / "../shared/mail-corpus"

# Where the source expects something else than we mean to read, and why.
DIFFERENT = {
    "1e57ea704593": "its source expects no subject from a header with one broken line; we go on behind it",
}


def messages() -> Iterator[tuple[str, bytes]]:
    with tarfile.open(CORPUS / "dev.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None:
                data = file.read()
                yield hashlib.sha256(data).hexdigest(), data


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()


def expected(column: str) -> dict[str, str]:
    with (CORPUS / "dev_manifest.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {row["sha256"]: row[column] for row in rows if row[column] and row["sha256"][:12] not in DIFFERENT}


def read(data: bytes) -> Message | None:
    try:
        return mime.parse(data, Limits())
    except Unreadable:
        return None


if CORPUS.exists():

    def test_every_message_is_read_as_its_source_expects():
        subjects, senders = expected("expected_subject"), expected("expected_from")
        seen = 0
        for sha256, data in messages():
            message = read(data)
            assert message is not None, sha256
            seen += 1
            if sha256 in subjects:
                wanted = "" if subjects[sha256] == "(none)" else one_line(subjects[sha256])
                assert one_line(message.subject) == wanted, sha256
            if sha256 in senders:
                wanted = re.findall(r"<([^<>]+)>", senders[sha256]) or [senders[sha256]]
                assert message.from_, sha256
                assert message.from_[0].addr.lower() == wanted[-1].strip().lower(), sha256
        assert seen > 1000

    def test_line_ends_change_nothing():
        for sha256, data in messages():
            unix = data.replace(b"\r\n", b"\n")
            if b"\r" in unix or b"\n" not in unix:
                continue
            one, other = read(unix), read(unix.replace(b"\n", b"\r\n"))
            assert one is not None, sha256
            assert other is not None, sha256
            assert one.text == other.text, sha256
            assert one.fingerprint == other.fingerprint, sha256
            assert one.headers == other.headers, sha256
