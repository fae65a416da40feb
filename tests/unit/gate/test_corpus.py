"""Real mails of public test suites, where they lie beside the repository: who would be answered, who not."""

import csv
import tarfile
from pathlib import Path

from daemon import gate, mime
from daemon.config import Limits
from daemon.errors import Unreadable
from tests.gate_mails import AROUND

SHARED = Path(__file__).resolve().parents[3] / "../shared/mail-corpus"
#: A person forwards a bounce (`Fwd:`, own address, nothing automatic): its label rests on the folder's name.
FORWARDED = "c0044783b81f"
#: A parser's test input with List-Owner and List-Subscribe, labelled a person's mail.
LISTED = "77a73683fdd5"

if SHARED.exists():

    def test_no_machine_is_answered_and_no_person_is_missed() -> None:
        with (SHARED / "dev_manifest.tsv").open(encoding="utf-8", newline="") as lines:
            expected = {
                row["sha256"]: row["expect_ack"]
                for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            }
        answered, withheld = set(), set()
        with tarfile.open(SHARED / "dev.tar.gz") as archive:
            for member in archive:
                content = archive.extractfile(member) if member.isfile() else None
                if content is None:
                    continue
                try:
                    acknowledge = gate.check(mime.parse(content.read(), Limits()), AROUND).acknowledge
                except Unreadable:
                    acknowledge = False
                (answered if acknowledge else withheld).add(Path(member.name).stem)
        assert len(answered | withheld) == len(expected) == 1032
        assert {sha[:12] for sha in answered if expected[sha] == "no"} <= {FORWARDED}
        assert {sha[:12] for sha in withheld if expected[sha] == "yes"} <= {LISTED}
