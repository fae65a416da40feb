"""Lines that mail programs write above an old mail: "… wrote:", separators, the old mail's header."""

from __future__ import annotations

import re
from typing import Final

#: Marks of writing direction, which Arabic programs put around names, and vowel signs; they are read over.
UNSEEN: Final = dict.fromkeys(
    [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, *range(0x64B, 0x653)]
)

#: How the line begins that says who wrote when: a word, a weekday, a date, or the writer's name with address or verb.
_BEGINNINGS: Final = (
    r"am|on|le|il|in data|den|op|el|em|no dia|dne|dnia|w dniu|wiadomość napisana|pe|în|zo|dana|më|në|u|v|a",
    (
        r"(?:mo|di|mi|do|fr|sa|so|lun|mar|mié|mer|jue|vie|ven|sáb|sab|dom|seg|ter|qua|qui|sex"
        r"|pon|wt|śr|czw|pt|niedz|uto|sri|čet|pet|sub|ned|пн|вт|ср|чт|пт|сб|нд|вс)\.?,?\s\d"
    ),
    r"\d{1,4}[./-]\d",
    r"\d{1,2}\.?\s[^\W\d_]{3,12}\.?,?\s\d{4}",
    r"في|بتاريخ|كتب|در تاریخ|در",
    r"[^\W\d_\"'<(\[].{0,200}<[^<>]+@",
    (
        r"[A-Za-zÀ-žА-яІіЇїЄєҐґ\u0620-\u06ff\"'<(\[].*(?:schrieb(?:en)?|wrote|écrit|ha scritto|escribió|escreveu|schreef|yazdı"
        r"|napisał(?:\(a\)|a)?|пише|пишет|написа\w+|napisa(?:o|la)|a scris|shkroi|كتب|نوشت)"
    ),
)
_MAY_ANNOUNCE: Final = re.compile(rf"(?:{'|'.join(_BEGINNINGS)})(?:\b|\d|\W|$)", re.IGNORECASE)

