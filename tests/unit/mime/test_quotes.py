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
    # Turkish
    "Stadt Musterlingen <post@musterlingen.example>, 3 Kas 2026 Sal, 10:00 tarihinde şunu yazdı:",
    "Stadt Musterlingen <post@musterlingen.example>, 3 Kas 2026 Sal,\n10:00 tarihinde şunu yazdı:",
    "Stadt <post@musterlingen.example> şunları yazdı (3 Kas 2026 10:00):",
    "3.11.2026 10:00 tarihinde Stadt yazdı:",
    "Kimden: Stadt\nGönderildi: 3 Kasım 2026 Salı 10:00\nKime: Max\nKonu: Tonne",
    "-----Özgün İleti-----",
    # Polish
    "W dniu 3.11.2026 o 10:00 Stadt pisze:",
    "W dniu 03.11.2026 o 10:00, Stadt Musterlingen <post@musterlingen.example> pisze:",
    "wt., 3 lis 2026 o 10:00 Stadt Musterlingen <post@musterlingen.example> napisał(a):",
    "Dnia 3 listopada 2026 10:00 Stadt <post@musterlingen.example> napisał(a):",
    "Wiadomość napisana przez Stadt <post@musterlingen.example> w dniu 03.11.2026, o godz. 10:00:",
    "Od: Stadt <post@musterlingen.example>\nWysłano: wtorek, 3 listopada 2026 10:00\nDo: Max\nTemat: Tonne",
    "-------- Oryginalna wiadomość --------",
    # Ukrainian, Russian
    "вт, 3 лист. 2026 р. о 10:00 Stadt Musterlingen <post@musterlingen.example> пише:",
    "03.11.26 10:00, Stadt пише:",
    "Від: Stadt <post@musterlingen.example>\nНадіслано: 3 листопада 2026 р. 10:00\nКому: Max\nТема: Tonne",
    "вт, 3 нояб. 2026 г. в 10:00, Stadt <post@musterlingen.example>:",
    "03.11.2026 10:00, Stadt пишет:",
    "От: Stadt\nОтправлено: 3 ноября 2026 г. 10:00\nКому: Max\nТема: Tonne",
    "-------- Переслане повідомлення --------",
    # Arabic, with marks of direction as programs set them; Persian
    "\u202bفي الثلاثاء، 3 نوفمبر 2026 في 10:00 ص تمت كتابة ما يلي بواسطة \u202aStadt\u202c <\u202apost@m.example\u202c>:\u202c",
    "في ٣ نوفمبر ٢٠٢٦، الساعة ١٠:٠٠ ص، كتب Stadt <post@musterlingen.example>:",
    "من: Stadt <post@musterlingen.example>\nتاريخ الإرسال: 3 نوفمبر 2026\nإلى: Max\nالموضوع: Tonne",
    "در تاریخ سه‌شنبه ۳ نوامبر ۲۰۲۶، ۱۰:۰۰ Stadt <post@musterlingen.example> نوشت:",
    # Spanish, Portuguese, Dutch, Romanian, Croatian, Albanian
    "El mar, 3 nov 2026 a las 10:00, Stadt (<post@musterlingen.example>) escribió:",
    "De: Stadt\nEnviado: martes, 3 de noviembre de 2026 10:00\nPara: Max\nAsunto: Tonne",
    "Em ter., 3 de nov. de 2026 às 10:00, Stadt <post@musterlingen.example> escreveu:",
    "De: Stadt\nEnviada em: 3 de novembro de 2026 10:00\nPara: Max\nAssunto: Tonne",
    "Op di 3 nov 2026 om 10:00 schreef Stadt <post@musterlingen.example>:",
    "Van: Stadt\nVerzonden: dinsdag 3 november 2026 10:00\nAan: Max\nOnderwerp: Tonne",
    "În mar., 3 nov. 2026 la 10:00, Stadt <post@musterlingen.example> a scris:",
    "De la: Stadt\nTrimis: marți, 3 noiembrie 2026 10:00\nCătre: Max\nSubiect: Tonne",
    "uto, 3. stu 2026. u 10:00 Stadt <post@musterlingen.example> napisao je:",
    "Dana 3.11.2026. u 10:00, Stadt je napisao/la:",
    "Od: Stadt\nPoslano: 3. studenoga 2026. 10:00\nPrima: Max\nPredmet: Tonne",
    "Më mar, 3 nën 2026 në 10:00 Stadt <post@musterlingen.example> shkroi:",
    "Nga: Stadt\nDërguar: 3 nëntor 2026 10:00\nPër: Max\nSubjekti: Tonne",
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
        "iPhone'umdan gönderildi",
        "Samsung cep telefonumdan gönderildi.",
        "Android için Outlook'u edinin",
        "Wysłane z iPhone'a",
        "Wysłano z telefonu Samsung Galaxy",
        "Надіслано з iPhone",
        "Надіслано з мого телефону Samsung",
        "Отправлено с iPhone",
        "Отправлено из мобильной Почты Mail.ru",
        "أُرسلت من الـ iPhone",
        "مرسل من هاتف Samsung",
        "ارسال شده از آیفون",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Trimis de pe iPhone",
        "Poslano s mog iPhonea",
        "Dërguar nga iPhone",
    ],
)
@pytest.mark.parametrize("quoted", ["", "\n\nAm 03.03.2026 schrieb Stadt:\n> Guten Tag"])
def test_footers_are_the_signature(footer, quoted):
    parts = quotes.split(f"{OWN}\n\n{footer}{quoted}")
    assert parts.own == OWN
    assert footer.split("\n")[-1].strip() in parts.signature


