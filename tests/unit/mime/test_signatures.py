"""Signatures without a separator, as offices and companies set them, and what people add below their names."""

from __future__ import annotations

import pytest

from daemon import mime
from daemon.config import Limits
from daemon.mime import phrases, quotes

OWN = "Guten Tag,\n\nwo bekomme ich gelbe Säcke?"
CARD = (
    "Dr. P. Standes\nLeiterin Museum und Bibliothek\n\nKulturstraße 1\n12345 Musterlingen\nTel.: 0123 4567-0\n"
    "Fax: 0123 4567-99\np.standes@museum.example\nwww.museum.example"
)
CLOSINGS = """
Mit freundlichen Grüßen
Mit freundlichem Gruß,
Freundliche Grüsse
Beste Grüße aus Musterlingen
Viele Grüße, Petra
Mit freundlichen Grüßen / Kind regards
Mit freundlichen Grüßen und besten Wünschen für die Feiertage
Liebe Grüße und einen schönen Tag
Es grüßt Sie freundlich
In Erwartung Ihrer Antwort verbleibe ich
Ihre
MfG
LG
Hochachtungsvoll
Herzlichst
Liebs Grüessli
Kind regards,
Best,
Yours faithfully
Thanks and best regards
Cordialement,
Bien à vous
Veuillez agréer, Madame, Monsieur, mes salutations distinguées.
Cordiali saluti
Un cordiale saluto
Saygılarımla,
İyi günler dilerim
Z poważaniem
Pozdrawiam serdecznie
З повагою,
С уважением,
مع أطيب التحيات
مع خالص التحية والتقدير
با احترام
Atentamente,
Un saludo
Com os melhores cumprimentos
Met vriendelijke groet,
Cu stimă,
S poštovanjem
Me respekt
Einen schönen Tag wünscht
Vielen Dank und freundliche Grüße
Danke & Gruß
Many thanks,
Mit freundlichen Grüßen :-)
MIT FREUNDLICHEN GRÜSSEN
** Mit freundlichen Grüßen **
Merci d'avance et meilleures salutations
La ringrazio e porgo cordiali saluti
Teşekkürler, iyi çalışmalar dilerim
Z góry dziękuję i pozdrawiam
Дякую. З повагою, Олена
Vielen Dank im Voraus!
Merci d'avance
Danke
""".strip().split("\n")


