"""What a citizen reads, and the header it comes with."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest

from daemon.errors import Unsendable
from daemon.model import Address, Category
from daemon.rendering import LOOP_FIELD, Readable, read
from daemon.rendering.acknowledgement import quotable_subject
from tests import values
from tests.rendering import DEPARTMENTS, TOKEN, ack_facts, config, renderer

LANGUAGES = ("de", "en", "fr", "it")
FACTS = {
    "privacy_url": "https://www.musterlingen.example/datenschutz",
    "formal_filing_url": "https://www.musterlingen.example/einreichen",
    "website": "https://www.musterlingen.example/",
}
#: By language: plainly automatic; a person will read it; no appointment yet.
SAYS = {
    "de": ("Automatische Eingangsbestätigung", "liest ein Mensch", "noch keine Terminbestätigung"),
    "en": ("Automatic confirmation of receipt", "read by a person", "does not confirm an appointment"),
    "fr": ("Accusé de réception automatique", "lu par une personne", "ne confirme pas encore de rendez-vous"),
    "it": ("Conferma di ricezione automatica", "letto da una persona", "non conferma ancora un appuntamento"),
}
DUE = {"de": "17. März 2026", "en": "17 March 2026", "fr": "17 mars 2026", "it": "17 marzo 2026"}


def acknowledged(facts: dict[str, Any] | None = None, **tables: Any) -> Readable:
    tables = {"organisation": FACTS, **tables}
    return read(renderer(**tables).acknowledgement(ack_facts(**(facts or {}))))


def flowing(text: str) -> str:
    return " ".join(text.split())


class Page(HTMLParser):
    """Collects what a screen reader meets: tags, links with their words, text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.links: dict[str | None, str] = {}
        self.text = ""
        self._open: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = dict(attrs).get("href") if tag == "a" else self._open

    def handle_endtag(self, tag: str) -> None:
        self._open = None if tag == "a" else self._open

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open:
            self.links[self._open] = self.links.get(self._open, "") + data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", Category)
