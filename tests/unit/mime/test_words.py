"""RFC 2047 in theory and practice."""

from __future__ import annotations

import pytest

from daemon.mime import words


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("kein Wort", "kein Wort"),
        ("=?utf-8?Q?Stra=C3=9Fe?=", "Straße"),
        ("=?UTF-8?B?U3RyYcOfZQ==?=", "Straße"),
        ("=?iso-8859-1?q?M=FCll?= am =?iso-8859-1?q?Stra=DFenrand?=", "Müll am Straßenrand"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?=\r\n =?iso-8859-1?q?=FC?=", "aü"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"),
        ("=?utf-8?Q?Was_ist_los??=", "Was ist los?"),
        ("=?utf-8?Q?mit Leerzeichen?=", "mit Leerzeichen"),
        ("=?utf-8?B?U3RyYcOf?", "Straß"),
        ("=?utf-8?B?U3Ry\r\n YcOfZQ==?=", "Straße"),
        ("=?utf-8?B?U3RyYcOfZQ?=", "Straße"),
        ("=?utf-8*de?Q?=C3=BC?=", "ü"),
        ("=?x-unknown?Q?=FC?=", "ü"),
        ("=?gb2312?B?ztLDxw==?=", "我们"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"),
        ("=?utf-7?Q?+APw-?=", "ü"),
        ("=?windows-1252?Q?=80_=96?=", "€ –"),
        ("=?iso-8859-1?Q?=80_=96?=", "€ –"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=?utf-8?Q??=", ""),
        ("=?utf-8?Q?a=0D=0ABcc:_x@y?=", "a Bcc: x@y"),
        ("=?utf-8?Q?a=00b?=", "ab"),
        ("=?idna?Q?a?=", "a"),
        ("=?utf-16?B?//4=?=", ""),
        ("100 =? 200", "100 =? 200"),
        ("a\tb\r\n c", "a b c"),
    ],
)
def test_header_text_is_decoded_onto_one_line(raw, text):
    assert words.line(raw) == text
