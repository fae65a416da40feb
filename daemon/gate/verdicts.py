"""What other programs on the way judged: spam filters and the authentication of the sender.

Owns the reading of verdict fields. Spam verdicts count whoever wrote them: a forged one harms only its
sender. Authentication-Results count only from the servers named in the configuration, in the topmost
place (RFC 8601 §5); whatever stands below is hearsay.
"""

from __future__ import annotations

import re

from daemon.gate import fields
from daemon.model import Message

#: Field -> the folded value that says "spam". Scores alone say nothing: only the filter's own conclusion counts.
_SPAM_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("X-Spam-Flag", r"(yes|true|spam)\b"),
        ("X-Spam-Status", r"(yes|true|spam)\b"),
        ("X-Spam", r"(yes|true|spam)\b"),
        ("X-Spam-Verdict", r"(yes|true|spam|phish\w*|malicious)\b"),
        ("X-Spam-Action", r"(reject|add header|rewrite subject|spam|quarantine|discard)\b"),
        ("X-Rspamd-Action", r"(reject|add header|rewrite subject|quarantine|discard)\b"),
        ("X-Spamd-Result", r"\S+: true\b"),
        ("X-Barracuda-Spam-Flag", r"yes\b"),
        ("X-Barracuda-Spam-Status", r"yes\b"),
        ("X-Bogosity", r"(yes|spam)\b"),
        ("X-DSPAM-Result", r"(spam|bl[ao]cklisted|virus)\b"),
        ("X-Spambayes-Classification", r"spam\b"),
        ("X-CRM114-Status", r"spam\b"),
        ("X-SES-Spam-Verdict", r"fail\b"),
        ("X-SES-Virus-Verdict", r"fail\b"),
        ("X-Proofpoint-Spam-Details", r"rule=(?!not)\w*spam\b"),
        ("X-MailScanner-SpamCheck", r"spam\b"),
        ("X-UI-Filterresults", r"(spam|junk):"),
        ("X-Antispameurope-Spamstatus", r"(spam|infected|virus)\b"),
        ("X-SpamExperts-Class", r"(spam|phish\w*|virus)\b"),
        ("X-Purgate-Type", r"(spam|virus|malware|phish\w*|dangerous)"),
        ("X-Expurgate-Type", r"(spam|virus|malware|phish\w*|dangerous)"),
        ("X-MS-Exchange-Organization-SCL", r"[5-9]\b"),
        ("X-Microsoft-Antispam-Mailbox-Delivery", r"(.*;)?\s*dest:j\b"),
        (
            "X-Forefront-Antispam-Report",
            r"(.*;)?\s*(sfv:(spm|sks|skb)\b|cat:(spm|hspm|phsh|hphsh|hphish|malw|spoof)\b)",
        ),
        ("X-Virus-Status", r"(yes|infected)\b"),
        ("X-Virus-Flag", r"yes\b"),
        ("X-Amavis-Alert", r"(infected|spam)\b"),
    )
)
#: What filters write before the subject of a mail that they found to be spam.
_SUBJECT_TAG = re.compile(
    r"(\*{2,}\s*(junk|spam|spam[ -]?verdacht|phishing)\s*\*{2,}|[\[{]\s*(spam|junk|spam[ -]?verdacht)\s*\??\s*[\]}])"
)

#: What stands between semicolons; those inside a quoted string (a sender's local part) separate nothing.
_PART = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|$)|[^;"])+')
_RESULT = re.compile(r"([a-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)")


def spam_field(message: Message) -> str | None:
    """The first field in which a filter concluded "spam", as `Name: value`."""
    for name, pattern in _SPAM_FIELDS:
        for value in fields.values(message, name):
            if pattern.match(fields.folded(fields.without_comments(value))):
                return f"{name}: {value[:60]}"
    return _scanner_named_by_its_site(message)


def _scanner_named_by_its_site(message: Message) -> str | None:
    """MailScanner puts its site's name into the field: `X-<site>-MailScanner-SpamCheck: spam, …`."""
    for name, value in message.headers:
        if name.lower().endswith("-mailscanner-spamcheck") and fields.folded(value[:200]).startswith("spam"):
            return f"{name[:60]}: {value[:60]}"
    return None


def spam_subject(message: Message) -> str | None:
    """The tag that a filter put before the subject."""
    found = _SUBJECT_TAG.match(fields.folded(message.subject[:200]))
    return found[0] if found else None


def authentication(message: Message, servers: tuple[str, ...], method: str) -> str | None:
    """The first result (`pass`, `fail`, …) of a method in the topmost field of a trusted server, else None.

    A field of another server is passed over; what a trusted name stands on further below may have been
    written by anybody (RFC 8601 §5, §7.1).
    """
    known = {server.casefold() for server in servers}
    for value in message.all("Authentication-Results"):
        bare = fields.without_comments(value[:4000]).casefold()
        if fields.keyword(bare) in known:
            results = (_RESULT.match(part.strip()) for part in _PART.findall(bare)[1:])
            return next((found[2] for found in results if found and found[1] == method), None)
    return None
