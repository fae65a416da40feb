"""The empty value for a message of which nothing could be read: every part of the plot can still carry it."""

from __future__ import annotations

from daemon.model import Message


def unread(sha256: str, size: int) -> Message:
    """A message without header and text. Its fingerprint is its own digest: it is nobody's duplicate by content."""
    return Message(
        sha256=sha256,
        size=size,
        headers=(),
        subject="",
        from_=(),
        sender=(),
        reply_to=(),
        to=(),
        cc=(),
        message_id=None,
        in_reply_to=(),
        references=(),
        date=None,
        content_type="text/plain",
        content_params=(),
        content_types=(),
        text="",
        own_text="",
        quoted_text="",
        signature="",
        attachments=(),
        report=None,
        fingerprint=sha256,
        defects=("unreadable",),
    )
