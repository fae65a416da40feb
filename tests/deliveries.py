"""Deliveries and a `begin` for the tests of targets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from daemon.model import Claimed

MESSAGE = (
    b"From: Stadt Musterlingen <post@musterlingen.example>\r\nTo: abfall@musterlingen.example\r\n"
    b"Subject: Auto: Ihre Nachricht\r\nMessage-ID: <1@musterlingen.example>\r\n\r\n.Guten Tag\r\n..\r\nGruss\r\n"
)


def claimed(**changes: object) -> Claimed:
    """A delivery that this worker holds."""
    delivery = Claimed(
        id=1,
        ticket="2026-000001",
        target="mail",
        address="abfall@musterlingen.example",
        message_id="<1@musterlingen.example>",
        data=MESSAGE,
        envelope_from="",
        attempts=0,
    )
    return replace(delivery, **changes)  # type: ignore[arg-type]


@dataclass
class Begin:
    """Counts its calls; `held=False` says that the claim is lost."""

    held: bool = True
    calls: int = 0

    async def __call__(self) -> bool:
        self.calls += 1
        return self.held
