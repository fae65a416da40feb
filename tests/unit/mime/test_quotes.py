"""Own words, quotes and signatures, in the shapes that programs really send."""

from __future__ import annotations

import pytest

from daemon.mime import quotes

OWN = "Danke, aber die Tonne steht immer noch voll."

ANNOUNCEMENTS = [
    "Am 3. März 2026 um 14:05 schrieb Stadt Musterlingen <post@musterlingen.example>:",
    "Am Di., 3. März 2026 um 14:05 Uhr schrieb Stadt Musterlingen <\npost@musterlingen.example>:",
    "Am 03.03.2026 um 14:05 schrieb Stadt Musterlingen:",
    "Am 03.03.26 14:05 schrieb post@musterlingen.example:",
    "On Tue, Mar 3, 2026 at 2:05 PM Stadt Musterlingen <\npost@musterlingen.example> wrote:",
    "On 3 Mar 2026, at 14:05, Stadt Musterlingen <post@musterlingen.example> wrote:",
    "Le mar. 3 mars 2026 à 14:05, Ville <post@musterlingen.example> a écrit :",
    "Le 3 mars 2026 à 14:05, Ville <post@musterlingen.example> a écrit\xa0:",
    "Il giorno mar 3 mar 2026 alle ore 14:05 Comune <post@musterlingen.example> ha scritto:",
    "Il 03/03/2026 14:05, Comune ha scritto:",
    "Stadt Musterlingen <post@musterlingen.example> schrieb am Di., 3. März 2026, 14:05:",
    "Stadt Musterlingen <post@musterlingen.example> hat am 03.03.2026 14:05 geschrieben:",
    "2026-03-03 14:05 GMT+01:00 Stadt Musterlingen <post@musterlingen.example>:",
    "-------- Ursprüngliche Nachricht --------",
    "-----Ursprüngliche Nachricht-----\nVon: Stadt\nGesendet: Dienstag, 3. März 2026 14:05\nAn: Max\nBetreff: Tonne",
    "-----Original Message-----",
    "---------- Weitergeleitete Nachricht ---------",
    "---------- Forwarded message ---------",
    "Anfang der weitergeleiteten Nachricht:",
    "Begin forwarded message:",
    (
        "________________________________\nVon: Stadt Musterlingen <post@musterlingen.example>\n"
        "Gesendet: Dienstag, 3. März 2026 14:05\nAn: Max\nBetreff: Tonne"
    ),
    "Von: Stadt [mailto:post@musterlingen.example]\nGesendet: Dienstag, 3. März 2026 14:05\nAn: Max\nBetreff: Tonne",
    "*Von:* Stadt\n*Gesendet:* Dienstag, 3. März 2026 14:05\n*An:* Max\n*Betreff:* Tonne",
    "From: City\nSent: Tuesday, March 3, 2026 2:05 PM\nTo: Max\nSubject: Bin",
    "De : Ville\nEnvoyé : mardi 3 mars 2026 14:05\nÀ : Max\nObjet : Poubelle",
    "Da: Comune\nInviato: martedì 3 marzo 2026 14:05\nA: Max\nOggetto: Bidone",
    (
        "Gesendet: Dienstag, 03. März 2026 um 14:05 Uhr\nVon: Stadt <post@musterlingen.example>\n"
        "An: max@example.org\nBetreff: Tonne"
    ),
    "Von: Stadt\nDatum: 3. März 2026\nAn: Max\nBetreff: Tonne",
    "-------- Weitergeleitete Nachricht --------\nBetreff: \tTonne\nDatum: \tTue, 3 Mar 2026\nVon: \tStadt\nAn: \tMax",
]


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS)
@pytest.mark.parametrize("mark", ["", "> "])
def test_what_an_announcement_announces_is_quoted(announcement, mark):
    old = f"{mark}Ihr Anliegen ist bei uns.\n{mark}\n{mark}Mit freundlichen Grüßen"
    parts = quotes.split(f"{OWN}\n\n{announcement}\n\n{old}")
    assert parts.own == OWN
    assert "Ihr Anliegen ist bei uns." in parts.quoted
    assert announcement.split("\n")[-1].split(":")[0] in parts.quoted


