"""What of a webhook can be tried without a network: addresses, patience, signature."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.targets.webhook import allowed, patience, signed_headers
from tests.deliveries import claimed

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OURS = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "::1", "fe80::1%eth0",
    "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::1",
)  # fmt: skip
WORLD = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34", "64:ff9b::5db8:d822")


@pytest.mark.parametrize("address", OURS)
def test_ones_own_network_needs_leave(address: str) -> None:
    assert not allowed(address, private=False, encrypted=True)
    assert allowed(address, private=True, encrypted=False)


@pytest.mark.parametrize("address", WORLD)
def test_the_world_is_reached_by_tls_only(address: str) -> None:
    assert allowed(address, private=False, encrypted=True)
    assert not allowed(address, private=True, encrypted=False)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "::ffff:0.0.0.0"])
def test_nobodys_addresses_are_never_reached(address: str) -> None:
    assert not allowed(address, private=True, encrypted=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("99999999999999999999", timedelta(hours=6)),
        ("Mon, 02 Mar 2026 09:31:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 09:00:00 GMT", timedelta(0)),
        ("Mon, 02 Mar 2099 09:00:00 GMT", timedelta(hours=6)),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after(text: str, expected: timedelta | None) -> None:
    assert patience(text, NOW) == expected


@given(st.text())
def test_retry_after_never_raises_and_stays_in_bounds(text: str) -> None:
    found = patience(text, NOW)
    assert found is None or timedelta(0) <= found <= timedelta(hours=6)


def test_the_signature_covers_time_and_body() -> None:
    delivery = claimed(data=b'{"a": 1}')
    headers = signed_headers(delivery, "s", NOW)
    expected = hmac.new(b"s", headers["X-Anliegen-Timestamp"].encode() + b'.{"a": 1}', hashlib.sha256).hexdigest()
    assert headers["X-Anliegen-Signature"] == f"sha256={expected}"
    later = signed_headers(delivery, "s", NOW + timedelta(seconds=1))
    assert later["X-Anliegen-Signature"] != headers["X-Anliegen-Signature"]
    assert later["Idempotency-Key"] == headers["Idempotency-Key"]


def test_the_receivers_example_in_the_manual_works() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "targets.md").read_text("utf-8")
    example: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], example)
    delivery = claimed(data=b'{"a": 1}')
    headers = signed_headers(delivery, "s", NOW)
    now = NOW.timestamp()
    assert example["genuine"](headers, delivery.data, b"s", now)
    assert not example["genuine"](headers, delivery.data + b" ", b"s", now)
    assert not example["genuine"](headers, delivery.data, b"other", now)
    assert not example["genuine"](headers, delivery.data, b"s", now + 3600)
