"""Whatever comes, a decision comes out that is sound: mails changed along their structure, from octets to record."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from daemon import judge
from daemon.policy import Policy
from tests import mutations
from tests.soundness import Guessing, decided, policy_in, sound
from tests.values import raw_message

MAILS = mutations.corpus()
#: Thousands of examples in `make soak`, a taste in `make test`.
EXAMPLES = 20_000 if "SOAK" in os.environ else 150
PLACES = st.integers(0, mutations.THOUSAND)
STEPS = st.tuples(st.sampled_from(mutations.OPERATIONS), st.sampled_from(MAILS), PLACES, PLACES)


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    return policy_in(tmp_path_factory.mktemp("policy"), Guessing())


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.sampled_from(MAILS), steps=st.lists(STEPS, min_size=1, max_size=6))
def test_a_changed_mail_has_a_sound_decision(policy: Policy, data: bytes, steps: list) -> None:
    for operation, second, one, other in steps:
        data = mutations.changed(data, second, operation, one, other)
    raw = raw_message(data)
    reading = judge.read(raw, policy)
    sound(decided(reading, policy), raw, policy)
    assert reading.trouble is None or "An error in this release" not in reading.trouble


@settings(max_examples=EXAMPLES)
@given(st.binary(max_size=500))
@example(b"")
def test_any_octets_have_a_sound_decision(policy: Policy, data: bytes) -> None:
    raw = raw_message(data)
    reading = judge.read(raw, policy)
    sound(decided(reading, policy), raw, policy)
    assert reading.trouble is None or "An error in this release" not in reading.trouble
