"""Plans what is to be sent for a ticket, with its final bytes: the acknowledgement, and each delivery that
the department's `deliver` names. Pure: the outbox stores it, `dispatch` sends it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from classifiers import detect_language
from daemon import threads
from daemon.config import Department, FolderTarget, MailTarget, WebhookTarget
from daemon.model import Address, Decision, DeliveryStatus, Message, Planned, Reading
from daemon.policy import Policy
from daemon.rendering import AckFacts, ForwardFacts, WebhookFacts, ascii_address

#: What is in trouble together when the SMTP server is.
SMTP = "smtp"
#: Why an acknowledgement waits that the hourly cap delays.
HELD = "hour_cap: more than acknowledgement.per_hour; it goes out in a later hour"


def acknowledgement(
    policy: Policy,
    number: str,
    reading: Reading,
    decision: Decision,
    not_before: datetime | None,
    now: datetime,
    *,
    further: bool = False,
) -> Planned:
    """The mail to the citizen; withheld where the decision says so, ready for a person to send after all.

    Raises `Unsendable` where no mail can be sent to the address.
    """
    to = reading.verdict.answer_to
    assert to is not None
    purpose = f"r{reading.raw.sha256[:8]}" if further else "ack"
    message_id = threads.issue_message_id(policy.key, number, purpose, _domain(policy))
    facts = AckFacts(
        ticket=number,
        token=threads.token(policy.key, number),
        to=to,
        message=reading.message,
        language=answer_language(policy, reading.message),
        category=decision.category,
        unsure=decision.unsure,
        department=decision.queue,
        department_unsure=decision.department_unsure,
        received_at=reading.raw.received_at,
        message_id=message_id,
        now=now,
        further=further,
    )
    return Planned(
        target="acknowledgement",
        door=SMTP,
        address=ascii_address(to.addr),
        status=DeliveryStatus.WAITING if decision.acknowledge else DeliveryStatus.WITHHELD,
        data=policy.renderer.acknowledgement(facts),
        message_id=message_id,
        envelope_from=_envelope_sender(policy, message_id),
        why=_why_not_now(decision, not_before),
        not_before=not_before,
        deadline=deadline(policy, reading),
    )


def _why_not_now(decision: Decision, not_before: datetime | None) -> str | None:
    if decision.reason is not None:
        return f"{decision.reason.signal}: {decision.reason.value}"[:500]
    return HELD if not_before else None


def deadline(policy: Policy, reading: Reading) -> datetime:
    """Until when an acknowledgement is due: the clock starts with the mailbox's INTERNALDATE (invariant 6)."""
    return reading.raw.received_at + timedelta(hours=policy.config.acknowledgement.within_hours)


def answer_language(policy: Policy, message: Message) -> str:
    """The citizen's language where the office answers in it; its first where the mail says too little to tell."""
    text = f"{message.subject}\n{message.own_text}"
    return detect_language(text, allowed=policy.config.organisation.languages)


def to_department(
    policy: Policy, number: str, reading: Reading, decision: Decision, now: datetime, *, further: bool = False
) -> Iterator[Planned]:
    """One delivery for each entry of the department's `deliver`. The queue itself needs none."""
    department = policy.config.department_of(decision.queue)
    for place, target in enumerate(department.deliver, 1):
        match target:
            case MailTarget():
                yield _mail(policy, number, reading, decision, now, department, target, place, further)
            case FolderTarget():
                yield _folder(reading, department, target)
            case WebhookTarget():
                yield _webhook(policy, number, reading, decision, now, department, target, further)


def _mail(
    policy: Policy,
    number: str,
    reading: Reading,
    decision: Decision,
    now: datetime,
    department: Department,
    target: MailTarget,
    place: int,
    further: bool,
) -> Planned:
    raw = reading.raw
    which = hashlib.sha256(f"{raw.sha256} {department.key}".encode()).hexdigest()[:8]
    message_id = threads.issue_message_id(policy.key, number, f"f{place}-{which}", _domain(policy))
    mailbox = policy.config.mailbox_of(raw.key.mailbox)
    whole = raw.complete and raw.size <= policy.config.delivery.forward_limit
    why = _going_round(policy, reading, decision, target)
    facts = ForwardFacts(
        ticket=number,
        token=threads.token(policy.key, number),
        to=Address(department.name, target.mail),
        reply_to=reading.verdict.answer_to or reading.message.author,
        message=reading.message,
        original=raw.data if whole else None,
        decision=decision,
        department=department.key,
        received_at=raw.received_at,
        where=f"{raw.key.mailbox}: {mailbox.processed_folder}" if mailbox else raw.key.mailbox,
        message_id=message_id,
        now=now,
        further=further,
        eight_bit=policy.eight_bit,
    )
    return Planned(
        target="mail",
        door=SMTP,
        address=ascii_address(target.mail),
        status=DeliveryStatus.WITHHELD if why else DeliveryStatus.WAITING,
        data=policy.renderer.forward(facts),
        message_id=message_id,
        envelope_from=_envelope_sender(policy, message_id, policy.config.smtp.from_address),
        department=department.key,
        why=why,
    )


def department_addresses(policy: Policy) -> frozenset[str]:
    """Where departments get mail, casefolded."""
    targets = (target for department in policy.config.department for target in department.deliver)
    return frozenset(target.mail.casefold() for target in targets if isinstance(target, MailTarget))


def _going_round(policy: Policy, reading: Reading, decision: Decision, target: MailTarget) -> str | None:
    """Why a forward would go round in a circle: a department's answering machine may have written (RFC 3834 §2)."""
    author = reading.message.author.key if reading.message.author else ""
    if author == target.mail.casefold():
        return "own_mail: this address wrote the message itself"
    if decision.reason and decision.reason.signal == "sender_cap" and author in department_addresses(policy):
        return "sender_cap: a department writes too often, perhaps a machine"
    return None


def _folder(reading: Reading, department: Department, target: FolderTarget) -> Planned:
    mailbox = target.mailbox or reading.raw.key.mailbox
    return Planned(
        target="folder",
        door=f"imap:{mailbox}",
        address=f"{mailbox}/{target.folder}",
        status=DeliveryStatus.WAITING,
        data=None,
        department=department.key,
    )


def _webhook(
    policy: Policy,
    number: str,
    reading: Reading,
    decision: Decision,
    now: datetime,
    department: Department,
    target: WebhookTarget,
    further: bool,
) -> Planned:
    facts = WebhookFacts(
        ticket=number,
        mailbox=reading.raw.key.mailbox,
        message=reading.message,
        decision=decision,
        department=department.key,
        received_at=reading.raw.received_at,
        now=now,
        further=further,
    )
    return Planned(
        target="webhook",
        door=f"webhook:{urlsplit(target.webhook).netloc}",
        address=target.webhook,
        status=DeliveryStatus.WAITING,
        data=policy.renderer.webhook(facts),
        department=department.key,
    )


def _envelope_sender(policy: Policy, message_id: str, otherwise: str = "") -> str:
    """Where bounces go: for an acknowledgement nowhere by default (RFC 3834 §3.3), for a forward to us; to an
    address signed for this one message where the configuration says so."""
    configured = policy.config.smtp.envelope_sender
    address = otherwise if configured == "<>" else configured
    return threads.envelope_address(message_id, address) if address and policy.config.smtp.sign_envelope else address


def _domain(policy: Policy) -> str:
    return policy.config.smtp.from_address.rpartition("@")[2]