#: "Wrote", as the programs say it.
_WROTE: Final = (
    r"(?:ge)?schrieb(?:en)?|wrote|writes|a écrit|écrivait|ha scritto|scrive|schreef|escribió|escreveu|skrev",
    r"napisał(?:\(a\)|a)?|pisze|napisana przez|(?:şunu |şunları )?yazdı",
    r"пише|написа(?:в|ла|л|ли|но)(?:\(?-?л?а\))?|пишет|писал(?:\(а\)|а)?",
    r"a scris|(?:na)?pisa(?:o|la)(?:/la)?(?: je)?|je napisa(?:o|la)|shkroi|ka shkruar|napsal(?:\(a\)|a)?|írta",
    r"كتبت?|تمت كتابة ما يلي بواسطة|نوشت(?:ه است)?",
)
_ANNOUNCES: Final = re.compile(
    rf".{{3,}}(?<!\w)(?:{'|'.join(_WROTE)})(?!\w).{{0,200}}:$"
    r"|(?:كتبت?|wiadomość napisana przez)\s.{3,}:$"
    r"|.{3,}\b(?:schrieb|wrote|a écrit|ha scritto)\s*:?$"
    r"|.{0,60}\d{4}\b.{3,}<[^<>]+@[^<>]+>\s?:$",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(
    r"(?::|schrieb|wrote|écrit|scritto)[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]*$", re.IGNORECASE
)
_DATED: Final = re.compile(r"\d|@|<")

_ORIGINAL: Final = (
    r"urspr(?:ü|ue)ngliche (?:nachricht|e-?mail)|original(?:-?nachricht| message|message| nachricht| e-?mail)",
    r"original appointment|ursprünglicher termin|reply message|message d['’]origine|messaggio originale",
    r"message original|mensaje original|mensagem original|oorspronkelijk bericht|mesaj(?:ul)? original",
    r"orijinal (?:mesaj|ileti)|özgün ileti|asıl ileti|oryginalna wiadomość|wiadomość oryginalna",
    r"оригінальне повідомлення|початкове повідомлення|вихідне повідомлення|исходное сообщение|оригинальное сообщение",
    r"izvorna poruka|originalna poruka|mesazhi origjinal|الرسالة ال[أا]صلية|رسالة [أا]صلية|پیام اصلی",
)
_FORWARDED: Final = (
    r"weitergeleitete nachricht|anfang der weitergeleiteten|forwarded message|forwarded by|message transféré",
    r"messaggio inoltrato|mensaje reenviado|mensagem (?:re)?encaminhada|doorgestuurd bericht|mesaj redirecționat",
    r"(?:yönlendirilen|yönlendirilmiş|iletilen|iletilmiş) (?:mesaj|ileti)|(?:treść )?prze(?:kazan|słan)(?:a|ej) wiadomo(?:ść|ści)",
    r"пере(?:слане|направлене|адресоване) повідомлення|пере(?:сланное|сылаемое|направленное|адресованное) сообщение",
    r"proslijeđena poruka|prosleđena poruka|mesazh(?:i)? i përcjellë|(?:ال)?رسالة (?:ال)?(?:محولة|معاد توجيهها)|پیام هدایت شده",
)
_BEGIN_FORWARDED: Final = (
    r"anfang der weitergeleiteten (?:e-?mail|nachricht)|begin forwarded message|weitergeleitete nachricht von",
    r"début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|inicio del mensaje reenviado",
    r"início da mensagem (?:re)?encaminhada|begin doorgestuurd bericht|iletilen (?:iletinin|mesajın) başlangıcı",
    r"początek prze(?:kazywanej|kazanej|syłanej) wiadomości|початок (?:переспрямованого|пересланого|переадресованого) (?:листа|повідомлення)",
    r"начало переадресованного сообщения|بدء الرسالة المحولة|بداية الرسالة المحولة",
)
_FORWARDS: Final = re.compile(
    rf"-{{2,}}\s*(?:{'|'.join(_FORWARDED)}).{{0,100}}-{{0,}}$|(?:{'|'.join(_BEGIN_FORWARDED)})\s?:?$", re.IGNORECASE
)
_SEPARATES: Final = re.compile(rf"-{{2,}}\s*(?:{'|'.join(_ORIGINAL)}).{{0,100}}-{{0,}}$", re.IGNORECASE)

_LONGEST_BEGINNING: Final = 60

_HEADER_FIELDS: Final = {
    "from": (
        "von, from, de, da, absender, expéditeur, mittente, kimden, gönderen, od, nadawca, від, від кого, от, от кого"
        ", من, از, از طرف, van, de la, šalje, nga, remitente"
    ),
    "date": (
        "gesendet, gesendet am, datum, sent, date, envoyé, data, inviato, gesendet von, envoyé le, gönderildi, gönderilme"
        ", gönderme tarihi, gönderilme tarihi, tarih, wysłano, wysłane, data wysłania, надіслано, відправлено, дата"
        ", отправлено, послано, تاريخ الإرسال, تاريخ الارسال, التاريخ, تاريخ, تم الإرسال, أرسلت, مرسل, ارسال شده, تاریخ"
        ", تاریخ ارسال, enviado, enviado el, fecha, enviada, enviada em, enviado em, verzonden, trimis, dată, poslano"
        ", poslato, dërguar, inviato il, sent on"
    ),
    "to": (
        "an, to, à, a, empfänger, destinataire, destinatario, cc, kopie, kime, alıcı, bilgi, do, adresat, dw, кому, копія, копия"
        ", إلى, الى, نسخة, به, para, aan, către, prima, za, për, drejtuar"
    ),
    "subject": (
        "betreff, subject, objet, oggetto, betr, konu, temat, тема, الموضوع, موضوع, asunto, assunto, onderwerp, subiect"
        ", predmet, tema, subjekti"
    ),
}
_FIELD_KINDS: Final = {word.strip(): kind for kind, names in _HEADER_FIELDS.items() for word in names.split(",")}
_HEADER_FIELD: Final = re.compile(r"([^\W\d_][^:\d<>@]{0,22}?)\s?\*?\s?:")


def may_announce(line: str) -> bool:
    """Whether a line can be the first of "Am 3. März schrieb …:" (cheap; most lines are not)."""
    return _MAY_ANNOUNCE.match(line[:300].translate(UNSEEN)) is not None


def ends_announcement(line: str) -> bool:
    """Whether a line can be the last of "Am 3. März schrieb …:" (cheaper still)."""
    return _ENDS.search(line[-40:]) is not None


def announces_quote(text: str) -> bool:
    """Whether these words can announce a quote. People write "Er schrieb:" too: see `is_dated`."""
    return _ANNOUNCES.match(text.translate(UNSEEN).strip()) is not None


def is_dated(text: str) -> bool:
    """Whether a date or an address is among these words, as in the lines that programs write."""
    return _DATED.search(text) is not None


def separates(line: str) -> bool:
    """Whether a line says that the original or forwarded message follows."""
    return forwards(line) or (line.startswith("--") and _SEPARATES.match(line[:300].translate(UNSEEN)) is not None)


def forwards(line: str) -> bool:
    """Whether a line says that a forwarded message follows."""
    if not line.startswith("--") and len(line) > _LONGEST_BEGINNING:
        return False
    return _FORWARDS.match(line[:300].translate(UNSEEN)) is not None


def header_field(line: str) -> str | None:
    """Which field of an old mail's header a line shows (from, date, to, subject), or None."""
    if ":" not in line[:40]:
        return None
    match = _HEADER_FIELD.match(line[:100].translate(UNSEEN))
    return _FIELD_KINDS.get(match[1].strip().lower()) if match else None