def test_every_language_and_category_says_what_it_must(language: str, category: Category) -> None:
    found = acknowledged({"language": language, "category": category})
    text = flowing(found.text)
    automatic, person, no_appointment = SAYS[language]
    assert found.subject.startswith(automatic)
    assert text.startswith(automatic)
    assert person in text
    assert "2026-000123" in text
    assert "+49 (0)6123 456-78" in text
    assert "112" in text
    assert "Bauhof 2, 12345 Musterlingen" in text
    assert DEPARTMENTS[0]["names"].get(language, "Tiefbauamt") in text  # type: ignore[attr-defined]
    assert all(url in text for url in FACTS.values())
    assert (DUE[language] in text) is (category is not Category.PRAISE)
    assert (no_appointment in text) is (category is Category.APPOINTMENT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", Category)
def test_both_forms_say_the_same(language: str, category: Category) -> None:
    found = acknowledged({"language": language, "category": category})
    page = Page(found.html.partition("<body")[2].partition(">")[2])
    shown = flowing(page.text)
    for line in flowing(found.text).replace("- ", "").split(". "):
        bare = line.partition(" <")[0].strip(". ")
        assert bare in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_categories_differ_in_words(language: str) -> None:
    texts = {acknowledged({"language": language, "category": category}).text for category in Category}
    assert len(texts) == len(Category)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guessed_category_gets_the_neutral_words(language: str) -> None:
    guessed = acknowledged({"language": language, "category": Category.COMPLAINT, "unsure": True})
    neutral = acknowledged({"language": language, "category": Category.OTHER})
    assert guessed.text == neutral.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", Category)
def test_a_guessed_department_is_not_named(language: str, category: Category) -> None:
    facts = {"language": language, "category": category, "department": "zentrale", "department_unsure": True}
    text = acknowledged(facts).text
    assert "Zentrale Dienste" not in text
    assert "Tiefbauamt" not in text
    assert "06123 456-0" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", Category)
def test_a_sentence_whose_fact_is_missing_is_left_out(language: str, category: Category) -> None:
    least = [{"key": "tiefbau", "name": "Tiefbauamt"}]
    found = acknowledged({"language": language, "category": category}, organisation={}, department=least)
    for form in (found.text, Page(found.html).text):
        assert "None" not in form
        assert "http" not in form
        assert ": \n" not in form
        assert not any(line.rstrip().endswith(":") for line in form.splitlines())


def test_the_neutral_german_text_as_a_citizen_reads_it() -> None:
    facts = {"category": Category.OTHER, "department": "zentrale", "department_unsure": True, "unsure": True}
    assert acknowledged(facts, organisation={}).text == NEUTRAL


def test_the_citizens_text_does_not_come_back() -> None:
    secret = "Mein Nachbar heißt Grünspecht-Zapf."
    message = values.message(text=secret, own_text=secret, quoted_text=secret, signature=secret)
    data = renderer().acknowledgement(ack_facts(message=message))
    found = read(data)
    assert "Grünspecht" not in found.text + found.html + str(found.headers)


def test_swiss_german_knows_no_sharp_s() -> None:
    zurich = {
        "country": "CH",
        "subdivision": "ZH",
        "timezone": "Europe/Zurich",
        "languages": ["de", "fr"],
        "name": "Stadt Kloten",
    }
    german = acknowledged(organisation=zurich)
    assert "ß" not in german.text + german.html
    assert "Freundliche Grüsse" in german.text
    assert "Guten Tag\n" in german.text
    assert "Einsprache" in german.text
    assert "Widerspruch" not in german.text
    assert dict(german.headers)["Content-Language"] == "de-CH"
    assert 'lang="de-CH"' in german.html


def test_the_language_of_the_mail_is_tagged_as_it_is_spoken_there() -> None:
    place = {"country": "CH", "subdivision": "TI"}
    tags = [
        dict(acknowledged({"language": language}, organisation=place).headers)["Content-Language"]
        for language in LANGUAGES
    ]
    assert tags == ["de-CH", "en", "fr-CH", "it-CH"]


def test_swiss_spelling_leaves_names_and_the_citizens_subject_alone() -> None:
    facts = {"message": values.message(subject="Fußweg")}
    found = acknowledged(facts, organisation={"country": "CH", "subdivision": "ZH", "name": "Amt Weiß"})
    assert "Fußweg" in found.subject
    assert "Amt Weiß" in found.text


def test_german_in_germany_keeps_it() -> None:
    found = acknowledged()
    assert "Freundliche Grüße" in found.text
    assert "Guten Tag,\n" in found.text


def test_a_language_the_office_does_not_offer_is_answered_in_its_first() -> None:
    assert acknowledged({"language": "it"}, organisation={"languages": ["fr", "de"]}).text.startswith("Accusé")


def test_dates_are_in_words_and_in_the_offices_zone() -> None:
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    texts = {
        language: flowing(acknowledged({"language": language, "received_at": summer, "now": summer}).text)
        for language in LANGUAGES
    }
    assert "Donnerstag, 2. Juli 2026, 00:30 Uhr" in texts["de"]
    assert "Thursday, 2 July 2026, 00:30" in texts["en"]
    assert "jeudi 2 juillet 2026 à 00 h 30" in texts["fr"]
    assert "giovedì 2 luglio 2026, ore 00:30" in texts["it"]


def test_a_promise_whose_day_has_come_is_not_made() -> None:
    # the office was cut off for weeks, or a person releases a withheld acknowledgement late
    late = {"received_at": datetime(2026, 3, 3, 9, 0, tzinfo=UTC)}
    assert "Spätestens am" in acknowledged(late | {"now": datetime(2026, 3, 16, 22, 59, tzinfo=UTC)}).text
    text = acknowledged(late | {"now": datetime(2026, 3, 16, 23, 1, tzinfo=UTC)}).text
    assert "Spätestens am" not in text
    assert "Wir melden uns bei Ihnen" in text


def test_hours_of_three_patterns_are_told_in_one_line() -> None:
    hours = "Öffnungszeiten: Mo–Mi 08:00–12:30 und 13:30–16:30, Do 13:30–19:00, Fr 07:15–13:30"
    assert hours in flowing(acknowledged().text)


def test_telephone_hours_of_the_department_do_not_stand_beside_the_switchboard() -> None:
    department = [{"key": "tiefbau", "name": "Tiefbauamt", "phone_hours": {"mon": ["09:00-12:00"]}}]
    text = acknowledged(organisation={"phone": "06123 1"}, department=department).text
    assert "06123 1" in text
    assert "Telefonzeiten" not in text


def test_days_on_which_the_door_is_locked_are_named() -> None:
    before_easter = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
    text = flowing(acknowledged({"received_at": before_easter, "now": before_easter}).text)
    assert "geschlossen: Freitag, 3. April 2026 und Montag, 6. April 2026" in text
    assert "geschlossen" not in acknowledged().text


def test_the_header_is_that_of_an_automatic_reply() -> None:
    found = acknowledged({"message": values.message(references=("<0@a.example>",))})
    fields = dict(found.headers)
    assert fields["Auto-Submitted"] == "auto-replied"
    assert fields["X-Auto-Response-Suppress"] == "All"
    assert fields["In-Reply-To"] == "<1@citizen.example>"
    assert fields["References"] == "<0@a.example> <1@citizen.example>"
    assert fields["Message-ID"] == "<ack.1@musterlingen.example>"
    assert fields["Date"] == "Tue, 03 Mar 2026 10:00:00 +0100"
    assert fields["From"] == "Stadt Musterlingen <buergerpost@musterlingen.example>"
    assert fields["To"] == "erika@citizen.example"
    assert fields[LOOP_FIELD] == "buergerpost@musterlingen.example"
    assert not {"Cc", "Bcc", "Reply-To", "Disposition-Notification-To"} & set(fields)


def test_a_configured_address_for_answers_becomes_reply_to() -> None:
    found = acknowledged(acknowledgement={"reply_to": "antwort@musterlingen.example"})
    assert dict(found.headers)["Reply-To"] == "antwort@musterlingen.example"


@pytest.mark.parametrize("broken", [None, "", "<>", "<a b@c>", "<no-at-sign>", "<a@b>\r\nX: y", "<ä@b.example>"])
def test_a_missing_or_malformed_id_is_not_referred_to(broken: str | None) -> None:
    message = values.message(message_id=broken, references=("<0@a.example>",), in_reply_to=("<0@a.example>",))
    fields = dict(acknowledged({"message": message}).headers)
    assert not {"In-Reply-To", "References", "X"} & set(fields)


def test_without_references_the_one_in_reply_to_is_the_chain() -> None:
    one = values.message(in_reply_to=("<0@a.example>",))
    two = values.message(in_reply_to=("<0@a.example>", "<00@a.example>"))
    assert dict(acknowledged({"message": one}).headers)["References"] == "<0@a.example> <1@citizen.example>"
    assert dict(acknowledged({"message": two}).headers)["References"] == "<1@citizen.example>"


def test_a_long_chain_keeps_its_first_and_its_last_ids() -> None:
    chain = tuple(f"<{number}@a.example>" for number in range(500))
    found = dict(acknowledged({"message": values.message(references=chain)}).headers)["References"].split()
    assert (len(found), found[0], found[-2:]) == (20, "<0@a.example>", ["<499@a.example>", "<1@citizen.example>"])


def test_text_comes_first_and_html_is_the_better_alternative() -> None:
    message = message_from_bytes(renderer().acknowledgement(ack_facts()), policy=default)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]


