"""The words that mail programs write around quotes and below mails, in the languages of our citizens.

A table: to teach a new program or language, add its words here and a line to the test. Patterns are
anchored and hold no nested repetition, so each costs at most one pass over one line.
"""

from __future__ import annotations

import re
from typing import Final

_MAY_ANNOUNCE: Final = re.compile(
    r"(?:am|on|le|il|in data|den|op|el|em|dne|dnia|pe|zo|\d{1,4}[./-]\d|[A-Za-zÀ-ž\"'<(\[].*(?:schrieb(?:en)?|wrote|écrit|ha scritto))"
    r"(?:\b|\d)",
    re.IGNORECASE,
)
_ANNOUNCES: Final = re.compile(
    r".{3,}\b(?:(?:ge)?schrieb(?:en)?|wrote|writes|a écrit|écrivait|ha scritto|scrive|schreef|escribió|escreveu"
    r"|napisał\(?a?\)?|skrev|yazdı)\b.{0,200}:$"
    r"|.{3,}\b(?:schrieb|wrote|a écrit|ha scritto)\s*:?$"
    r"|\d{4}-\d\d-\d\d\b.{3,}<[^<>]+@[^<>]+>:$",
    re.IGNORECASE,
)
_DATED: Final = re.compile(r"\d|@|<")

_SEPARATES: Final = re.compile(
    r"-{2,}\s*(?:urspr(?:ü|ue)ngliche (?:nachricht|e-?mail)|original(?:-?nachricht| message|message| nachricht| e-?mail)"
    r"|weitergeleitete nachricht|forwarded message|original appointment|ursprünglicher termin|message d'origine"
    r"|message d’origine|message transféré|messaggio originale|messaggio inoltrato|forwarded by|reply message"
    r"|message original|mensaje original|oorspronkelijk bericht|anfang der weitergeleiteten).{0,100}-{0,}$"
    r"|(?:anfang der weitergeleiteten (?:e-?mail|nachricht)|begin forwarded message|début du message (?:réexpédié|transféré)"
    r"|inizio messaggio inoltrato|weitergeleitete nachricht von):?$",
    re.IGNORECASE,
)

_HEADER_FIELDS: Final = {
    "from": ("von", "from", "de", "da", "absender", "expéditeur", "mittente"),
    "date": (
        "gesendet",
        "gesendet am",
        "datum",
        "sent",
        "date",
        "envoyé",
        "data",
        "inviato",
        "gesendet von",
        "envoyé le",
    ),
    "to": ("an", "to", "à", "a", "empfänger", "destinataire", "destinatario", "cc", "kopie"),
    "subject": ("betreff", "subject", "objet", "oggetto", "betr"),
}
_FIELD_KINDS: Final = {word: kind for kind, names in _HEADER_FIELDS.items() for word in names}
_HEADER_FIELD: Final = re.compile(r"([A-Za-zÀ-ž][A-Za-zÀ-ž ]{0,15}?)\s?\*?\s?:")

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
    r"|virenfrei\.?(?:\s|$)|virus-free\.?(?:\s|$)|garanti sans virus|privo di virus|sans virus\."
    r"|www\.(?:avast|avg)\.com|<https?://(?:www\.)?(?:avast|avg)\.com"
    r"|_{10,}$)",
    re.IGNORECASE,
)

_DISCLAIMER: Final = re.compile(
    r"\W{0,5}(?:(?:wichtiger |rechtlicher |allgemeiner )?(?:hinweis|disclaimer|vertraulichkeitshinweis|haftungsausschluss|datenschutzhinweis"
    r"|confidentiality (?:notice|note)|legal (?:notice|disclaimer)|avis de confidentialité|avvertenza|avviso di riservatezza)\W{0,5}$"
    r"|(?:disclaimer|vertraulichkeitshinweis|confidentiality (?:notice|note)|important notice)\s?:"
    r"|(?:der inhalt )?dies(?:e|er) (?:e-?mail|mail|nachricht)(?: \(?(?:und|einschließlich|inkl).{0,60})? "
    r"(?:enthält|kann|können|könnte|ist|sind|wurde) .{0,60}(?:vertraulich|rechtlich geschützt|bestimmt|viren|avast|avg)"
    r"|this (?:e-?mail|message|communication|transmission)(?: \(?(?:and|including).{0,60})? "
    r"(?:is|may|contains?|has|was|are|might) .{0,60}(?:confidential|privileged|intended|virus|avast|avg|legally)"
    r"|the information (?:contained )?in this (?:e-?mail|message) .{0,60}(?:confidential|privileged|intended)"
    r"|ce(?:t)? (?:message|e-?mail|courriel) .{0,80}(?:confidentiel|destiné|virus|avast)"
    r"|(?:questo messaggio|questa e-?mail|il presente messaggio|le informazioni contenute) .{0,90}(?:riservat|confidenzial|destinat|virus)"
    r"|(?:bitte (?:denken|prüfen) sie .{0,40}(?:umwelt|ausdruck)|denken sie an die umwelt|please consider the environment"
    r"|pensez à l.environnement|pensa all.ambiente)"
    r"|informationen zum datenschutz|datenschutzinformationen|hinweise zum datenschutz)",
    re.IGNORECASE,
)


def may_announce(line: str) -> bool:
    """Whether a line can be the first of "Am 3. März schrieb …:" (cheap; most lines are not)."""
    return _MAY_ANNOUNCE.match(line[:300]) is not None


def announces_quote(text: str) -> bool:
    """Whether these words can announce a quote. People write "Er schrieb:" too: see `is_dated`."""
    return _ANNOUNCES.match(text) is not None


def is_dated(text: str) -> bool:
    """Whether a date or an address is among these words, as in the lines that programs write."""
    return _DATED.search(text) is not None


def separates(line: str) -> bool:
    """Whether a line says that the original or forwarded message follows."""
    return _SEPARATES.match(line[:300]) is not None


def header_field(line: str) -> str | None:
    """Which field of an old mail's header a line shows (from, date, to, subject), or None."""
    match = _HEADER_FIELD.match(line)
    return _FIELD_KINDS.get(match[1].strip().lower()) if match else None


def is_footer_line(line: str) -> bool:
    """Whether a line was appended by a phone, a mail service or a virus scanner."""
    return _FOOTER_LINE.match(line) is not None


def is_disclaimer(line: str) -> bool:
    """Whether a paragraph that starts with this line is an office's standing text."""
    return _DISCLAIMER.match(line) is not None
