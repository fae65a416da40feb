"""What phones, mail services, virus scanners and offices append below a mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from daemon.mime.phrases.quoting import UNSEEN

#: A program or device, by which "Sent from …" is told from what people write.
_DEVICE: Final = (
    r"(?:iphone|ipad|android|samsung|galaxy|huawei|xiaomi|redmi|oppo|honor|pixel|outlook|yahoo|gmail|gmx|web\.?de|mail\.ru"
    r"|yandex|proton|thunderbird|bluemail|windows|mail\b|poczt|почт|пошт|posta\b|e-?posta|correo|telefo|cep tel|cellular"
    r"|mobi[el]|móvil|telemóvel|celular|smartphone|tablet|handy|komórk|smartfon|смартфон|телефон|мобильн|мобільн"
    r"|هاتف|جوال|آيفون|ايفون|الآيفون|موبايل|گوشی|موبایل|آیفون|تلفن)"
)
_SENT_FROM: Final = (
    r"wysłan[eo]|отправлено|надіслано|відправлено|відправлена|enviado (?:desde|do|a partir|através|pelo|por)|enviada (?:do|desde)",
    r"(?:verstuurd|verzonden) (?:vanaf|met|via|van)|trimis (?:de|din|cu)|posla(?:no|to) (?:s|sa|iz|putem)|dërguar nga",
    r"[أا]رسلت(?: هذه الرسالة)? من|مرسل(?:ة)? من|تم الإرسال (?:من|بواسطة)|ارسال شده (?:از|با)|از .{0,20}ارسال",
    r"pobierz|obtener|obter|obțineți|отримайте|завантаж(?:те|ити)|получите|скача(?:ть|йте)|preuzmite|احصل على|الحصول على|دریافت",
)
_FOOTER_LINE: Final = re.compile(
    r"(?:(?:von|aus) (?:meine[mrs]|unterwegs|outlook|samsung|yahoo|gmx|mobile|mobil).{0,60}\b(?:gesendet|gesandt|geschickt)\b"
    r"|von (?:meinem|meiner) (?:i?phone|ipad|handy|smartphone|tablet|mobil|android|samsung|huawei|xiaomi|galaxy)"
    r"|(?:diese (?:nachricht|e-?mail|mail) wurde )(?:von|mit|aus) .{0,80}gesendet"
    r"|(?:gesendet|versendet|geschickt|gesandt) (?:mit|von|über|via|aus) (?:der |dem |meine[mr] )?(?:web\.?de|gmx|outlook|mail|telekom"
    r"|t-online|freenet|yahoo|iphone|ipad|handy|smartphone|android|samsung|mobil|proton|k-9|1&1|ionos|bluemail|fairemail)"
    r"|sent (?:from|with|via|by|using) (?:my |the |yahoo|outlook|mail|proton|samsung|iphone|ipad|gmail|k-9|fairemail|bluemail|a mobile)"
    r"|(?:get|holen sie sich|télécharge[rz]|obtenez|ottieni|scarica|laden sie) outlook (?:for|für|pour|per)"
    r"|envoyé (?:de|depuis|à partir|avec) (?:mon|ma|l.application|yahoo|outlook|un mobile|proton)"
    r"|inviato (?:da|dal|con|tramite) (?:il mio |la mia |mio )?(?:iphone|ipad|smartphone|cellulare|outlook|yahoo|libero|dispositivo|proton|tablet)"
    rf"|(?:{'|'.join(_SENT_FROM)})\W.{{0,40}}?{_DEVICE}.{{0,60}}$"
    rf"|.{{0,20}}{_DEVICE}.{{0,40}}(?:gönderil(?:di|miştir)|edinin|downloaden|ارسال شد)\W*$"
    r"|virenfrei\.?(?:\s|$)|virus-free\.?(?:\s|$)|garanti sans virus|privo di virus|sans virus\.|libre de virus|livre de vírus"
    r"|sem vírus\.|virusvrij|wolny od wirusów|virüs bulunmuyor|не містить вірусів|без вирусов|fără viruși|خالٍ? من الفيروسات"
    r"|www\.(?:avast|avg)\.com|<https?://(?:www\.)?(?:avast|avg)\.com"
    r"|_{10,}$)",
    re.IGNORECASE,
)

_DISCLAIMER: Final = re.compile(
    r"\W{0,5}(?:(?:disclaimer|vertraulichkeitshinweis|confidentiality (?:notice|note)|important notice)\s?:"
    r"|(?:der inhalt )?dies(?:e|er) (?:e-?mail|mail|nachricht)(?: \(?(?:und|einschließlich|inkl).{0,60})? "
    r"(?:enthält|kann|können|könnte|ist|sind|wurde) .{0,60}(?:vertraulich|rechtlich geschützt|bestimmt|viren|avast|avg)"
    r"|this (?:e-?mail|message|communication|transmission)(?: \(?(?:and|including).{0,60})? "
    r"(?:is|may|contains?|has|was|are|might) .{0,60}(?:confidential|privileged|intended|virus|avast|avg|legally)"
    r"|the information (?:contained )?in this (?:e-?mail|message) .{0,60}(?:confidential|privileged|intended)"
    r"|ce(?:t)? (?:message|e-?mail|courriel) .{0,80}(?:confidentiel|destiné|virus|avast)"
    r"|(?:questo messaggio|questa e-?mail|il presente messaggio|le informazioni contenute) .{0,90}(?:riservat|confidenzial|destinat|virus)"
    r"|(?:bitte )?denken sie an (?:die|unsere) umwelt\W{1,4}(?:bevor|ehe)(?: sie)?(?: diese[ns]?)?(?:\W*$|.{0,60}(?:druck|mail|nachricht))"
    r"|bitte prüfen sie.{0,40}(?:mail|nachricht).{0,30}druck|please consider the environment\W{1,4}before (?:you )?print"
    r"|pensez à l.environnement\W{1,4}avant d.imprimer|pensa all.ambiente\W{1,4}prima di stampare"
    r"|(?:este mensaje|este correo|esta mensagem|este e-?mail) .{0,90}(?:confidencia|destinatari)"
    r"|(?:dit bericht|deze e-?mail) .{0,90}(?:vertrouwelijk|bestemd)|(?:ta wiadomość|niniejsza wiadomość|treść tej wiadomości) .{0,90}poufn"
    r"|bu (?:e-?posta|mesaj|ileti) .{0,90}(?:gizli|kişiye özel)|(?:цей лист|це повідомлення) .{0,90}конфіденці"
    r"|(?:данное|это) (?:письмо|сообщение) .{0,90}конфиденци"
    r"|(?:if you (?:are not the intended|have received this|received this)|any unauthori[sz]ed)\b"
    r"|(?:wenn|sollten|falls) sie (?:diese|dieses) .{0,50}(?:empfänger|adressat|irrtümlich|versehentlich)"
    r"|das unerlaubte (?:kopieren|weiter)|(?:jede|eine) unbefugte (?:nutzung|weitergabe|verwendung)"
    r"|si vous (?:n.êtes pas|avez reçu) .{0,40}(?:destinataire|message|courriel|erreur)"
    r"|(?:se|qualora) .{0,20}(?:ricevuto|destinatari).{0,60}(?:errore|messaggio|destinatari))",
    re.IGNORECASE,
)
#: Headings and mottos, which a citizen sets, too: nobody's words where a disclaimer follows, or nothing.
_HEADING: Final = re.compile(
    r"\W{0,5}(?:(?:wichtiger |rechtlicher |allgemeiner )?(?:hinweis|disclaimer|vertraulichkeitshinweis|haftungsausschluss|datenschutzhinweis"
    r"|confidentiality (?:notice|note)|legal (?:notice|disclaimer)|avis de confidentialité|avvertenza|avviso di riservatezza"
    r"|(?:bitte )?denken sie an (?:die|unsere) umwelt|please consider the environment|pensez à l.environnement|pensa all.ambiente)\W{0,5}$)",
    re.IGNORECASE,
)
#: What offices and citizens begin alike: an office does not go on to speak of itself.
_AMBIGUOUS: Final = re.compile(
    r"\W{0,5}(?:(?:wenn|sollten|falls) sie nicht .{0,50}(?:empfänger|adressat|irrtümlich|versehentlich)"
    r"|informationen zum datenschutz|datenschutzinformationen|hinweise zum datenschutz)",
    re.IGNORECASE,
)
_PERSONAL: Final = re.compile(
    r"\b(?:ich|mich|mir|mein(?:e[mnrs]?)?|(?<!nicht )(?-i:weiterleiten)|leiten sie .{0,60}\bweiter)\b|\?(?:\W|$)",
    re.IGNORECASE,
)

#: What an office says to everybody, below its name. Sentences, but nobody's matter.
_STANDING: Final = re.compile(
    r"\W{0,5}(?:(?:besuchen|folgen|finden|abonnieren|erreichen|liken|entdecken|kennen|treffen) sie (?:uns|unsere[nrms]?|jetzt|schon)\b"
    r"|sie finden uns|bitte beachten sie (?:unsere|die (?:neuen|geänderten))|unsere (?:büro|öffnungs|sprech|geschäfts)zeiten"
    r"|(?:öffnungs|sprech|büro|service|geschäfts|erreichbarkeits)zeiten|termine? (?:nur )?nach vereinbarung|ich arbeite (?:in )?(?:teilzeit|\w+ ?[-–] ?\w+)"
    r"|(?:visit|follow|find|like) (?:us|our)\b|(?:suivez|retrouvez|visitez|rejoignez)[- ]n(?:ous|otre)|(?:seguite?ci|visitate?|visita) (?:su|il|la)\b"
    r"|(?:informationen|hinweise|angaben) (?:zur|zum|über).{0,40}verarbeitung"
    r"|(?:wir verarbeiten|ihre) (?:ihre )?(?:personenbezogenen )?daten\b|bitte (?:nur )?(?:ausdrucken|drucken)"
    r"|(?:save|think before|schonen sie|papier sparen|muss diese e-?mail))",
    re.IGNORECASE,
)

_CONTACT: Final = re.compile(
    r"(?:tel|telefon|telephone|phone|fon|fax|telefax|mobil|mobile|handy|cell|tél|téléphone|natel|gsm|telefono|cellulare|teléfono|telefone"
    r"|telefoon|тел|телефон|моб|هاتف|جوال|e-?mail|mail|web|internet|homepage|www|ust-?id\S*|hrb|hra|iban|steuernummer)\b\s?\.?-?:?\s*\S*[\d@.(+]"
    r"|[tfmew]\s?[:.|]?\s\(?\+?0?[\d(]|\(?\+\d[\d\s()/.-]{6,}$|0\d[\d\s()/.-]{5,}$"
    r"|(?:[a-z]{1,2}-)?\d{4,5}\s[^\W\d_a-z][\w. -]{1,30}$|\S+@\S+\.\S+$|<?(?:https?://|www\.)\S+$",
    re.IGNORECASE,
)


def is_footer_line(line: str) -> bool:
    """Whether a line was appended by a phone, a mail service or a virus scanner."""
    return _FOOTER_LINE.match(line.translate(UNSEEN)) is not None


def disclaimers(lines: Sequence[str]) -> frozenset[int]:
    """Which lines of a paragraph begin an office's standing text, that goes to the paragraph's end."""
    sure = {index for index, line in enumerate(lines) if _DISCLAIMER.match(line)}
    last = max(sure, default=-1)
    personal = max(
        (i for i, line in enumerate(lines) if _PERSONAL.search(line) and not is_footer_line(line)), default=-1
    )
    headings = {i for i, line in enumerate(lines) if i < last and _HEADING.match(line)}
    ambiguous = {i for i, line in enumerate(lines) if _AMBIGUOUS.match(line) and (i < last or personal < i)}
    return frozenset(sure | headings | ambiguous)


def is_heading(line: str) -> bool:
    """Whether a line is a heading or a motto as offices set them: nobody's words where nothing follows."""
    return _HEADING.match(line) is not None


def is_standing(line: str) -> bool:
    """Whether a line below a name is what an office says to everybody: hours, invitations to its site."""
    return _STANDING.match(line) is not None


def is_contact(line: str) -> bool:
    """Whether a line is a telephone number, a mail address, a site, as signatures have them."""
    return _CONTACT.match(line) is not None
