"""Mail between a test's town hall and the world: building it, reading what was sent, carrying it on as servers do."""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from collections.abc import Mapping
from email.message import EmailMessage

from tests.dovecot import Dovecot
from tests.smtp import Received, SmtpServer

OFFICE = "buergerpost@musterlingen.example"


def mail(sender: str, subject: str, text: str, **fields: str) -> bytes:
    """A plain mail. Of `fields` underscores become hyphens; "" leaves a field out."""
    lines = {
        "From": sender,
        "To": OFFICE,
        "Subject": subject,
        "Date": "Tue, 03 Mar 2026 09:59:00 +0100",
        "Message-ID": f"<{abs(hash((sender, subject, text)))}@client.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return f"{head}\r\n{text}\r\n".encode()


def parsed(data: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def sent(smtp: SmtpServer, marked: str = "") -> list[EmailMessage]:
    """What was sent, of one `Auto-Submitted` keyword or all."""
    found = [parsed(message.data) for message in smtp.messages]
    return [message for message in found if marked in ("", message["Auto-Submitted"])]


def acknowledged(smtp: SmtpServer) -> Counter[str]:
    """How many acknowledgements each address got."""
    return Counter(message["To"] for message in sent(smtp, "auto-replied"))


def delivered(message: Received) -> bytes:
    """A message as the last server puts it into a mailbox (RFC 5321 §4.4)."""
    head = (
        f"Return-Path: <{message.envelope_from}>\r\n"
        f"Delivered-To: {message.recipients[0]}\r\n"
        "Received: from mail.test by mx.example; Tue, 03 Mar 2026 10:00:00 +0100\r\n"
    )
    return head.encode() + message.data


class Post:
    """Carries what an SMTP server accepted into the mailboxes of a Dovecot. `users` says whose address is whose."""

    def __init__(self, smtp: SmtpServer, dovecot: Dovecot, users: Mapping[str, str]) -> None:
        self.smtp, self.dovecot, self.users = smtp, dovecot, users
        self._carried = 0

    def fresh(self) -> list[Received]:
        """What was accepted since the last look."""
        found = self.smtp.messages[self._carried :]
        self._carried += len(found)
        return found

    def carry(self) -> int:
        """Deliver what is new; return how many mails that was."""
        found = [(self.users[r], m) for m in self.fresh() for r in m.recipients if r in self.users]
        for user, message in found:
            self.dovecot.deliver(delivered(message), user)
        return len(found)
