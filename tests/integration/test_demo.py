"""`anliegen demo --once` as a visitor runs it, and what the wheel must carry so that it runs anywhere."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from daemon.demo.samples import manifest

ROOT = Path(__file__).resolve().parents[2]
MAILS = ROOT / "daemon" / "demo" / "mails"


def test_every_sample_meets_the_fate_that_the_manifest_promises(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "daemon", "demo", "--once"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    samples = manifest()
    mails = sum(sample.times for sample in samples)
    tickets = sum(sample.opens_ticket for sample in samples)
    acknowledged = sum(sample.acknowledged for sample in samples)
    last = done.stdout.rstrip().splitlines()[-1]
    assert last == f"{mails} mails, {tickets} tickets, {acknowledged} acknowledged, {mails - acknowledged} withheld"
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_names_every_sample_once() -> None:
    assert sorted(sample.file for sample in manifest()) == sorted(path.name for path in MAILS.glob("*.eml"))


def test_the_wheel_carries_samples_templates_and_corpus(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = [
        path
        for folder in ("daemon", "classifiers", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {str(path.relative_to(ROOT)) for path in wanted} - names == set()
    assert {name for name in names if re.match(r"(tests|bench|docs)/", name)} == set()
