"""The mail target against a real SMTP server: what arrives, on which connections, how protected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from daemon.config import Smtp
from daemon.model import InDoubt, Refused, Retry, Sent
from daemon.targets.mail import MailTarget
from tests.deliveries import MESSAGE, Begin, claimed
from tests.opponents.smtp_server import Opponent
from tests.smtp import SmtpServer

LOGIN = {"username": "post", "password": "geheim"}


def settings(server: SmtpServer | Opponent, **changes: object) -> Smtp:
    found: dict[str, object] = {
        "host": "localhost" if isinstance(server, SmtpServer) else server.host,
        "port": server.port,
        "security": server.security if isinstance(server, SmtpServer) else "none",
        "from": "Stadt Musterlingen <post@musterlingen.example>",
    }
    if isinstance(server, SmtpServer):
        found["ca_file"] = server.ca_file
    return Smtp.model_validate(found | changes)


@asynccontextmanager
async def target_for(
    server: SmtpServer | Opponent, *, idle_seconds: float = 30, patience: float = 5, **changes: object
) -> AsyncIterator[MailTarget]:
    patient = {"timeout_seconds": patience, "data_timeout_seconds": patience}
    target = MailTarget(settings(server, **changes).model_copy(update=patient), idle_seconds=idle_seconds)
    try:
        yield target
    finally:
        await target.close()


async def test_a_message_arrives_as_it_is_with_its_envelope() -> None:
    begin = Begin()
    async with SmtpServer() as server, target_for(server) as target:
        outcome = await target.deliver(claimed(envelope_from="bounce@musterlingen.example"), begin)
        received = server.messages[0]
    assert outcome == Sent("250 2.0.0 queued as 1")
    assert begin.calls == 1
    assert received.data == MESSAGE
    assert received.envelope_from == "bounce@musterlingen.example"
    assert received.recipients == ("abfall@musterlingen.example",)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_encryption_and_login(security: str) -> None:
    async with SmtpServer(security=security, users={"post": "geheim"}) as server:  # type: ignore[arg-type]
        async with target_for(server, **LOGIN) as target:
            outcome = await target.deliver(claimed(), Begin())
        received = server.messages[0]
    assert isinstance(outcome, Sent)
    assert received.encrypted
    assert received.login == "post"


async def test_one_connection_serves_one_after_the_other() -> None:
    async with SmtpServer() as server, target_for(server) as target:
        for number in range(5):
            assert isinstance(await target.deliver(claimed(id=number), Begin()), Sent)
        assert [message.connection for message in server.messages] == [1] * 5


async def test_several_at_once_within_the_bound() -> None:
    async with SmtpServer() as server, target_for(server, connections=3) as target:
        outcomes = await asyncio.gather(*(target.deliver(claimed(id=number), Begin()) for number in range(20)))
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        assert len(server.messages) == 20
        assert server.most_at_once == 3
        assert server.connections == 3


async def test_a_connection_that_died_while_idle_costs_no_attempt() -> None:
    begin = Begin()
    async with SmtpServer() as server, target_for(server) as target:
        await target.deliver(claimed(), Begin())
        await server.hang_up()
        assert isinstance(await target.deliver(claimed(), begin), Sent)
        assert [message.connection for message in server.messages] == [1, 2]
    assert begin.calls == 1


@pytest.mark.parametrize("farewell", ["421 4.4.2 idle too long", "450 4.7.1 enough for one connection", "503 5.5.1 no"])
async def test_what_an_old_connection_says_to_mail_is_asked_again_on_a_new_one(farewell: str) -> None:
    said = iter([None, farewell, None])
    async with SmtpServer(answers={"MAIL": lambda _: next(said)}) as server, target_for(server) as target:
        assert isinstance(await target.deliver(claimed(id=1), Begin()), Sent)
        assert isinstance(await target.deliver(claimed(id=2), Begin()), Sent)
        assert [message.connection for message in server.messages] == [1, 2]


async def test_an_idle_connection_is_closed_politely() -> None:
    async with Opponent() as server, target_for(server, idle_seconds=0.01) as target:
        await target.deliver(claimed(), Begin())
        async with asyncio.timeout(5):
            while server.verbs()[-1] != "QUIT":
                await asyncio.sleep(0.01)


async def test_a_refused_recipient_leaves_the_connection_usable() -> None:
    refusals = {"nobody@example.org": "550 5.1.1 unknown"}
    async with SmtpServer(answers={"RCPT": refusals.get}) as server, target_for(server) as target:
        assert isinstance(await target.deliver(claimed(address="nobody@example.org"), Begin()), Refused)
        assert isinstance(await target.deliver(claimed(), Begin()), Sent)
        assert server.connections == 1
        assert server.messages[0].recipients == ("abfall@musterlingen.example",)


async def test_a_lost_claim_sends_nothing_and_resets() -> None:
    async with Opponent() as server, target_for(server) as target:
        outcome = await target.deliver(claimed(), Begin(held=False))
        assert isinstance(outcome, Retry)
        assert not outcome.target_wide
        assert server.verbs() == ["EHLO", "MAIL", "RCPT", "RSET"]
        assert isinstance(await target.deliver(claimed(), Begin()), Sent)
        assert len(server.accepted) == server.connections == 1


async def test_an_error_of_our_own_is_not_the_servers() -> None:
    async def broken() -> bool:
        raise LookupError("database")

    async with Opponent() as server, target_for(server) as target:
        with pytest.raises(LookupError):
            await target.deliver(claimed(), broken)
        assert isinstance(await target.deliver(claimed(), Begin()), Sent)
        assert server.connections == 2  # the first was cut in the midst of its transaction


# --- encryption and login fail closed ---


async def refused_connection(server: SmtpServer | Opponent, **changes: object) -> str:
    """Deliver once; the target must pause without `begin`, and says why."""
    begin = Begin()
    async with target_for(server, **changes) as target:
        outcome = await target.deliver(claimed(), begin)
    assert isinstance(outcome, Retry)
    assert outcome.target_wide
    assert begin.calls == 0
    if isinstance(server, SmtpServer):
        assert server.messages == []
    return outcome.why


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_for_another_name(security: str) -> None:
    async with SmtpServer(security=security, certificate="wrong_name") as server:  # type: ignore[arg-type]
        assert "certificate" in await refused_connection(server)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_of_an_unknown_authority(security: str) -> None:
    async with SmtpServer(security=security) as server:  # type: ignore[arg-type]
        assert "smtp.ca_file" in await refused_connection(server, ca_file=None)


async def test_a_ca_file_that_is_missing() -> None:
    async with SmtpServer(security="tls") as server:
        assert "/nowhere/ca.pem" in await refused_connection(server, ca_file=Path("/nowhere/ca.pem"))


async def test_starttls_that_is_not_offered() -> None:
    async with Opponent(offers=("8BITMIME", "AUTH PLAIN")) as server:
        assert "STARTTLS" in await refused_connection(server, security="starttls", **LOGIN)
        assert server.verbs() == ["EHLO"]


async def test_tls_spoken_to_a_port_without_it() -> None:
    async with Opponent() as server:
        assert "encryption" in await refused_connection(server, security="tls", patience=1)


async def test_no_encryption_beyond_the_loopback() -> None:
    async with Opponent() as server:
        assert "without encryption" in await refused_connection(server, host="192.0.2.1")
        assert server.connections == 0


async def test_a_wrong_password_is_tried_once() -> None:
    async with Opponent("auth", "535 5.7.8 wrong") as server:
        assert "smtp.username" in await refused_connection(server, **LOGIN)
        assert server.verbs().count("AUTH") == 1


async def test_a_mechanism_that_is_ruled_out_makes_room_for_the_next() -> None:
    async with Opponent("auth", "504 5.5.4 not this one") as server:
        await refused_connection(server, **LOGIN)
        assert [line.split()[1] for line in server.commands if line.startswith("AUTH")] == ["PLAIN", "LOGIN"]


async def test_no_login_on_offer() -> None:
    async with Opponent(offers=("8BITMIME",)) as server:
        assert "login" in await refused_connection(server, **LOGIN)


async def test_a_password_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NICHT_GESETZT", raising=False)
    async with Opponent() as server:
        assert "NICHT_GESETZT" in await refused_connection(server, username="post", password_env="NICHT_GESETZT")
        assert server.connections == 0


async def test_a_server_that_is_not_there() -> None:
    async with Opponent() as server:
        pass
    assert "smtp.port" in await refused_connection(server)


async def test_a_server_with_no_name() -> None:
    async with Opponent() as server:
        assert "smtp.host" in await refused_connection(server, host="nowhere.invalid", security="tls")


# --- whose trouble ---


async def test_the_empty_sender_refused_names_the_key() -> None:
    refuse = {"": "550 5.1.0 empty sender not accepted"}
    async with SmtpServer(answers={"MAIL": refuse.get}) as server, target_for(server) as target:
        outcome = await target.deliver(claimed(envelope_from=""), Begin())
        assert isinstance(outcome, Retry)
        assert outcome.target_wide
        assert "smtp.envelope_sender" in outcome.why
        assert isinstance(await target.deliver(claimed(envelope_from="post@musterlingen.example"), Begin()), Sent)


async def test_relaying_refused_to_one_is_waited_for_to_several_is_the_accounts_trouble() -> None:
    async with SmtpServer(answers={"RCPT": "554 5.7.1 Relay access denied"}) as server, target_for(server) as target:
        seen = [await target.deliver(claimed(address=f"a@{name}.example"), Begin()) for name in ("x", "x", "y", "z")]
        assert [outcome.target_wide for outcome in seen if isinstance(outcome, Retry)] == [False, False, False, True]
        for between, wide in (("staff@musterlingen.example", True), ("b@w.example", False)):
            server.answers.clear()
            assert isinstance(await target.deliver(claimed(address=between), Begin()), Sent)
            server.answers["RCPT"] = "554 5.7.1 Relay access denied"
            again = await target.deliver(claimed(address="a@q.example"), Begin())
            assert isinstance(again, Retry)
            assert again.target_wide == wide  # only a stranger's accepted address shows that the account is well


async def test_a_connection_too_many_does_not_pause_the_others() -> None:
    async with Opponent("greeting", [None, "421 4.7.0 too many connections"]) as server:
        async with target_for(server, connections=2) as target:
            held, go = asyncio.Event(), asyncio.Event()

            async def slow() -> bool:
                held.set()
                await go.wait()
                return True

            first = asyncio.create_task(target.deliver(claimed(id=1), slow))
            await held.wait()
            second = await target.deliver(claimed(id=2), Begin())
            go.set()
            assert isinstance(await first, Sent)
        assert isinstance(second, Retry)
        assert not second.target_wide
        assert second.after is not None


# --- what goes over the wire ---


async def test_an_acknowledgement_asks_for_no_report_and_a_forward_does_not_care() -> None:
    async with Opponent() as server, target_for(server) as target:
        await target.deliver(claimed(target="acknowledgement"), Begin())
        await target.deliver(claimed(target="acknowledgement", envelope_from="b@musterlingen.example"), Begin())
        await target.deliver(claimed(target="mail"), Begin())
        recipients = [line for line in server.commands if line.startswith("RCPT")]
    assert recipients == [
        "RCPT TO:<abfall@musterlingen.example> NOTIFY=NEVER",
        "RCPT TO:<abfall@musterlingen.example>",
        "RCPT TO:<abfall@musterlingen.example>",
    ]


async def test_no_report_is_asked_for_where_the_server_knows_none() -> None:
    async with SmtpServer() as server, target_for(server) as target:
        assert isinstance(await target.deliver(claimed(target="acknowledgement"), Begin()), Sent)


async def test_eight_bits_are_announced_or_not_sent() -> None:
    data = MESSAGE + "Grüße\r\n".encode()
    async with SmtpServer() as server, target_for(server) as target:
        assert isinstance(await target.deliver(claimed(data=data), Begin()), Sent)
        assert server.messages[0].data == data
        assert server.messages[0].mail_options == ("BODY=8BITMIME",)
    begin = Begin()
    async with SmtpServer(hides=("8BITMIME",)) as server, target_for(server) as target:
        assert isinstance(await target.deliver(claimed(data=data), begin), Refused)
        assert (begin.calls, server.messages) == (0, [])


async def test_a_message_above_the_announced_size_is_refused_without_a_try() -> None:
    begin = Begin()
    async with SmtpServer(size_limit=1000) as server, target_for(server) as target:
        outcome = await target.deliver(claimed(data=MESSAGE * 10), begin)
        assert isinstance(outcome, Refused)
        assert "1000" in outcome.why
        assert isinstance(await target.deliver(claimed(), Begin()), Sent)
    assert begin.calls == 0


async def test_lone_line_ends_cannot_end_the_message() -> None:
    data = MESSAGE + b"one\n.\nMAIL FROM:<smuggled@example.org>\r.\rtwo\n"
    async with Opponent() as server, target_for(server) as target:
        assert isinstance(await target.deliver(claimed(data=data), Begin()), Sent)
        assert server.accepted == [MESSAGE + b"one\r\n.\r\nMAIL FROM:<smuggled@example.org>\r\n.\r\ntwo\r\n"]


async def test_a_big_message_to_a_slow_reader_arrives_whole() -> None:
    data = MESSAGE + b".\r\n..\r\n.dots and dashes\r\n" * 200_000
    async with Opponent() as server, target_for(server) as target:
        server.read_slowly = True
        assert isinstance(await target.deliver(claimed(data=data), Begin()), Sent)
        assert server.accepted == [data]


async def test_an_answer_in_the_midst_of_a_big_message_is_heard() -> None:
    async with Opponent("body", "552 5.3.4 too big") as server, target_for(server) as target:
        outcome = await target.deliver(claimed(data=MESSAGE * 100_000), Begin())
    assert isinstance(outcome, Refused)
    assert "too big" in outcome.why


@pytest.mark.parametrize(
    "address", ["müller@example.org", "a b@example.org", "a@example.org>", "a@b\r\nRSET", "@", "x"]
)
async def test_an_address_that_smtp_cannot_carry(address: str) -> None:
    async with Opponent() as server, target_for(server) as target:
        assert isinstance(await target.deliver(claimed(address=address), Begin()), Refused)
        assert server.connections == 0


async def test_the_name_we_give() -> None:
    async with SmtpServer() as server, target_for(server, helo_name="anliegen.musterlingen.example") as target:
        await target.deliver(claimed(), Begin())
        assert server.messages[0].ehlo == "anliegen.musterlingen.example"


async def test_a_strangers_words_are_made_safe() -> None:
    async with Opponent("rcpt", "550 5.1.1 \x1b[31m" + "very long " * 200) as server, target_for(server) as target:
        outcome = await target.deliver(claimed(), Begin())
    assert isinstance(outcome, Refused)
    assert outcome.why.isprintable()
    assert len(outcome.why) < 500
    outcome.why.encode()  # no surrogates: it can be stored


# --- the end, and the check before the start ---


@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "end"])
async def test_close_ends_what_hangs(step: str) -> None:
    async with Opponent(step, "hang") as server, target_for(server, patience=60) as target:
        under_way = asyncio.create_task(target.deliver(claimed(), Begin()))
        async with asyncio.timeout(5):
            while server.connections == 0 or (step == "end" and not server.accepted):
                await asyncio.sleep(0.01)
            await target.close()
            assert isinstance(await under_way, InDoubt if step == "end" else Retry)


async def test_probe_finds_nothing_wrong_and_sends_nothing() -> None:
    async with (
        SmtpServer(security="starttls", users={"post": "geheim"}) as server,
        target_for(server, **LOGIN) as target,
    ):
        findings = await target.probe()
        assert [finding.ok for finding in findings] == [True, True]
        assert "certificate is valid" in findings[0].text
        assert server.messages == []


async def test_probe_tells_of_a_refused_empty_sender() -> None:
    async with SmtpServer(answers={"MAIL": "550 5.1.0 no"}) as server, target_for(server) as target:
        findings = await target.probe()
    assert [finding.ok for finding in findings] == [True, False]
    assert "smtp.envelope_sender" in findings[1].text


async def test_probe_tells_of_a_server_that_is_not_there() -> None:
    async with Opponent() as server:
        pass
    async with target_for(server) as target:
        assert [finding.ok for finding in await target.probe()] == [False]
