"""Loops end: two town halls with this program, and a naive answering machine, each get one acknowledgement."""

from email import message_from_bytes
from email.policy import default

import pytest

from daemon import gate, threads
from daemon.config import Acknowledgement
from daemon.model import Message, Past, Reason, TicketRef, TicketStatus
from tests.gate_mails import AROUND, KEY, OURS, mail, parse
from tests.rendering import ack_facts, renderer

NUMBER = "2026-000123"
MACHINE = "info@machine.example"
THERE = gate.Surroundings(own_addresses=frozenset({"rathaus@anderswo.example"}))


def _our_acknowledgement() -> bytes:
    message_id = threads.issue_message_id(KEY, NUMBER, "ack", "musterlingen.example")
    facts = ack_facts(message_id=message_id, token=threads.token(KEY, NUMBER))
    return renderer().acknowledgement(facts)


def _joins(message: Message) -> bool:
    past = Past(tickets={NUMBER: TicketRef(7, NUMBER, MACHINE, TicketStatus.OPEN)})
    return isinstance(threads.match(message, gate.check(message, AROUND), past, KEY), threads.Joined)


def test_another_town_hall_does_not_answer_our_acknowledgement_nor_do_we() -> None:
    acknowledgement = parse(_our_acknowledgement())
    assert not gate.check(acknowledgement, THERE).acknowledge
    assert gate.check(acknowledgement, AROUND).kind == "own"


@pytest.mark.parametrize("language", ["de", "en", "fr", "it"])
@pytest.mark.parametrize(
    "dress",
    ["> {0}", "{0}", "-----Ursprüngliche Nachricht-----\n{0}", "Von: Stadt <x@y.example>\nGesendet: heute\n\n{0}"],
)
def test_a_citizen_who_sends_our_acknowledgement_back_with_a_word_is_a_person(language: str, dress: str) -> None:
    sent = message_from_bytes(renderer().acknowledgement(ack_facts(language=language)), policy=default)
    part = sent.get_body(("plain",))
    assert part is not None
    ours = part.get_content().replace("\n", "\n> ") if dress.startswith(">") else part.get_content()
    body = "Danke. Die Laterne ist immer noch dunkel.\n\n" + dress.format(ours)
    fields = (
        f"Subject: AW: {sent['Subject']}",
        f"In-Reply-To: {sent['Message-ID']}",
        "Content-Type: text/plain; charset=utf-8",
    )
    verdict = gate.check(mail(*fields, body=body), AROUND)
    assert (verdict.kind, verdict.acknowledge) == ("person", True)


def test_a_machine_that_quotes_our_subject_joins_its_ticket() -> None:
    subject = message_from_bytes(_our_acknowledgement(), policy=default)["Subject"]
    answer = mail(f"Subject: Re: {subject}", sender=MACHINE, body="Wir haben Ihre Mail bekommen.\r\n")
    assert gate.check(answer, AROUND).acknowledge  # nothing shows the machine
    assert _joins(answer)


def test_a_machine_that_answers_our_message_id_joins_its_ticket() -> None:
    message_id = message_from_bytes(_our_acknowledgement())["Message-ID"]
    assert _joins(mail("Subject: Danke", f"In-Reply-To: {message_id}", sender=MACHINE, body="Danke!\r\n"))


def test_a_machine_that_quotes_nothing_is_stopped_by_the_cap() -> None:
    answered = 0
    for round_ in range(50):
        verdict = gate.check(mail(f"Subject: Danke {round_}", f"To: {OURS}", sender=MACHINE, body="Danke!\r\n"), AROUND)
        found = gate.brake(verdict, gate.History(to_sender=answered), Acknowledgement())
        answered += not isinstance(found, Reason)
    assert answered == Acknowledgement().per_sender_and_day
