"""Our own mail, come back to us: no machine of this kind may answer another (RFC 3834 §2)."""

from __future__ import annotations

import pytest

from daemon import gate, mime
from daemon.config import Limits
from daemon.model import Address
from daemon.rendering import AlarmFacts, DailyFacts, LateTicket, read
from tests.rendering import ack_facts, forward_facts, renderer
from tests.values import NOW

TO = Address("", "admin@musterlingen.example")
OURS = {
    "acknowledgement": renderer().acknowledgement(ack_facts()),
    "forward": renderer().forward(forward_facts()),
    "alarm": renderer().alarm(AlarmFacts(TO, "<a@b>", NOW, (LateTicket("1", NOW, "x"),))),
    "daily": renderer().daily(DailyFacts(TO, "<a@b>", NOW)),
}


@pytest.mark.parametrize("name", OURS)
def test_another_installation_does_not_answer_it(name: str) -> None:
    # nothing is known of us there: neither our addresses nor our ids
    verdict = gate.check(mime.parse(OURS[name], Limits()), gate.Surroundings())
    assert not verdict.acknowledge


@pytest.mark.parametrize("name", OURS)
def test_our_own_reader_finds_nothing_wrong_with_it(name: str) -> None:
    message = mime.parse(OURS[name], Limits())
    assert message.defects == ()
    assert message.subject == read(OURS[name]).subject
    assert message.from_ == (Address("Stadt Musterlingen", "buergerpost@musterlingen.example"),)
