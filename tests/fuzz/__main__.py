"""`make fuzz`: libFuzzer looks for octets that break the way from mail to decision (atheris).

Begins with the nasty mails and those of tests/mails/gate, changes them as tests/mutations.py does, and ends
with the first that breaks: it stands then in the folder `found`, and belongs into tests/mails/nasty.
What takes more than 5 s of the processor, a minute, or 1.5 GB, with the instruments in it, counts as breaking, too.
Arguments are libFuzzer's (`-max_total_time=60`); a file as argument is tried alone.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["daemon", "classifiers", "mailparser", "email"]):
    from classifiers import Text
    from daemon import judge
    from tests import mutations, soundness
    from tests.values import raw_message

FOUND = Path(__file__).resolve().parent / "found"
#: Seconds of the processor for one mail.
SECONDS = 5.0


def main() -> None:
    FOUND.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        policy = soundness.policy_in(Path(folder), soundness.Guessing())
        mails = mutations.corpus()
        seeds = Path(folder) / "seeds"
        seeds.mkdir()
        for number, data in enumerate(mails):
            (seeds / str(number)).write_bytes(data)

        def one_input(data: bytes) -> None:
            begun = time.process_time()
            raw = raw_message(data)
            reading = judge.read(raw, policy)
            soundness.sound(soundness.decided(reading, policy), raw, policy)
            assert reading.trouble is None or "An error in this release" not in reading.trouble, reading.trouble
            assert time.process_time() - begun < SECONDS, "It takes too long."

        def changed(data: bytes, most: int, seed: int) -> bytes:
            dice = random.Random(seed)
            if dice.random() < 0.3:
                return bytes(atheris.Mutate(data, most))
            for _ in range(dice.randint(1, 4)):
                operation, second = dice.choice(mutations.OPERATIONS), dice.choice(mails)
                data = mutations.changed(data, second, operation, dice.randint(0, 1000), dice.randint(0, 1000))
            return data[:most]

        policy.classifier.predict([Text("Laterne", "Sie ist dunkel.")])  # what is loaded once is no mail's fault
        limits = ["-timeout=60", "-rss_limit_mb=1500", "-max_len=10000", f"-artifact_prefix={FOUND}/"]
        own = [argument for argument in sys.argv[1:] if Path(argument).is_file()] or [str(seeds)]
        options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
        atheris.Setup([sys.argv[0], *limits, *options, *own], one_input, custom_mutator=changed)
        try:
            atheris.Fuzz()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