@pytest.mark.parametrize("closing", CLOSINGS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_what_stands_below_the_closing_is_the_signature(closing, gap):
    parts = quotes.split(f"{OWN}\n\n{closing}{gap}{CARD}")
    assert parts.own == f"{OWN}\n\n{closing}"
    assert "Museum und Bibliothek" in parts.signature
    assert "www.museum.example" in parts.signature


@pytest.mark.parametrize(
    "card",
    [
        (
            "John Smith\nFacility Manager\nACME Ltd\nThis e-mail is confidential and may be legally privileged. If you are not the\n"
            "intended recipient, please notify us and delete it."
        ),
        (
            "John Smith\n\nACME Ltd\n\nThis e-mail is confidential.\n\nIf you have received this message in error please delete it.\n\n"
            "Registered in England No. 123"
        ),
        (
            "i. A. Max Muster\n\n- Der Bürgermeister -\nStadtkasse Musterlingen\nÖffnungszeiten: Mo-Fr 8-12 Uhr\n\n"
            "Besuchen Sie uns auf www.stadt.example!\n\nDiese E-Mail kann vertrauliche Informationen enthalten. Wenn Sie nicht der\n"
            "richtige Adressat sind, informieren Sie bitte den Absender."
        ),
        "Musterbau GmbH & Co. KG\nGeschäftsführer: Max Muster\nAmtsgericht Musterlingen HRB 123\nUSt-IdNr. DE123456789",
        "Max Muster | Sachbearbeiter Standesamt | Tel. 0123 456",
        "Erika Muster\nFriedhofsweg 3",
    ],
)
def test_company_and_office_are_no_matter(card):
    parts = quotes.split(f"{OWN}\n\nMit freundlichen Grüßen\n{card}")
    assert parts.own == f"{OWN}\n\nMit freundlichen Grüßen"
    assert card.split("\n")[-1] in parts.signature


@pytest.mark.parametrize("start", ["Mit freundlichen Grüßen ", "Kind regards, "])
def test_a_signature_in_one_line(start):
    line = start + CARD.replace("\n", " | ")
    assert quotes.split(f"{OWN}\n\n{line}").own == OWN


def test_a_closing_behind_the_last_sentence():
    parts = quotes.split(f"Wo bekomme ich gelbe Säcke? Mit freundlichen Grüßen\n{CARD}")
    assert parts.own == "Wo bekomme ich gelbe Säcke? Mit freundlichen Grüßen"


def test_a_name_with_telephone_and_site_needs_no_closing():
    card = "Dr. P. Standes\nLeiterin Museum\nTel.: 0123 4567\nwww.museum.example"
    assert quotes.split(f"{OWN}\n\n{card}").own == OWN


@pytest.mark.parametrize(
    "more",
    [
        "P.S.: Die Laterne in der Hauptstr. 5 ist auch aus",
        "PS Laterne Hauptstr. 5 auch",
        "P. S.\nLaterne Hauptstr. 5",
        "Nachtrag: Laterne Hauptstr. 5",
        "Bitte rufen Sie mich an unter 0123 456.",
        "Sie erreichen mich abends unter 0123 456",
        "Bitte um Rückruf",
        "Betrifft: Hauptstr. 5",
        "Aktenzeichen: 12/345",
        "Anlagen:\nLageplan\nBauantrag",
        "- Kühlschrank\n- Sofa",
        "Die Tonne steht Hauptstraße 5\nim Hinterhof links und ist nicht geleert.",
        "Wann kommt jemand?",
        "Das Licht flackert dauernd.",
        "Die Laterne in der Hauptstraße wurde übrigens auch noch nicht repariert, obwohl\nder Bauhof Bescheid weiß",
        "Antworten Sie bitte nicht auf diese E-Mail, sie wurde automatisch erstellt.",
        "Could you call me back tomorrow?",
        "Please call me back",
        "I forgot: the lamp is broken.",
        "Pouvez-vous me rappeler demain",
        "Potete richiamarmi domani?",
        "Lütfen beni arayın",
        "Proszę o kontakt telefoniczny",
        "Прошу мені зателефонувати",
        "Перезвоните мне пожалуйста завтра",
        "أرجو الاتصال بي غدا",
        "Por favor llámeme mañana, gracias",
        "Vă rog să mă sunați",
        "Molim vas da me nazovete",
    ],
)
@pytest.mark.parametrize("name", ["", "Max Muster\n", "Max Muster\n\n"])
def test_what_people_add_below_their_name_is_theirs(more, name):
    parts = quotes.split(f"{OWN}\n\nMit freundlichen Grüßen\n{name}{more}\n\nMuseum Musterlingen\nTel. 0123 4567")
    assert parts.own.split("\n")[-more.count("\n") - 1 :] == more.split("\n")
    assert "Museum" not in parts.own
    assert "Museum Musterlingen" in parts.signature


@pytest.mark.parametrize(
    "text",
    [
        "Guten Tag,\nviele Grüße an das Team vom Bauhof, die waren sehr schnell!\nHauptstraße 5",
        "Vielen Dank!\nHauptstraße 5",
        "Danke\nSperrmüll\nKühlschrank\nHauptstr. 5",
        "Mit freundlichen Grüßen\nMax Muster\nBetrifft: Hauptstr. 5",
        "Hallo\n\nMit freundlichen Grüßen\nMax Muster\nHauptstraße 5",
        "Kurze Frage.\n\nGrüße\n" + "Laterne Nummer acht\n" * 30 + "Ende",
        "Name: Max Muster\nTelefon: 0123 456\nAnliegen: Laterne\nwww.stadt.example",
        "Sehr geehrte Damen und Herren",
        "Die Waschmaschine soll weg.\nAtt: Bauamt\nHauptstraße 5",
        "Schöne Grüße ans Ordnungsamt: da parkt wieder einer\nHauptstraße 5",
        "Cheers",
    ],
)
def test_nothing_is_cut_where_nothing_else_is_said(text):
    parts = quotes.split(text)
    assert parts.own == text
    assert parts.signature == ""


def test_the_subject_says_it_then_the_signature_does_not():
    parts = quotes.split(f"Mit freundlichen Grüßen\n{CARD}", "Wo bekomme ich gelbe Säcke?")
    assert parts.own == "Mit freundlichen Grüßen"
    assert "Museum" in parts.signature


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_whole_mail_with_an_offices_signature(kind):
    lines = [
        "Wo bekomme ich gelbe Säcke?",
        "",
        "Mit freundlichen Grüßen",
        "",
        *CARD.split("\n"),
        "",
        "P.S.: Es eilt sehr.",
    ]
    body = (
        "\n".join(f"<p class=MsoNormal>{line or '&nbsp;'}</p>" for line in lines)
        if kind == "html"
        else "\n".join(lines)
    )
    data = f"From: a@b.example\nSubject: Frage\nContent-Type: text/{kind}; charset=utf-8\n\n{body}\n".encode()
    message = mime.parse(data, Limits())
    said = [line for line in message.own_text.split("\n") if line]
    assert said == ["Wo bekomme ich gelbe Säcke?", "Mit freundlichen Grüßen", "P.S.: Es eilt sehr."]
    assert "Museum" in message.text
    assert "Museum" in message.signature


def test_the_subject_alone_is_the_matter():
    data = b"From: a@b.example\nSubject: Laterne am Markt defekt\n\nVon meinem iPhone gesendet\n"
    message = mime.parse(data, Limits())
    assert (message.own_text, message.signature) == ("", "Von meinem iPhone gesendet")
    assert message.text == "Von meinem iPhone gesendet"


def test_top_posting_and_answers_between_quotes():
    quoted = "Am 03.03.2026 schrieb Stadt:\n> Wo?\n\nHauptstraße 5\n\n> Wann?\n\nMontag"
    parts = quotes.split(f"Siehe unten.\n\nViele Grüße\nMax Muster\nMuseum\n\n{quoted}")
    assert parts.own == "Siehe unten.\n\nViele Grüße\n\nHauptstraße 5\n\nMontag"
    assert parts.signature == "Max Muster\nMuseum"


def test_the_work_grows_with_the_text_alone():
    """Greetings before thousands of footers once were read anew for each."""
    text = "Hallo\n" * 15_000 + "Virenfrei\n\n" * 9_000
    assert quotes.split(text).own.startswith("Hallo")


@pytest.mark.parametrize(
    "footer",
    [
        "Von meinem iPhone gesendet\n",
        "Hinweis\n",
        "Hinweis\nVirenfrei\n",
        "Datenschutzinformationen\nVon meinem iPhone gesendet\n",
    ],
)
def test_a_paragraph_is_read_once_whatever_its_number_of_footers(monkeypatch, footer):
    """Read anew for each footer taken off, a mail of 540 KB never ended."""
    calls = 0

    def counting(line):
        nonlocal calls
        calls += 1
        return is_sentence(line)

    is_sentence = phrases.is_sentence
    monkeypatch.setattr(phrases, "is_sentence", counting)
    footers = 2_000
    parts = quotes.split("Hallo, die Lampe ist kaputt.\n\n" + footer * footers, "Lampe")
    assert parts.own == "Hallo, die Lampe ist kaputt."
    assert calls < footers * 10


@pytest.mark.parametrize(
    "text",
    [
        "Saludos,\n\nla farola de la calle Dorfstrasse lleva tres semanas apagada\n\nJuan Perez",
        "Saluti,\n\nil lampione in via Roma da tre settimane spento",
        "İyi günler dilerim,\n\nsokak lambası üç haftadır yanmıyor",
        "تحياتي\n\nمصباح الشارع مكسور منذ أسبوع",
        "Schönen Tag,\n\nStrassenlampe Hauptstr. 5 kaputt",
        "Schönen Tag,\n\nSperrmüll\nKühlschrank",
        "Cheers\n\nthe bus never came",
        "Ihr,\nSachbearbeiter ist nie da.\nBitte Termin.",
        "Mit freundlichen Grüßen\n\nLampe in der Dorfstrasse aus",
    ],
)
def test_an_ending_that_opens_a_letter_ends_nothing(text):
    assert quotes.split(text, "Lampe") == quotes.Parts(text, "", "")


def test_a_letter_that_opens_so_may_end_so():
    parts = quotes.split("Saludos,\n\nla farola no funciona.\n\nSaludos,\nJuan Perez", "Farola")
    assert parts.own == "Saludos,\n\nla farola no funciona.\n\nSaludos,"


@pytest.mark.parametrize(
    "closing",
    ["Gruß Meier", "MfG Hans", "Gruß\nMüller", "Freundliche Grüsse\nPetra Meier", "Viele Grüße\n\nPetra Meier"],
)
@pytest.mark.parametrize(
    "note",
    [
        "Sofa\nKühlschrank\nWaschmaschine",
        "Alte Adresse: Dorfstr. 5\nNeue Adresse: Bergweg 3\nUmzugsdatum: 1. Mai",
        "Der Hund heißt Bello, Chipnummer 276098\nRasse Dackel",
        "Dienstag oder Donnerstag ab 14 Uhr",
        "Bauamt Dienstag 14 Uhr",
        "Zusätzlich:\nSchlagloch Bahnhofstr. 7\nWasser läuft in Keller",
        "Schlagloch Bahnhofstr. 7\nWasser läuft in Keller",
        "Zählerstand 12345\nAbgelesen 1.5.",
    ],
)
@pytest.mark.parametrize("rule", ["", "---\n\n"])
@pytest.mark.parametrize("card", ["", "\n\nMuseum Musterlingen\nTel. 0123 4567"])
def test_notes_below_the_name_are_matter(closing, note, rule, card):
    parts = quotes.split(f"{OWN}\n\n{closing}\n\n{rule}{note}{card}")
    assert parts.own.endswith(note)
    assert "Museum" not in parts.own


@pytest.mark.parametrize(
    "note",
    [
        "Zählerstand 12345\nAbgelesen 1.5.",
        "Alte Adresse: Dorfstr. 5\nNeue Adresse: Bergweg 3",
        "Mittwoch ab 14 Uhr",
        "Sofa abholen",
        "Lampe Dorfstr. 5 kaputt",
    ],
)
def test_notes_right_below_the_name_are_matter(note):
    parts = quotes.split(f"{OWN}\n\nMfG\nMeier\n{note}")
    assert parts.own == f"{OWN}\n\nMfG\n{note}"
    assert parts.signature == "Meier"


@pytest.mark.parametrize(
    "card",
    [
        "Dr. P. Standes\nLeiterin Museum und Bibliothek\nKulturstraße 1\n12345 Musterlingen\nTel. 0123 4567",
        "Dr. P. Standes\n\nMuseum und Bibliothek\nKulturstraße 1\n\nTel. 0123 4567\nwww.museum.example",
        "Max Muster\n\nMusterbau GmbH\nLange Straße 7\n\nTelefon: 0123 4567\n\nGeschäftsführer: Max Muster\nUSt-IdNr. DE123456789",
        "Max Muster\n\nStadt Musterlingen\nAmt für öffentliche Ordnung\nAm Markt 1, 12345 Musterlingen\n\nfon 0123 4567",
        "Petra Freitag\nAbteilung technische Dienste\n\nÖffnungszeiten:\nMo-Fr 8-12 Uhr\nSamstag 9-12 Uhr",
        "Max Muster\n\n[Logo der Stadt]\n\nPostfach 12345\n12345 Musterlingen\n\nFacebook: Stadt Musterlingen",
        "Jean Petit\nDirecteur du département\n\n12 rue de la Gare\nTél. 01 23 45 67 89",
    ],
)
def test_cards_of_several_paragraphs_are_signatures(card):
    assert quotes.split(f"{OWN}\n\nMit freundlichen Grüßen\n\n{card}").own == f"{OWN}\n\nMit freundlichen Grüßen"
