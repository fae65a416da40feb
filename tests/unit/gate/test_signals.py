"""Each signal in both directions, in odd case, position and folding: the mails lie in tests/mails/gate/signals."""

from pathlib import Path

import pytest

from daemon import gate
from daemon.model import Kind
from tests.gate_mails import FOLDER, judged

SIGNALS = {row.name: row for row in gate.TABLE}
MAILS = sorted((FOLDER / "signals").glob("*/*.eml"))
FIRES = [path for path in MAILS if path.stem.startswith("fires")]
SILENT = [path for path in MAILS if path.stem.startswith("silent")]


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", FIRES, ids=_name)
def test_fires(path: Path) -> None:
    verdict = judged(path)
    assert path.parent.name in [signal.signal for signal in verdict.signals]
    if SIGNALS[path.parent.name].weight >= gate.FORBIDS:
        assert not verdict.acknowledge
        assert verdict.reason is not None
        assert verdict.reason.value


@pytest.mark.parametrize("path", SILENT, ids=_name)
def test_does_not_fire_and_nothing_else_does(path: Path) -> None:
    verdict = judged(path)
    assert path.parent.name not in [signal.signal for signal in verdict.signals]
    assert verdict.acknowledge
    assert verdict.reason is None


@pytest.mark.parametrize(
    "path", [path for path in FIRES if SIGNALS[path.parent.name].weight >= gate.FORBIDS], ids=_name
)
def test_the_first_signal_that_says_who_wrote_gives_the_kind(path: Path) -> None:
    verdict = judged(path)
    kinds = [kind for signal in verdict.signals if (kind := SIGNALS[signal.signal].kind) is not None]
    assert verdict.kind is (kinds[0] if SIGNALS[path.parent.name].kind else Kind.PERSON)


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_has_mails_in_both_directions_and_a_manual(name: str) -> None:
    directions = {path.stem.partition("-")[0] for path in MAILS if path.parent.name == name}
    assert directions == {"fires", "silent"}
    assert SIGNALS[name].read.__doc__
    assert SIGNALS[name].rule


@pytest.mark.parametrize("name", [name for name, row in SIGNALS.items() if row.weight < gate.FORBIDS and row.kind])
def test_a_weak_signal_alone_silences_nobody(name: str) -> None:
    mails = [path for path in FIRES if path.parent.name == name]
    verdicts = [judged(path) for path in mails]
    alone = [verdict for verdict in verdicts if len(verdict.signals) == 1]
    assert alone or name == "returned_message"  # its null return path forbids by itself
    assert all(verdict.acknowledge for verdict in alone)
