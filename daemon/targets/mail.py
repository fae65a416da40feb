"""Deliveries by SMTP: the department's mail, the citizen's acknowledgement, the administrator's alarm.

Owns the transaction and the moment of `begin`. How one connects stands in `smtp.connection`, what a reply
means in `smtp.replies`, which connections are open in `smtp.pool`. The bytes of a message are final.
Binding: RFC 5321 §3.3 (the transaction), RFC 1870 §6 (SIZE), RFC 6152 (8BITMIME), RFC 3461 §4.1 (NOTIFY),
architecture invariants 2 and 4, decisions 0050 to 0053.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from daemon.config import Smtp
from daemon.model import Claimed, Finding, Outcome, Refused, Retry, Sent
from daemon.ports import Begin
from daemon.smtp import replies
from daemon.smtp.connection import Connection, SmtpTrouble, connect, with_crlf
from daemon.smtp.pool import ClosedError, Pool
from daemon.smtp.replies import Failure, Owner, Step

IDLE_SECONDS = 30.0  # then a connection is closed: servers hang up by themselves, and not always audibly
_UNCLEAR_DOMAINS = 3  # so many strangers' domains refused in a row are no longer their trouble (decision 0050)
_ONE_TOO_MANY = timedelta(minutes=1)  # how long a delivery waits that the server had no connection for
#: RFC 5321 §4.1.2 Mailbox, with dots in odd places, as they occur; without SMTPUTF8.
_MAILBOX = re.compile(
    r"(?:[\w!#$%&'*+/=?^`{|}~.-]{1,64}|\"(?:[ !#-\[\]-~]|\\[ -~]){0,62}\")@(?:[\w.-]{1,255}|\[[0-9A-Za-z:.-]{1,99}\])",
    re.ASCII,
)
_NO_EMPTY_SENDER = (
    "Where the server takes no empty sender (<>), set smtp.envelope_sender to an address of yours whose mail "
    "this program reads."
)


class MailTarget:
    """One SMTP account, whatever is sent by it."""

    def __init__(self, smtp: Smtp, idle_seconds: float = IDLE_SECONDS) -> None:
        self._smtp = smtp
        self._pool: Pool[Connection] = Pool(lambda: connect(smtp), smtp.connections, idle_seconds)
        self._unclear: set[str] = set()

    async def deliver(self, delivery: Claimed, begin: Begin) -> Outcome:
        """See `ports.Target`. `begin` is called between the accepted RCPT and DATA."""
        for address in filter(None, (delivery.address, delivery.envelope_from)):
            if not _MAILBOX.fullmatch(address):
                return Refused("The address cannot be used in SMTP as it is: a person has to find another way.")
        async with self._pool.slot():
            try:
                return await self._transact(delivery, begin)
            except SmtpTrouble as trouble:
                return self._outcome(trouble, delivery)
            except ClosedError:
                return Retry("The program is stopping: the delivery waits.")

    async def probe(self) -> list[Finding]:
        """Connect, encrypt, log in and name the sender; no recipient, no message. For `anliegen check`."""
        sender = "" if self._smtp.envelope_sender == "<>" else self._smtp.envelope_sender
        try:
            connection = await self._pool.connect()
        except SmtpTrouble as trouble:
            return [Finding(False, f"smtp: {self._verdict(trouble, sender, '').why}")]
        good = self._greeted(connection)
        try:
            reply = await connection.command(Step.MAIL, "MAIL", f"FROM:<{sender}>")
            if not reply.positive:
                raise SmtpTrouble(Step.MAIL, reply)
        except SmtpTrouble as trouble:
            return [good, Finding(False, f"smtp: {self._verdict(trouble, sender, '').why}")]
        finally:
            await connection.quit()
        return [good, Finding(True, f"smtp: the envelope sender <{sender}> is accepted.")]

    async def takes_eight_bit(self) -> bool:
        """Whether the server offers 8BITMIME (RFC 6152); False where it cannot be asked now."""
        try:
            connection = await self._pool.connect()
        except SmtpTrouble:
            return False
        offered = connection.offers("8bitmime")
        await connection.quit()
        return offered

    async def close(self) -> None:
        """Say goodbye where nothing is under way, cut the rest. Within 5 s."""
        await self._pool.close()

    async def _transact(self, delivery: Claimed, begin: Begin, *, fresh: bool = False) -> Outcome:
        """One transaction. On a connection that served before, silence before DATA proves nothing.

        Servers drop idle connections, and some end one after so many messages: then a fresh one tells.
        """
        connection, reused = await self._pool.take(fresh=fresh)
        try:
            outcome = await self._attempt(connection, delivery, begin)
            await self._put_back(connection, ready=isinstance(outcome, Sent))
        except SmtpTrouble as trouble:
            if trouble.reply is not None and trouble.reply.negative:
                await self._put_back(connection, ready=False)
            else:
                self._pool.drop(connection)  # who knows what the next reply would be an answer to
            if reused and _may_be_stale(trouble):
                return await self._transact(delivery, begin, fresh=True)
            raise
        except BaseException:
            self._pool.drop(connection)
            raise
        return outcome

    async def _attempt(self, connection: Connection, delivery: Claimed, begin: Begin) -> Outcome:
        data = with_crlf(delivery.data)
        if 0 < connection.size_limit < len(data):  # RFC 1870 §6: no need to try
            return Refused(
                f"The message has {len(data)} octets, the SMTP server takes {connection.size_limit} at most: "
                "it is not sent again, a person has to look at it."
            )
        if not data.isascii() and not connection.offers("8bitmime"):  # RFC 6152 §3: never just send it
            return Refused("The message has 8-bit octets, which the SMTP server does not take: it is not sent again.")
        await self._envelope(connection, delivery, data)
        if not await begin():
            return Retry("Another worker has taken this delivery over: nothing was sent from here.")
        reply = await connection.command(Step.DATA, "DATA")
        if reply.code != 354:
            raise SmtpTrouble(Step.DATA, reply)
        reply = await connection.content(data, self._smtp.data_timeout_seconds)
        if not reply.positive:
            raise SmtpTrouble(Step.END, reply)
        return Sent(reply.words)

    async def _envelope(self, connection: Connection, delivery: Claimed, data: bytes) -> None:
        """MAIL and RCPT. SIZE is not declared, so that a refused MAIL is never about this message's size."""
        body = () if data.isascii() else ("BODY=8BITMIME",)
        reply = await connection.command(Step.MAIL, "MAIL", f"FROM:<{delivery.envelope_from}>", *body)
        if not reply.positive:
            raise SmtpTrouble(Step.MAIL, reply)
        silent = delivery.target == "acknowledgement" and not delivery.envelope_from and connection.offers("dsn")
        notify = ("NOTIFY=NEVER",) if silent else ()  # RFC 3461 §4.1, RFC 5230 §5.1
        reply = await connection.command(Step.RCPT, "RCPT", f"TO:<{delivery.address}>", *notify)
        if not reply.positive:
            raise SmtpTrouble(Step.RCPT, reply)
        if _domain(delivery.address) != _domain(self._smtp.from_address):
            self._unclear.clear()  # our own domain is taken from anybody: it proves nothing

    async def _put_back(self, connection: Connection, *, ready: bool) -> None:
        """Keep a connection for the next transaction, after RSET where this one was not completed."""
        try:
            ready = ready or await connection.reset()
        except BaseException:
            self._pool.drop(connection)
            raise
        (self._pool.give_back if ready else self._pool.drop)(connection)

    def _outcome(self, trouble: SmtpTrouble, delivery: Claimed) -> Failure:
        verdict = self._verdict(trouble, delivery.envelope_from, delivery.address)
        reply, others = trouble.reply, self._pool.in_use
        if trouble.step is Step.GREETING and reply is not None and 400 <= reply.code < 500 and others:
            # The server serves our other connections: it wants fewer of them, and pausing would be too much.
            return Retry(f"{verdict.why} {others} others are being served.", after=_ONE_TOO_MANY)
        return verdict

    def _verdict(self, trouble: SmtpTrouble, sender: str, address: str) -> Failure:
        if trouble.reply is None:
            return replies.silence(trouble.step, trouble.what)
        whose = replies.owner(trouble.step, trouble.reply, address)
        if whose is Owner.UNCLEAR:
            self._unclear = {_domain(address), *sorted(self._unclear)[:_UNCLEAR_DOMAINS]}
            whose = Owner.SERVER if len(self._unclear) >= _UNCLEAR_DOMAINS else whose
        failure = replies.failure(trouble.step, trouble.reply, whose)
        if trouble.step is Step.MAIL and not sender and trouble.reply.code >= 500:
            return replace(failure, why=f"{failure.why} {_NO_EMPTY_SENDER}")
        return failure

    def _greeted(self, connection: Connection) -> Finding:
        smtp = self._smtp
        words = [
            f"{smtp.host}:{smtp.port} answers",
            "encrypted, its certificate is valid" if connection.encrypted else "without encryption (loopback)",
            f"the login {smtp.username} is accepted" if smtp.username else "no login is configured",
            f"it takes messages up to {connection.size_limit} octets"
            if connection.size_limit
            else "it names no size limit",
        ]
        return Finding(True, f"smtp: {', '.join(words)}.")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()


def _may_be_stale(trouble: SmtpTrouble) -> bool:
    """Whether what went wrong may be due to the connection's age: silence, a farewell, or no to MAIL."""
    if trouble.step not in (Step.MAIL, Step.RCPT):
        return False
    return trouble.reply is None or trouble.reply.code == 421 or trouble.step is Step.MAIL