def test_every_line_stays_short() -> None:
    data = renderer().acknowledgement(ack_facts(message=values.message(subject="ä" * 500)))
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert data.isascii()


def test_the_same_facts_give_the_same_octets() -> None:
    assert renderer().acknowledgement(ack_facts()) == renderer().acknowledgement(ack_facts())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_is_accessible_and_calls_nobody(language: str) -> None:
    facts = {"language": language, "category": Category.APPOINTMENT}
    found = acknowledged(facts)
    page = Page(found.html)
    tags = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "de-DE" if language == "de" else language}) in page.tags
    assert tags.count("h1") == 1
    assert "h2" in tags
    assert not {"img", "script", "link", "iframe", "form", "object", "table"} & set(tags)
    assert "url(" not in found.html
    assert page.links["tel:+49612345678"] == "+49 (0)6123 456-78"
    assert all(words.strip() and "://" not in words for words in page.links.values())
    assert all(word not in found.html for word in ("color:", "background"))  # the reader's own colours, light or dark


def test_template_syntax_and_markup_in_a_subject_are_words() -> None:
    subject = "{{ 7*7 }} <b>{% raw %}"
    found = acknowledged({"message": values.message(subject=subject)})
    assert subject in found.subject
    assert "&lt;b&gt;" in found.html
    assert "<b>" not in found.html


def test_markup_in_a_configured_name_is_escaped() -> None:
    found = acknowledged(organisation={"name": "Amt <A> & {{ 7*7 }}", "website": "javascript:alert(1)"})
    assert "Amt &lt;A&gt; &amp; {{ 7*7 }}" in found.html
    assert "Amt <A> & {{ 7*7 }}" in found.text
    assert 'href="javascript' not in found.html