@pytest.mark.parametrize(
    "footer",
    [
        "-- \nMax Muster\nMusterweg 1\n12345 Musterlingen",
        "--\nMax Muster",
        "Von meinem iPhone gesendet",
        "Von meinem Samsung Galaxy Smartphone gesendet.",
        "Von meinem/meiner Galaxy gesendet",
        "Gesendet mit der WEB.DE App",
        "Gesendet mit der GMX Mail App",
        "Gesendet von Outlook für Android<https://aka.ms/AAb9ysg>",
        "Gesendet von Mail für Windows",
        "Diese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.",
        "Holen Sie sich Outlook für iOS<https://aka.ms/o0ukef>",
        "Sent from my iPhone",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Envoyé de mon iPhone",
        "Télécharger Outlook pour iOS",
        "Inviato da iPhone",
        "Ottieni Outlook per Android",
        "Virenfrei. www.avg.com",
        (
            "Diese E-Mail enthält vertrauliche und/oder rechtlich geschützte Informationen. Wenn Sie nicht der richtige\n"
            "Adressat sind, informieren Sie bitte den Absender."
        ),
        "This e-mail may contain confidential and/or privileged information.",
        "Ce message et toutes les pièces jointes sont confidentiels et destinés à leurs destinataires.",
        "Questo messaggio e gli eventuali allegati sono riservati.",
        "Diese E-Mail wurde von Avast-Antivirussoftware auf Viren geprüft.\nwww.avast.com",
        "Bitte denken Sie an die Umwelt, bevor Sie diese E-Mail ausdrucken.",
        "Von meinem iPhone gesendet\n\nDiese E-Mail kann vertrauliche Informationen enthalten.",
    ],
)
@pytest.mark.parametrize("quoted", ["", "\n\nAm 03.03.2026 schrieb Stadt:\n> Guten Tag"])
def test_footers_are_the_signature(footer, quoted):
    parts = quotes.split(f"{OWN}\n\n{footer}{quoted}")
    assert parts.own == OWN
    assert footer.split("\n")[-1].strip() in parts.signature


def test_courtesy_closing_and_name_stay_with_the_sender():
    text = f"{OWN}\n\nMit freundlichen Grüßen\nMax Muster"
    assert quotes.split(text).own == text


def test_answers_below_and_between_quotes_stay_with_the_sender():
    text = (
        "Am 03.03.2026 um 14:05 schrieb Stadt:\n> Wo steht die Tonne?\n\nMusterweg 1\n\n> Seit wann?\n\nSeit Montag.\n"
        "\n-- \nMax\n"
    )
    parts = quotes.split(text)
    assert parts.own == "Musterweg 1\n\nSeit Montag."
    assert "Wo steht" in parts.quoted
    assert "Seit wann?" in parts.quoted
    assert parts.signature == "--\nMax"


def test_a_name_alone_announces_what_is_marked():
    parts = quotes.split("Max Muster schrieb:\n> Die Tonne ist voll.\n\nDas stimmt.")
    assert parts.own == "Das stimmt."
    assert parts.quoted == "Max Muster schrieb:\n> Die Tonne ist voll."


def test_a_mere_forward_is_what_the_sender_wants_to_say():
    text = "---------- Forwarded message ---------\nVon: A\nDate: 3. März\nSubject: x\n\nDie Laterne ist aus."
    parts = quotes.split(text)
    assert parts.own == text
    assert "Laterne" in parts.quoted


@pytest.mark.parametrize(
    "text",
    [
        "Am Montag schrieb ich Ihnen schon einmal:\nDie Tonne ist voll.",
        "Von: der Ecke Hauptstraße bis zum Markt ist alles dunkel.\nAn: der Bushaltestelle auch.",
        "Von meinem Balkon aus sehe ich jeden Tag, wie der Müll liegen bleibt.",
        "Am 3. März war ich bei Ihnen, und niemand war da.\nWas nun?",
        "Le lampadaire est cassé.\nOn peut le réparer?",
        "Diese E-Mail enthält vertrauliche Angaben über meinen Nachbarn.\n\nEr parkt jeden Tag auf dem Gehweg.",
        "--\nGuten Tag, die Laterne ist aus.",
        "Neue Nachricht\n\nVon: Max Muster\nDatum: 3. März 2026\nBetreff: Laterne\nNachricht: Sie ist aus.",
        "Der Nachbar schrieb:\nDie Tonne ist voll.",
        "Erstens.\n--\n" + "Zweitens, und noch viel mehr.\n" * 40 + "Ende",
        ">From here to the market it is dark.",
        "- Laterne 1\n- Laterne 2\n- Laterne 3",
        "Zu Punkt 1 -- der Radweg -- habe ich eine Frage.",
        "",
    ],
)
def test_a_citizens_own_words_are_left_alone(text):
    parts = quotes.split(text)
    assert parts.own == text
    assert parts.quoted == ""