def test_the_courtesy_closing_stays_with_the_sender():
    parts = quotes.split(f"{OWN}\n\nMit freundlichen Grüßen\nMax Muster")
    assert parts.own == f"{OWN}\n\nMit freundlichen Grüßen"
    assert parts.signature == "Max Muster"


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


@pytest.mark.parametrize(
    "wrapping",
    [
        "---------- Forwarded message ---------\nVon: A <a@b.example>\nDate: Di., 3. März 2026\nSubject: x\nTo: <c@d.example>",
        "-------- Weitergeleitete Nachricht --------\nBetreff: \tx\nDatum: \t3. März\nVon: \tA\nAn: \tB\nAntwort an: \tC",
        "Anfang der weitergeleiteten Nachricht:\n\nVon: A <a@b.example>\nBetreff: x\nDatum: 3. März 2026 um 10:00:00 MEZ\nAn: B",
        "________________________________\nVon: A\nGesendet: 3. März 2026\nAn: B <b@d.example>;\n C <c@d.example>\nBetreff: x",
        "-------- Original Message --------\nSubject: \tFwd: Ein langer Betreff\nüber zwei Zeilen\nDate: \tx\nFrom: \tA\nTo: \tB",
        "-----Oryginalna wiadomość-----\nOd: A\nWysłano: 3 marca 2026\nDo: B\nTemat: x",
        (
            "---------- Forwarded message ---------\nVon: A\nDate: 3. März\nSubject: x\n\n---------- Forwarded message ---------\n"
            "Von: B\nDate: 2. März\nSubject: x"
        ),
        "Am 03.03.2026 um 14:05 schrieb A <a@b.example>:",
    ],
)
@pytest.mark.parametrize("mark", ["", "> "])
@pytest.mark.parametrize("before", ["", "-- \nMax Muster\n\n", "Von meinem iPhone gesendet\n\n"])
def test_a_mere_forward_is_what_the_sender_wants_to_say(wrapping, mark, before):
    old = f"{wrapping}\n\nDie Laterne ist aus.\n\nMit freundlichen Grüßen\nErika Muster\nMuseum Musterlingen"
    parts = quotes.split(before + "\n".join(mark + line for line in old.split("\n")), "Fwd: x")
    assert parts.own == "Die Laterne ist aus.\n\nMit freundlichen Grüßen"
    assert "Laterne" in parts.quoted


def test_courtesy_alone_above_a_forward_is_no_matter():
    text = (
        "Guten Tag,\n\nMit freundlichen Grüßen\nMax Muster\nKulturamt\n\n---------- Forwarded message ---------\n"
        "Von: A\nDate: x\nSubject: y\n\nDie Laterne ist aus."
    )
    parts = quotes.split(text, "WG: y")
    assert parts.own == "Die Laterne ist aus."
    assert parts.signature == "Max Muster\nKulturamt"


def test_a_forward_with_a_word_of_its_own_is_that_word():
    text = "Bitte kümmern Sie sich darum.\n\n---------- Forwarded message ---------\nVon: A\nDate: x\n\nDie Laterne ist aus."
    assert quotes.split(text, "Fwd: x").own == "Bitte kümmern Sie sich darum."


