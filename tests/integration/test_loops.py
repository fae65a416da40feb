"""Mail loops end: two town halls, answering machines of every sort, a department on holiday."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from tests.dovecot import Dovecot
from tests.exchange import OFFICE, acknowledged, delivered, mail, parsed, sent
from tests.installation import Installation
from tests.smtp import Received, SmtpServer

ELSEWHERE = "rathaus@anderswo.example"
#: A loop that is not over by then never is.
ROUNDS = 12
Gateway = Callable[[Received], bytes]


async def _play(
    first: Installation, second: Installation, posts: tuple[SmtpServer, SmtpServer], dovecot: Dovecot, gateway: Gateway
) -> int:
    """Let both run and carry their mail to and fro until nothing moves; how many rounds that took."""
    carried = [0, 0]
    for rounds in range(1, ROUNDS):
        results = await asyncio.gather(first.command("run", "--once"), second.command("run", "--once"))
        assert [result.status for result in results] == [0, 0]
        moved = 0
        for which, (smtp, user) in enumerate(zip(posts, ("rathaus", "post"), strict=True)):
            for message in smtp.messages[carried[which] :]:
                dovecot.deliver(gateway(message), user)
                moved += 1
            carried[which] = len(smtp.messages)
        if not moved:
            return rounds
    raise AssertionError("the two town halls still write to each other")


def _bare(numbers: Iterator[int]) -> Gateway:
    """A gateway that leaves no sign of a machine: new ids, nothing but the plainest fields."""

    def strip(message: Received) -> bytes:
        found = parsed(message.data)
        text = found.get_body(("plain",))
        assert text is not None
        return mail(
            found["From"],
            found["Subject"],
            text.get_content(),
            To=found["To"],
            Message_ID=f"<{next(numbers)}@gateway.example>",
        )

    return strip


async def _two_town_halls(tmp_path: Path, model: Path, gateway: Gateway) -> tuple[int, int, int]:
    with Dovecot(users=("post", "rathaus")) as dovecot:
        async with SmtpServer() as here, SmtpServer() as there:
            folders = (tmp_path / "here", tmp_path / "there")
            for folder in folders:
                folder.mkdir()
            first = Installation.between(folders[0], dovecot, here, model)
            second = Installation.between(
                folders[1],
                dovecot,
                there,
                model,
                mailbox={"username": "rathaus"},
                smtp={"from": f"Gemeinde Anderswo <{ELSEWHERE}>"},
            )
            dovecot.deliver(mail(ELSEWHERE, "Umleitung", "Die Brücke wird gesperrt. Wann passt es Ihnen?"))
            question = "Die Umleitung ist schlecht ausgeschildert. Bitte ändern Sie das."
            dovecot.deliver(mail(OFFICE, "Umleitung", question, To=ELSEWHERE), "rathaus")
            rounds = await _play(first, second, (here, there), dovecot, gateway)
            return rounds, len(here.messages), len(there.messages)


async def test_two_town_halls_stop_after_one_acknowledgement_each(tmp_path: Path, model: Path) -> None:
    assert await _two_town_halls(tmp_path, model, delivered) == (2, 1, 1)


async def test_two_town_halls_stop_even_where_a_gateway_strips_every_sign(tmp_path: Path, model: Path) -> None:
    _, here, there = await _two_town_halls(tmp_path, model, _bare(count()))
    assert (here, there) == (1, 1)


class Machine:
    """A naive answering machine: answers whatever comes, to its From, without any field that says so."""

    def __init__(self, address: str, answer: Callable[[str, str, int], dict[str, str]]) -> None:
        self.address, self.answer, self.answered = address, answer, 0

    def reply(self, message: Received) -> bytes:
        self.answered += 1
        found = parsed(message.data)
        fields = {
            "Subject": f"Re: {found['Subject']}",
            "Message-ID": f"<{self.answered}.{self.address}>",
            **self.answer(found["Message-ID"], found["Subject"], self.answered),
        }
        subject = fields.pop("Subject")
        return mail(self.address, subject, f"Danke, Sie hören von mir. {self.answered}", **fields)


def _machines() -> list[Machine]:
    return [
        Machine("threads@machine.example", lambda message_id, subject, n: {"In-Reply-To": message_id}),
        Machine("subject@machine.example", lambda message_id, subject, n: {}),
        Machine("prefix@machine.example", lambda message_id, subject, n: {"Subject": f"Danke! {subject.upper()}"}),
        Machine("nothing@machine.example", lambda message_id, subject, n: {"Subject": f"Danke {n}"}),
    ]


async def _converse(installation: Installation, smtp: SmtpServer, dovecot: Dovecot, machines: list[Machine]) -> None:
    """Run and let the machines answer until they have nothing more to answer."""
    seen, known = 0, {machine.address: machine for machine in machines}
    for _ in range(ROUNDS):
        result = await installation.command("run", "--once")
        assert result.status == 0, result.err
        fresh, seen = smtp.messages[seen:], len(smtp.messages)
        answers = [known[m.recipients[0]].reply(m) for m in fresh if m.recipients[0] in known]
        if not answers:
            return
        dovecot.deliver_all(answers)
    raise AssertionError("the machines still get answers")


async def test_naive_answering_machines_are_stopped_by_threads_and_caps(
    dovecot: Dovecot, smtp: SmtpServer, installation: Installation
) -> None:
    machines = _machines()
    dovecot.deliver_all(
        mail(m.address, "Laterne", f"Die Laterne vor Haus {n} ist dunkel.") for n, m in enumerate(machines)
    )
    await _converse(installation, smtp, dovecot, machines)
    assert acknowledged(smtp) == {
        "threads@machine.example": 1,  # answers our id: joins its ticket
        "subject@machine.example": 1,  # repeats our token: joins its ticket
        "prefix@machine.example": 1,  # repeats it in capitals, behind words of its own
        "nothing@machine.example": 5,  # a new matter each time, until acknowledgement.per_sender_and_day
    }
    tickets = await installation.tickets()
    assert Counter(t["from"] for t in tickets) == {m.address: 1 for m in machines[:3]} | {machines[3].address: 6}
    assert [t["ack_withheld"] for t in tickets if t["ack_withheld"]] == ["sender_cap"]
    assert {t["messages"] for t in tickets} == {1, 2}


async def test_a_department_on_holiday_never_reaches_the_citizen(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    rule = [{"name": "all", "when": {"subject": "."}, "then": {"department": "abfall"}}]
    installation = Installation.between(tmp_path, dovecot, smtp, model, rule=rule)
    dovecot.deliver(mail("Erika Muster <erika@citizen.example>", "Tonne", "Die Tonne wurde nicht geleert."))
    assert (await installation.command("run", "--once")).status == 0
    [forward] = sent(smtp, "auto-generated")
    # RFC 3834 §2 and RFC 5230 §4.6: no vacation program answers this at all ...
    assert forward["X-Auto-Response-Suppress"] == "All"
    assert forward["Precedence"] is None or forward["Precedence"] == "bulk"
    [received] = [m for m in smtp.messages if m.recipients == ("abfall@musterlingen.example",)]
    assert received.envelope_from == OFFICE  # ... and one that does, answers us (RFC 3834 §4)
    answers = [
        mail(
            "abfall@musterlingen.example",
            "Abwesend: Re: " + forward["Subject"],
            "Ich bin bis Montag nicht im Haus.",
            Auto_Submitted="auto-replied (vacation)",
            In_Reply_To=forward["Message-ID"],
        ),
        mail(
            "abfall@musterlingen.example",
            "Abwesenheitsnotiz",
            "Ich bin bis Montag nicht im Haus. Ihre Mail wird nicht weitergeleitet.",
        ),
        mail("abfall@musterlingen.example", "Re: " + forward["Subject"], "Danke, wir kümmern uns darum."),
        mail("abfall@musterlingen.example", "Eingang", "Danke, wir kümmern uns um die Tonne."),
    ]
    dovecot.deliver_all(answers)
    assert (await installation.command("run", "--once")).status == 0
    tickets = await installation.tickets()
    first, redirected = tickets
    assert (first["messages"], first["status"]) == (1, "open")  # noted, none of it counts as the citizen's
    shown = (await installation.command("tickets", "show", first["number"])).out
    assert shown.count("An automatic reply or absence notice came.") == 1
    assert shown.count("Staff wrote") == 1
    # a mail of the department's own is a matter like any other, but is not sent back to where it came from
    assert (redirected["from"], redirected["subject"]) == ("abfall@musterlingen.example", "Eingang")
    assert [(d["target"], d["status"]) for d in redirected["deliveries"]] == [
        ("acknowledgement", "sent"),
        ("mail", "withheld"),
    ]
    assert acknowledged(smtp) == {"erika@citizen.example": 1, "abfall@musterlingen.example": 1}
    assert len(sent(smtp)) == 3


async def test_a_department_that_answers_everything_without_a_sign_is_stopped(
    dovecot: Dovecot, smtp: SmtpServer, tmp_path: Path, model: Path
) -> None:
    rule = [{"name": "all", "when": {"subject": "."}, "then": {"department": "abfall"}}]
    installation = Installation.between(
        tmp_path, dovecot, smtp, model, rule=rule, acknowledgement={"per_sender_and_day": 2}
    )
    machine = Machine("abfall@musterlingen.example", lambda message_id, subject, n: {"Subject": f"Danke {n}"})
    dovecot.deliver(mail("Erika Muster <erika@citizen.example>", "Tonne", "Die Tonne wurde nicht geleert."))
    await _converse(installation, smtp, dovecot, [machine])
    assert acknowledged(smtp) == {"erika@citizen.example": 1, "abfall@musterlingen.example": 2}
    assert len(sent(smtp, "auto-generated")) == 1
