"""What a delivery report says about a message of ours, in words that staff understand.

Owns the reading of enhanced status codes (RFC 3463) and of actions (RFC 3464 §2.3.3). Pure.
"""

from __future__ import annotations

import re

from daemon.model import BounceNews, Issued, Kind, Message, Verdict

_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_SMTP_REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ -]|$)", re.MULTILINE)
_LASTING_WORDS = re.compile(
    r"permanent|fatal|given up|giving up|endgültig|dauerhaft|user unknown|no such user|unzustellbar", re.IGNORECASE
)
#: What is reported as done or on its way: no failure (RFC 3464 §2.3.3).
_DELIVERED = ("delivered", "relayed", "expanded")

#: Code without its class -> German, English (RFC 3463 §3, and later entries of its registry).
_WORDS: dict[str, tuple[str, str]] = {
    "1.0": ("Mit der Adresse stimmt etwas nicht", "Something is wrong with the address"),
    "1.1": ("Diese Adresse gibt es nicht", "There is no such address"),
    "1.2": ("Diesen Mailserver gibt es nicht", "There is no such mail server"),
    "1.3": ("Die Adresse ist falsch geschrieben", "The address is written wrongly"),
    "1.4": ("Die Adresse ist mehrdeutig", "The address is ambiguous"),
    "1.6": ("Das Postfach ist umgezogen, ohne neue Adresse", "The mailbox has moved and left no address"),
    "1.7": ("Der Server nimmt unsere Absenderadresse nicht an", "The server does not accept our sender address"),
    "1.8": (
        "Der Server hält unsere Absenderadresse für ungültig",
        "The server believes our sender address to be invalid",
    ),
    "1.10": ("Diese Domain nimmt keine E-Mails an", "This domain accepts no mail"),
    "2.0": ("Mit dem Postfach stimmt etwas nicht", "Something is wrong with the mailbox"),
    "2.1": ("Das Postfach ist abgeschaltet", "The mailbox is disabled"),
    "2.2": ("Das Postfach ist voll", "The mailbox is full"),
    "2.3": ("Die Nachricht ist für dieses Postfach zu gross", "The message is too long for this mailbox"),
    "2.4": ("Ein Verteiler konnte nicht aufgelöst werden", "A mailing list could not be expanded"),
    "3.0": ("Der Mailserver des Empfängers ist gestört", "The recipient's mail system has a fault"),
    "3.1": ("Der Speicher des Mailservers ist voll", "The mail system's storage is full"),
    "3.2": ("Der Mailserver nimmt zurzeit nichts an", "The mail system accepts nothing at present"),
    "3.4": ("Die Nachricht ist für den Mailserver zu gross", "The message is too big for the mail system"),
    "4.0": ("Das Netz ist gestört", "The network has a fault"),
    "4.1": ("Der Mailserver antwortet nicht", "The mail server does not answer"),
    "4.2": ("Die Verbindung zum Mailserver brach ab", "The connection to the mail server broke"),
    "4.3": ("Der Mailserver ist im Netz nicht auffindbar (Namensdienst)", "The directory server failed"),
    "4.4": ("Zum Mailserver gibt es keinen Weg", "There is no route to the mail server"),
    "4.5": ("Der Mailserver ist überlastet", "The mail system is congested"),
    "4.6": ("Die Nachricht lief im Kreis", "The message went round in a circle"),
    "4.7": ("Die Zustellung dauerte zu lange", "The delivery took too long"),
    "5.0": ("Die Mailserver verstanden einander nicht", "The mail servers did not understand each other"),
    "6.0": ("Der Inhalt der Nachricht wurde nicht angenommen", "The content of the message was not accepted"),
    "7.0": ("Der Mailserver lehnte aus Sicherheitsgründen ab", "The mail server refused for security reasons"),
    "7.1": ("Der Mailserver nimmt von uns nichts an (Richtlinie)", "The mail server accepts nothing from us (policy)"),
    "7.20": ("Die DKIM-Signatur wurde nicht anerkannt", "No passing DKIM signature was found"),
    "7.23": ("Unser Server darf nach SPF nicht senden", "SPF does not allow our server to send"),
    "7.25": ("Unserem Server fehlt ein Rückwärtseintrag im Namensdienst", "Our server's reverse DNS does not hold"),
    "7.26": ("Die Absenderprüfung (SPF, DKIM, DMARC) schlug fehl", "Authentication of the sender failed"),
}
_CLASSES: dict[str, tuple[str, str]] = {
    "2": ("Zugestellt", "Delivered"),
    "4": ("Vorerst nicht zustellbar", "Not deliverable for the time being"),
    "5": ("Endgültig nicht zustellbar", "Not deliverable for good"),
}


def status_in_words(status: str, language: str = "de") -> str:
    """An enhanced status code as a sentence: what happened, then why, then the code itself.

    `language` is `de`; every other one is answered in English. An unknown code keeps its class and subject.
    """
    place = 0 if language == "de" else 1
    found = _STATUS.fullmatch(status.strip())
    if not found:
        return ("Nicht zustellbar, ohne Angabe eines Grundes", "Not deliverable, no reason given")[place] + "."
    cause = _WORDS.get(f"{found[2]}.{found[3]}") or _WORDS.get(f"{found[2]}.0")
    words = _CLASSES[found[1]][place] + (f": {cause[place]}" if cause and found[1] != "2" else "")
    return f"{words} ({found[0]})."


def is_lasting(status: str) -> bool:
    """Whether the address itself is no good (5.1.x, 5.2.1): a full mailbox or a policy may be otherwise next week.

    5.1.7 and 5.1.8 speak of our own address (RFC 3463 §3.2).
    """
    code = status.strip()
    found = _STATUS.fullmatch(code)
    return bool(found and code not in ("5.1.7", "5.1.8") and (code.startswith("5.1.") or code == "5.2.1"))


def status_of(message: Message) -> str | None:
    """The enhanced status code of a report; None where it reports no failure.

    Where the report gives none it follows from the action, else from an SMTP reply or plain words in the
    text (RFC 3463 §2: 5 is lasting, 4 passing). What says nothing at all counts as passing.
    """
    report = message.report
    if report and report.action in _DELIVERED:
        return None
    if report and report.status and _STATUS.fullmatch(report.status):
        return None if report.status.startswith("2") else report.status
    text = message.text[:20_000]
    if report and report.action in ("failed", "delayed"):
        return "5.0.0" if report.action == "failed" else "4.0.0"
    if found := re.search(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])", text):
        return found[0]
    if reply := _SMTP_REPLY.search(text):
        return f"{reply[1]}.0.0"
    return "5.0.0" if _LASTING_WORDS.search(text) or message.first("X-Failed-Recipients") else "4.0.0"


def bounce(message: Message, verdict: Verdict, about: object, language: str = "de") -> BounceNews | None:
    """What a bounce says about the delivery `about`; None where it is no bounce, no failure, or names none."""
    if verdict.kind is not Kind.BOUNCE or not isinstance(about, Issued):
        return None
    status = status_of(message)
    return BounceNews(about.delivery_id, status, status_in_words(status, language)) if status else None
