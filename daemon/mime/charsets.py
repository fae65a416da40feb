"""Octets to text, whatever the label claims. Never raises, never returns a surrogate or a NUL.

Labels are looked up in Python's own alias table and nowhere else: asking the codec registry for a
sender's invention would cache it for ever, and some codecs (`idna`, `punycode`) are no charsets at all.
"""

from __future__ import annotations

import re
from encodings.aliases import aliases
from typing import Final

# What senders write, and the superset that reads it (WHATWG Encoding §4.2 where the two differ).
_READ_AS: Final = {
    "us_ascii": "utf_8",
    "ascii": "utf_8",
    "iso_8859_1": "cp1252",
    "iso8859_1": "cp1252",
    "latin_1": "cp1252",
    "latin1": "cp1252",
    "iso_8859_9": "cp1254",
    "iso_8859_11": "cp874",
    "tis_620": "cp874",
    "windows_874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "x_sjis": "cp932",
    "windows_31j": "cp932",
    "euc_kr": "cp949",
    "ks_c_5601_1987": "cp949",
    "iso_2022_jp": "iso2022_jp_ext",
    "iso_8859_8_i": "iso8859_8",
    "iso_8859_8_e": "iso8859_8",
    "koi8_ru": "koi8_u",
    "x_mac_roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode_1_1_utf_7": "utf_7",
    "utf_8": "utf_8",
    "utf8": "utf_8",
    "utf_8_sig": "utf_8",
}
_NO_CHARSETS: Final = frozenset(
    {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec", "mbcs"}
    | {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "oem"}
)
_CODECS: Final = frozenset(aliases.values()) | {"koi8_u", "cp874", "cp1006", "cp720", "mac_arabic", "utf_8_sig"}
_WESTERN: Final = frozenset({"cp1252", "iso8859_15", "utf_8", "cp1254"})
_JAPANESE: Final = ("iso2022_jp_ext", "euc_jp", "cp932")  # the labels of one are found on the octets of another
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ISO_2022: Final = re.compile(rb"\x1b(?:\$[@B]|\([IJ])")
# A character of UTF-8 by its shape, also where the standard forbids it: overlong, a surrogate, five octets.
_SHAPED: Final = re.compile(
    rb"[\xc0-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf7][\x80-\xbf]{3}|[\xf8-\xfb][\x80-\xbf]{4}"
)
# The beginning of one at the very end. Alone it says nothing (a Western "ß", "é…"), unless it begins an "ä" and would
# be a Western "Ã" after a small letter.
_CUT_OFF: Final = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
_TELLING_CUT: Final = re.compile(rb"[\x00-\x7f]*[a-z]\xc3")
_BROKEN: Final = re.compile(rb"[\xc0-\xff][\x80-\xbf]*|[\x80-\xbf]")
_BOMS: Final = ((b"\xef\xbb\xbf", "utf_8"), (b"\xff\xfe", "utf_16"), (b"\xfe\xff", "utf_16"))


def codec(label: str | None) -> str | None:
    """Name of the Python codec for a charset label, or None where the label names no charset."""
    if not label or len(label) > 60:
        return None
    key = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    key = re.sub(r"^(?:x_)?(?=cp_?\d|windows_\d)|^windows_(?=125\d)|^cp_(?=\d)", "", key)
    if key.isdigit() and f"cp{key}" in _CODECS:
        key = f"cp{key}"
    name = _READ_AS.get(key) or aliases.get(key, key)
    name = _READ_AS.get(name, name)
    return name if name in _CODECS and name not in _NO_CHARSETS else None


def decode(data: bytes, label: str | None = None) -> str:
    """Text of these octets: by byte-order mark, by label where it fits, else UTF-8, else Windows-1252."""
    if data.isascii() and b"\x1b" not in data and codec(label) not in ("utf_7", "hz", "utf_16", "utf_16_le"):
        return clean(data.decode("ascii"))
    for mark, name in _BOMS:
        if data.startswith(mark):
            return clean(data[len(mark) if name == "utf_8" else 0 :].decode(name, "replace"))
    return clean(_by_label(data, codec(label)))


def clean(text: str) -> str:
    """Text without NUL, without lone surrogates (utf-7 can make them) and without a leading U+FEFF."""
    text = text.replace("\x00", "").removeprefix("\ufeff")
    return text if text.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _by_label(data: bytes, name: str | None) -> str:
    if name is None and _ISO_2022.search(data):
        name = "iso2022_jp_ext"
    if name is None or name in _WESTERN:
        # Text labelled Latin-1 that reads as UTF-8 is UTF-8: real Latin-1 practically never does.
        return _strictly(data, "utf_8") or _mostly_utf8(data, name)
    others = ("utf_8", *_JAPANESE) if name in _JAPANESE else ("utf_8",)
    for candidate in (name, *others):
        if text := _strictly(data, candidate):
            return text
    return data.decode(name, "replace")


def _strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return None


def _mostly_utf8(data: bytes, name: str | None) -> str:
    """UTF-8 with a few broken characters (cut off, patched together) stays UTF-8; the rest is Western."""
    whole = _CUT_OFF.sub(b"", data)
    rest, good = _SHAPED.subn(b" ", whole)
    if good > len(_BROKEN.findall(rest)) or _TELLING_CUT.fullmatch(data):
        return whole.decode("utf-8", "replace")
    western = name if name in ("cp1252", "iso8859_15", "cp1254") else "cp1252"
    return _strictly(data, western) or data.decode("latin-1")