@pytest.mark.parametrize(
    ("subject", "comes_back"),
    [
        ("Schlagloch", "Schlagloch"),
        ("Re: AW: Fwd: Schlagloch", "Schlagloch"),
        ("AW[2]: Schlagloch", "Schlagloch"),
        (f"Re: {TOKEN} Schlagloch", "Schlagloch"),
        ("Rede: Danke", "Rede: Danke"),
        ("  Loch\r\n in der\tStraße ", "Loch in der Straße"),
        ("", ""),
        ("Gewinnen Sie jetzt: https://casino.example", ""),
        ("casino-bonus.com besuchen", ""),
        ("Antrag nach Nr. 5", "Antrag nach Nr. 5"),
        ("Wort " * 30, "Wort Wort Wort Wort Wort Wort Wort Wort Wort Wort Wort…"),
        ("x" * 100, "x" * 59 + "…"),
        ("\u202egnal\u202c", "gnal"),
    ],
)
def test_a_subject_comes_back_short_and_without_links(subject: str, comes_back: str) -> None:
    assert quotable_subject(subject) == comes_back


def test_without_a_subject_the_subject_says_what_it_is() -> None:
    found = acknowledged({"message": values.message(subject="")})
    assert found.subject == f"Automatische Eingangsbestätigung: Ihre Nachricht ist angekommen {TOKEN}"


def test_an_address_beyond_ascii_is_written_in_its_ascii_form_or_refused() -> None:
    texts = renderer()
    assert b"To: <erika@xn--mnchen-3ya.example>" in texts.acknowledgement(
        ack_facts(to=Address("", "erika@münchen.example"))
    )
    with pytest.raises(Unsendable):
        texts.acknowledgement(ack_facts(to=Address("", "jürgen@citizen.example")))


def test_a_display_name_with_special_characters_is_quoted() -> None:
    smtp = {"from": "Stadt Musterlingen, Bürgerbüro (Post) <b@musterlingen.example>"}
    found = acknowledged(smtp=smtp)
    assert found.sender.endswith("<b@musterlingen.example>")
    assert "Bürgerbüro" in found.sender
    plain = {"from": "Town of Musterlingen, Office <b@musterlingen.example>"}
    assert b'From: "Town of Musterlingen, Office" <b@musterlingen.example>' in renderer(smtp=plain).acknowledgement(
        ack_facts()
    )


def test_the_sender_without_a_name_is_called_as_the_organisation() -> None:
    assert acknowledged(smtp={"from": "b@musterlingen.example"}).sender == "Stadt Musterlingen <b@musterlingen.example>"


def test_a_department_that_is_gone_is_the_fallback() -> None:
    assert config().department_of("abgeschafft").key == "zentrale"
    assert "06123 456-0" in acknowledged({"department": "abgeschafft"}).text


NEUTRAL = """\
Automatische Eingangsbestätigung

Guten Tag,

Ihre Nachricht ist bei uns angekommen. Danke, dass Sie uns schreiben.

- Vorgangsnummer: 2026-000123
- Eingegangen: Dienstag, 3. März 2026, 10:00 Uhr

Bitte nennen Sie die Vorgangsnummer, wenn Sie uns noch einmal schreiben
oder anrufen.

Diese Antwort hat ein Programm erstellt. Ihre Nachricht liest ein
Mensch.

Wie es weitergeht

Eine Mitarbeiterin oder ein Mitarbeiter liest Ihre Nachricht und gibt
sie an die richtige Stelle weiter. Spätestens am Dienstag, 10. März
2026, hören Sie von uns. Brauchen wir länger für eine vollständige
Antwort, sagen wir Ihnen bis dahin Bescheid.

So erreichen Sie uns

Sie können einfach auf diese E-Mail antworten. Bitte lassen Sie die
Nummer im Betreff stehen. Möchten Sie mit einem Menschen sprechen? Rufen
Sie uns an.

- Stadt Musterlingen
- Telefon: 06123 456-0

Was eine E-Mail nicht kann

- Im Notfall hilft eine E-Mail nicht. Rufen Sie dann bitte 112 an.
- Eine einfache E-Mail ersetzt keine Unterschrift. Manche Anliegen
  müssen Sie schriftlich einreichen, zum Beispiel einen Widerspruch.
  Dafür reicht eine einfache E-Mail nicht aus.
- Diese Bestätigung ist keine Entscheidung. Sie sagt auch nicht, ob eine
  Frist eingehalten ist.
- Andere könnten eine E-Mail unterwegs mitlesen. Schicken Sie uns
  Vertrauliches bitte nicht per E-Mail.

Datenschutz

Wir verwenden Ihre Angaben, um Ihr Anliegen zu bearbeiten. Ein Programm
sortiert die Nachrichten vor. Über Ihr Anliegen entscheidet ein Mensch.

Freundliche Grüße
Stadt Musterlingen
"""
