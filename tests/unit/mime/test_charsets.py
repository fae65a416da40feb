"""Octets to text, whatever the label claims."""

from __future__ import annotations

import pytest

from daemon.mime import charsets


@pytest.mark.parametrize(
    ("text", "encoding", "label"),
    [
        ("Müll", "utf-8", "utf-8"),
        ("Müll", "utf-8", None),
        ("Müll", "utf-8", "us-ascii"),
        ("Müll", "utf-8", "iso-8859-1"),
        ("Müll", "latin-1", "utf-8"),
        ("Müll", "latin-1", None),
        ("Müll", "latin-1", "x-unknown"),
        ("„Müll“ – 5 €", "cp1252", "iso-8859-1"),
        ("„Müll“ – 5 €", "cp1252", "Windows-1252"),
        ("Müll €", "iso-8859-15", "ISO-8859-15"),
        ("Łódź", "cp1250", "windows-1250"),
        ("Привет", "cp1251", "windows-1251"),
        ("Привет", "koi8-r", "koi8-r"),
        ("Привіт", "koi8-u", "KOI8-U"),
        ("我们", "gbk", "gb2312"),
        ("髙橋", "cp932", "shift_jis"),
        ("日本", "iso-2022-jp", "iso-2022-jp"),
        ("日本", "iso-2022-jp", None),
        ("日本語の手紙", "euc-jp", "iso-2022-jp"),
        ("日本語の手紙", "utf-8", "iso-2022-jp"),
        ("한국", "cp949", "ks_c_5601-1987"),
        ("漢字", "big5", "big5"),
        ("ğüş", "cp1254", "iso-8859-9"),
        ("ไทย", "cp874", "tis-620"),
        ("Müll", "utf-7", "utf-7"),
        ("Müll", "utf-8-sig", "utf-8"),
        ("Müll", "utf-16", "utf-16"),
        ("Müll", "utf-16", None),
        ("Müll", "utf-8", "punycode"),
        ("Müll", "utf-8", "base64"),
        ("Müll", "utf-8", "x" * 5000),
        ("Müll", "cp850", "cp-850"),
        ("Müll", "mac_roman", "macintosh"),
    ],
)
def test_text_comes_back(text, encoding, label):
    assert charsets.decode(text.encode(encoding), label) == text


def test_a_character_cut_off_at_the_end_does_not_make_the_text_western():
    assert charsets.decode("Müllabfuhr für Straße".encode()[:-4] + b"\xc3", "utf-8").startswith("Müllabfuhr für")


def test_neither_nul_nor_surrogates_come_through():
    assert charsets.decode(b"a\x00b", "utf-8") == "ab"
    assert charsets.decode(b"+2AA-", "utf-7").isprintable() or "\ufffd" in charsets.decode(b"+2AA-", "utf-7")
    charsets.decode(b"+2AA-", "utf-7").encode("utf-8")