@pytest.mark.parametrize(
    "footer", ["Von meinem iPhone gesendet", "-- \nDr. P. Standes\nLeiterin Museum", "Надіслано з iPhone"]
)
@pytest.mark.parametrize(("subject", "own"), [("Laterne am Markt defekt", ""), ("", "text"), ("Re:", "text")])
def test_a_footer_speaks_only_where_the_subject_says_nothing(footer, subject, own):
    parts = quotes.split(footer, subject)
    assert parts.own == (own and footer.replace("-- ", "--"))
    assert parts.signature == ("" if own else footer.replace("-- ", "--"))


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
        "W dniu 3.11.2026 byłem u Państwa.\nCo teraz?",
        "3.11.2026 tarihinde geldim, kimse yoktu.",
        "Od: poniedziałku latarnia nie świeci.\nDo: dziś nic.",
        "Enviado ayer por correo, sin respuesta.",
        "Guten Tag,\nDiese Nachricht ist für das Bauamt bestimmt: Die Laterne ist aus.",
        "Guten Tag,\n\nDiese Nachricht ist für das Bauamt bestimmt. Die Laterne ist aus.",
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


@pytest.mark.parametrize(
    "text",
    [
        'Am 3.3.24 schrieben Sie mir:\n"Die Tonne wird geleert."\nSie wurde nie geleert.',
        "Am 3.3.2024 hat jemand, der Sprüche schrieb\nan der Schule randaliert.",
        "Guten Tag,\nAm 3.3.2024 um 22 Uhr schrieb\nmein Nachbar an die Wand",
        "On 3 March 2024 somebody wrote\nslogans on the wall of our school.",
    ],
)
@pytest.mark.parametrize("subject", ["", "Tonne", "Tonne: Hauptstr. 5"])
def test_who_tells_what_somebody_wrote_tells_it_himself(text, subject):
    assert quotes.split(text, subject) == quotes.Parts(text, "", "")


@pytest.mark.parametrize("subject", ["Re: Tonne", "AW: Tonne", "Antw: Tonne", "Ynt: Tonne", "Odp: Tonne"])
def test_an_answer_without_a_word_is_read_for_what_it_answers(subject):
    parts = quotes.split("Am 03.03.2026 um 14:05 schrieb A <a@b.example>:\n\nDie Laterne ist aus.", subject)
    assert parts.own == "Die Laterne ist aus."


@pytest.mark.parametrize(
    "last",
    [
        "Bitte denken Sie an die Umwelt und stellen Sie mehr Mülleimer am See auf.\nEs liegt alles voll.",
        "Denken Sie an die Umwelt!\nEs liegt alles voll.",
        "Denken Sie an die Umwelt, bevor Sie die Linden fällen!",
        "Datenschutzinformationen zu meiner Person: welche Daten speichern Sie über mich? Ich verlange Auskunft.",
        "Informationen zum Datenschutz fehlen auf der Seite.\nWer ist dafür zuständig?",
        "Hinweis:\nDort liegen Spritzen und Scherben.",
        "Falls Sie nicht der richtige Empfänger sind, bitte weiterleiten.\nEr ist 3 Jahre alt und heisst Bello.",
        "Sollten Sie nicht der richtige Adressat sein, leiten Sie das bitte weiter.\nEr heisst Bello.",
    ],
)
@pytest.mark.parametrize("closing", ["", "Mit freundlichen Grüßen\nMax Muster\n\n"])
def test_a_citizen_may_speak_as_offices_do(last, closing):
    assert quotes.split(f"{OWN}\n\n{closing}{last}").own.endswith(last)


@pytest.mark.parametrize(
    "footer",
    [
        "Hinweis:\nDiese E-Mail kann vertrauliche Informationen enthalten.",
        "Hinweis:\n\nDiese E-Mail kann vertrauliche Informationen enthalten.",
        "Denken Sie an die Umwelt, bevor Sie drucken.",
        "Bitte denken Sie an die Umwelt!",
        "Bitte denken Sie an die Umwelt, bevor\nSie diese E-Mail ausdrucken.",
        "Bitte prüfen Sie, ob diese E-Mail ausgedruckt werden muss.",
        "Datenschutzinformationen: www.stadt.example/datenschutz?id=5",
        "Wenn Sie nicht der richtige Adressat sind, informieren Sie bitte sofort den Absender.",
    ],
)
def test_offices_standing_texts_are_no_matter(footer):
    assert quotes.split(f"{OWN}\n\n{footer}").own == OWN
