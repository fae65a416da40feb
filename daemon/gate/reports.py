"""Signals of mail about mail: bounces, read receipts, abuse reports, and answers to invitations."""

from __future__ import annotations

from daemon.gate import automatic, fields, senders, wording
from daemon.gate.senders import Surroundings
from daemon.model import Message

_RECEIPTS = ("disposition-notification",)
_ABUSE = ("feedback-report",)
_BOUNCES = ("delivery-status", "global-delivery-status", "")


def _report_type(message: Message) -> str | None:
    """The kind of a multipart/report, "" where it names none; None where the mail is no report."""
    if message.content_type.lower() == "multipart/report":
        named = fields.keyword(message.param("report-type") or "")
        return named or (message.report.report_type if message.report else "")
    if message.report and message.report.report_type in (*_RECEIPTS, *_ABUSE, *_BOUNCES[:2]):
        return message.report.report_type
    return None


def abuse_report(message: Message, _: Surroundings) -> str | None:
    """A complaint about mail, as a machine-readable report (ARF) or marked as X-ARF."""
    found = _report_type(message)
    marks = (f"{name}: {value}" for name in ("X-ARF", "X-XARF") for value in fields.values(message, name))
    return found if found in _ABUSE else next(marks, None)


def read_receipt(message: Message, _: Surroundings) -> str | None:
    """A machine-readable read receipt (MDN): `multipart/report; report-type=disposition-notification`."""
    found = _report_type(message)
    return found if found in _RECEIPTS else None


def delivery_report(message: Message, _: Surroundings) -> str | None:
    """A machine-readable delivery report (DSN), or a multipart/report that does not say of which kind."""
    found = _report_type(message)
    return (found or "multipart/report") if found in _BOUNCES else None


def other_report(message: Message, _: Surroundings) -> str | None:
    """A multipart/report of any further kind, for example about TLS (RFC 8460)."""
    found = _report_type(message)
    return found if found not in (None, *_BOUNCES, *_RECEIPTS, *_ABUSE) else None


def failed_recipients(message: Message, _: Surroundings) -> str | None:
    """`X-Failed-Recipients`, `X-MS-Exchange-Message-Is-Ndr` or `X-DSNContext`: a mail server reports a failure."""
    for name in ("X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr", "X-DSNContext"):
        for value in (value.strip() for value in message.all(name)):
            # Exchange's mark has no value; the others mean nothing without one.
            if value or name == "X-MS-Exchange-Message-Is-Ndr":
                return f"{name}: {value[:80]}"
    return None


def mail_daemon(message: Message, around: Surroundings) -> str | None:
    """From a mail system: `MAILER-DAEMON@` and its like, also without a usable address; `postmaster@` if it reports."""
    author = message.author
    if author is None or "@" not in author.addr:
        raw = fields.folded(message.first("From") or "")
        return raw[:80] if "mailer-daemon" in raw or "mail delivery" in raw or "postmaster" in raw else None
    if senders.is_postmaster(author) and not _reports(message, around):
        return None
    return author.addr if senders.is_daemon(author) else None


def _reports(message: Message, around: Surroundings) -> bool:
    null = automatic.null_return_path(message, around) is not None
    return null or message.report is not None or wording.is_bounce_title(message)


def postmaster(message: Message, around: Surroundings) -> str | None:
    """From `postmaster@`, and nothing is reported: a person reads that mailbox and may have written."""
    author = message.author
    if author is None or not senders.is_postmaster(author) or _reports(message, around):
        return None
    return author.addr


def mail_daemon_name(message: Message, _: Surroundings) -> str | None:
    """The sender's name is a mail system's, for example `Mail Delivery Subsystem`, at any address."""
    name = fields.folded(message.author.name) if message.author else ""
    names = ("mail delivery s", "mailer-daemon", "mailer daemon", "mail administrator")
    known = (*names, "system administrator", "systemadministrator", "internet mail delivery", "postmaster")
    return name[:80] if name.startswith(known) else None


def returned_message(message: Message, _: Surroundings) -> str | None:
    """A mail system returned a message without saying so in a machine-readable form."""
    return message.report.report_type if message.report and _report_type(message) is None else None


def bounce_wording(message: Message, _: Surroundings) -> str | None:
    """Subject and text read like a failed delivery's report, and nobody in it tells of one."""
    return wording.bounce(message)


def read_receipt_wording(message: Message, _: Surroundings) -> str | None:
    """Subject and text read like a read receipt (`Gelesen: …`)."""
    return wording.read_receipt(message)


def _has_calendar(message: Message) -> bool:
    return any(kind.lower() in ("text/calendar", "application/ics") for kind in message.content_types)


def calendar_answer(message: Message, _: Surroundings) -> str | None:
    """An answer to an invitation (`Zugesagt: …` with a calendar part): a mail program wrote it."""
    subject = fields.folded(message.subject[:200])
    method = fields.keyword(message.param("method") or "")
    if not _has_calendar(message):
        return None
    if method in ("reply", "counter", "declinecounter", "cancel", "refresh"):
        return f"method={method}"
    return subject[:60] if wording.CALENDAR_ANSWER.search(subject) else None


def calendar_request(message: Message, _: Surroundings) -> str | None:
    """An invitation from somebody's calendar: a person waits for an answer."""
    return "text/calendar" if _has_calendar(message) else None
