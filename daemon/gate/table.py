"""The table of signals: every reason not to answer, what it points to, how much it weighs, and its rule.

Owns policy: a new reason is one function here, with an example mail for each direction in `tests/mails/gate`.
Each function reads one message and says what it saw, or None; its docstring is the administrator's manual
(`docs/gate.md`). The order is that of meaning: the first that fires names kind and reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.gate import authors, automatic, lists, reports
from daemon.gate.senders import Surroundings
from daemon.model import Kind, Message

#: A signal of this weight forbids an answer by itself; lighter ones forbid where they add up to it.
FORBIDS = 100

Read = Callable[[Message, Surroundings], str | None]


@dataclass(frozen=True, slots=True)
class Signal:
    """One row. `kind` is what it points to: None where it withholds but says nothing about who wrote.

    `in_forms` tells whether it counts for mail of a configured web form, whose software may well mark
    its mail as automatic: a person filled it in.
    """

    read: Read
    kind: Kind | None
    weight: int
    rule: str
    in_forms: bool = True

    @property
    def name(self) -> str:
        return self.read.__name__


TABLE: tuple[Signal, ...] = (
    # mail about mail: it says itself what it is
    Signal(reports.abuse_report, Kind.ABUSE_REPORT, FORBIDS, "RFC 5965 §2"),
    Signal(reports.read_receipt, Kind.RECEIPT, FORBIDS, "RFC 8098 §3"),
    Signal(authors.own_message_id, Kind.OWN, FORBIDS, "RFC 3834 §2"),
    Signal(reports.delivery_report, Kind.BOUNCE, FORBIDS, "RFC 3464 §2"),
    Signal(reports.other_report, Kind.AUTO_REPLY, FORBIDS, "RFC 6522 §3"),
    Signal(reports.failed_recipients, Kind.BOUNCE, FORBIDS, "RFC 3834 §2"),
    Signal(reports.mail_daemon, Kind.BOUNCE, FORBIDS, "RFC 5230 §4.6"),
    Signal(reports.bounce_wording, Kind.BOUNCE, FORBIDS, "RFC 3834 §2"),
    Signal(reports.read_receipt_wording, Kind.RECEIPT, FORBIDS, "RFC 3834 §2"),
    Signal(reports.mail_daemon_name, Kind.BOUNCE, 60, "RFC 5230 §4.6"),
    # what others judged
    Signal(authors.spam_verdict, Kind.SPAM, FORBIDS, "RFC 3834 §6"),
    Signal(authors.spam_subject, Kind.SPAM, FORBIDS, "RFC 3834 §6"),
    # ourselves
    Signal(authors.own_loop_field, Kind.OWN, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(authors.own_address, Kind.OWN, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(authors.own_address_for_other, None, FORBIDS, "RFC 3834 §2", in_forms=False),
    # programs that answer or notify
    Signal(reports.calendar_answer, Kind.CALENDAR, FORBIDS, "RFC 5546 §3.2.3"),
    Signal(automatic.absence_wording, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(automatic.precedence_reply, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(automatic.auto_reply_field, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(automatic.answering_machine, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(automatic.domain_report, Kind.AUTO_REPLY, FORBIDS, "RFC 7489 §7.2.1.1"),
    # mail to many
    Signal(lists.list_id, Kind.LIST, FORBIDS, "RFC 2919 §3", in_forms=False),
    Signal(lists.list_field, Kind.LIST, FORBIDS, "RFC 2369 §3", in_forms=False),
    Signal(lists.list_software, Kind.LIST, FORBIDS, "RFC 5230 §4.6", in_forms=False),
    Signal(lists.precedence_list, Kind.LIST, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(lists.list_sender, Kind.LIST, FORBIDS, "RFC 5230 §4.6", in_forms=False),
    # says what it is and forbids nothing: an invitation stays one where a calendar's program sent it
    Signal(reports.calendar_request, Kind.CALENDAR, 0, "RFC 5546 §3.2.2"),
    # programs that write on their own
    Signal(automatic.auto_submitted, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §5", in_forms=False),
    Signal(automatic.machine_generated, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(automatic.precedence_bulk, Kind.LIST, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(automatic.auto_response_suppress, Kind.AUTO_REPLY, FORBIDS, "MS-OXCMAIL, RFC 3834 §2", in_forms=False),
    Signal(automatic.receipt_wording, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(reports.returned_message, Kind.BOUNCE, 60, "RFC 3464 §2"),
    Signal(authors.robot_sender, Kind.AUTO_REPLY, FORBIDS, "RFC 5230 §4.6"),
    Signal(automatic.null_return_path, Kind.AUTO_REPLY, FORBIDS, "RFC 3834 §2", in_forms=False),
    # too weak alone
    Signal(lists.list_unsubscribe_post, Kind.LIST, 60, "RFC 8058 §3", in_forms=False),
    Signal(lists.list_unsubscribe, Kind.LIST, 50, "RFC 2369 §3.2", in_forms=False),
    Signal(lists.list_help, Kind.LIST, 40, "RFC 2369 §3.1", in_forms=False),
    Signal(lists.mass_return_path, Kind.LIST, 50, "RFC 5230 §4.6", in_forms=False),
    Signal(lists.mass_mailer, Kind.LIST, 40, "RFC 3834 §2", in_forms=False),
    Signal(lists.unsubscribe_wording, Kind.LIST, 40, "RFC 3834 §2", in_forms=False),
    # withheld, whoever wrote it: a person looks at it
    Signal(reports.postmaster, None, FORBIDS, "RFC 5321 §4.5.1"),
    Signal(authors.unsure_form, None, FORBIDS, "RFC 5230 §4.6"),
    Signal(authors.dmarc_fail, None, FORBIDS, "RFC 7489 §6.6.2"),
    Signal(automatic.loop_field, None, FORBIDS, "RFC 3834 §2", in_forms=False),
    Signal(automatic.many_hops, None, FORBIDS, "RFC 5321 §6.3"),
    Signal(authors.no_usable_address, None, FORBIDS, "RFC 3834 §4"),
)
