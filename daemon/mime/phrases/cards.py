"""What stands on a card below a name: posts, companies, addresses; and what a citizen notes there without a sentence."""

from __future__ import annotations

import re
from typing import Final

from daemon.mime.phrases.closings import names_person
from daemon.mime.phrases.footers import is_contact, is_standing

_POST: Final = re.compile(
    r"\b(?:\w*leiter(?:in)?|\w*leitung|geschäftsführ\w*|vorstand\w*|vorsitzende?r?|\w*sachbearbeit\w*|\w*sekret[aä]r\w*|\w*bürgermeister(?:in)?"
    r"|\w*referent(?:in)?|\w*beauftragte?r?|inhaber(?:in)?|\w*manager(?:in)?|dire[ck]t(?:or(?:in)?|eur|rice|ora)|direttor\w*|head of|assist\w*"
    r"|officer|coordinator|engineer|consultant|responsable|responsabile|kierowni\w*|dyrektor\w*|müdür\w*|\w*architekt(?:in)?|\w*anw[aä]lt\w*"
    r"|\w*kanzlei|fachbereich|abteilung|dezernat|sachgebiet|referat|fachdienst|geschäftsstelle|\w*verwaltung|museum|\w*bibliothek|\w*bücherei"
    r"|universität|hochschule|institut|stadtwerke|\w*kasse|landkreis|\w*ministerium|\w*verband|\w*verein|e\. ?v\.|g?gmbh|mbh|kg|ohg|gbr|ltd|inc|llc"
    r"|plc|sàrl|s\.r\.l|s\.p\.a|b\.v|amtsgericht|registergericht|handelsregister|hrb|registered|department|kundenservice|postfach)\b"
    r"|\b(?-i:[A-ZÄÖÜ])\w{2,}amt\b|\b(?-i:AG|UG|SE|SA)$|(?:ihr |euer )?(?:\w+ )?team\b|^(?:stadt|gemeinde|commune|comune|ville|city of)\s",
    re.IGNORECASE,
)
_TITLED: Final = re.compile(r"(?:dr|prof|dipl|i\. ?[av])\.", re.IGNORECASE)
#: A picture, a line of mere signs.
_ORNAMENT: Final = re.compile(r"\[[^\]]*\]$|[\W_]+$")
_NUMBER: Final = r"\s?\d{1,4}\s?[a-z]?(?:\s?[-/]\s?\d{1,4}\s?[a-z]?)?(?:\s?[,·|/–-].*)?$"
_WAY: Final = r"(?:str\.?|stra(?:ß|ss)e|weg|gasse|platz|allee|ring|ufer|damm|chaussee|steig|promenade|markt)"
#: "Schlagloch Bahnhofstr. 7" is none: before a way's whole name there stands what is there.
_ADDRESS: Final = re.compile(
    rf"(?:[\w.-]*{_WAY}|(?:[\w.-]+ ){{1,3}}{_WAY}|(?:am|an de[rnm]|im|in de[rnm]|zu[mr]|auf de[rnm]|unter den|bei der) [^\W\d]{{3,25}}){_NUMBER}"
    r"|(?:via|viale|piazza|corso|rue|avenue|place|calle|plaza) [^\d]{2,40}\d{1,4}\b|\d{1,4},? .{2,30}\b(?:street|road|lane|avenue|rue)$"
    r"|(?:.{0,60}[,|·]\s?)?(?:[a-z]{1,2}-)?\d{4,5} (?-i:[A-ZÀ-ÞĀ-Ž])[\w. /()-]{1,40}$",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(r"([^\W\d_][^\d:|@]{1,40}?)\s?:(?![-)(/])\s*")
_CARD_LABEL: Final = re.compile(
    r"(?:tel|fon|phone|fax|mobil|handy|e-?mail|mail|web|internet|homepage|http|adress|anschrift|haus|post|besuch|sitz|bank|konto|iban|bic|ust|umsatz"
    r"|steuer|vat|tax|register|handels|aufsichtsrat|vertret|büro|zentrale|durchwahl|direkt|direct|office|cell|address|skype|facebook|instagram"
    r"|linkedin|twitter|youtube|whatsapp|telegram|signal|threema|mastodon|raum|zimmer|gebäude|company|gläubiger|natel|gsm|siège|tél|portable"
    r"|courriel|site|sede|indirizzo|pec|datenschutz|impressum|\w*zeiten|from|von)",
    re.IGNORECASE,
)
_WEEKDAY: Final = (
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|(?:mon|tues|wednes|thurs|fri|satur|sun)day|lundi|mardi|mercredi"
    r"|jeudi|vendredi|samedi|dimanche|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica)s?\b"
)
_MONTH: Final = r"(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)\b"
_TIME: Final = re.compile(
    rf"\b(?:{_WEEKDAY}|\d{{1,2}}\. ?{_MONTH}|\d{{1,2}}(?:[.:]\d{{2}})?\s?(?:uhr|h|[ap]m)\b|\d{{1,2}}:\d{{2}}\b)"
    r"|(?<![\d.])\d{1,2}\.\s?\d{1,2}\.(?:\d{2,4})?(?![\d.])",
    re.IGNORECASE,
)
_BEGINS_WEEKDAY: Final = re.compile(_WEEKDAY, re.IGNORECASE)
#: A verb or what is done to a thing: "läuft", "kaputt", "abholen". Names and posts have few words in small letters.
_DOING: Final = re.compile(r"(?:^|\s)(?:[a-zäöüß]{3,}t[.,;!]?(?=\s|$)|[a-zäöüß]{3,}en[.,;!]?$)")
#: What is read off a meter or a chip; no house has so high a number, and telephones begin otherwise.
_READING: Final = re.compile(r"[^\W\d]\W{0,3} (?<!\d )[1-9]\d{4,}\b")


def is_card(line: str) -> bool:
    """Whether a line can only be a card's: contact, hours, post, company, address. A bare name is not told from a thing."""
    if is_contact(line) or is_standing(line) or _ORNAMENT.match(line) or _TITLED.match(line):
        return True
    if label := _LABEL.match(line):
        return _CARD_LABEL.match(label[1]) is not None or _POST.search(label[1]) is not None
    return not names_time(line) and (_POST.search(line) is not None or _ADDRESS.match(line) is not None)


def names_time(line: str) -> bool:
    """Whether a line names a day or an hour. "Petra Freitag" does not."""
    if _TIME.search(line) is None:
        return False
    return _BEGINS_WEEKDAY.match(line) is not None or not names_person(line)


def is_noted(line: str) -> bool:
    """Whether a line below a name notes something without a sentence: a label and its value, a time, what is to be done."""
    if is_card(line):
        return False
    if _LABEL.match(line) or names_time(line) or _READING.search(line):
        return True
    return "|" not in line and "@" not in line and " " in line and _DOING.search(line) is not None


def heads_note(line: str) -> bool:
    """Whether a line says that more follows: "Zusätzlich:"."""
    return line.endswith(":") and _LABEL.match(line) is not None and not is_card(line)
