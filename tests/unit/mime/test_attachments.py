"""Names and sizes of what is attached; nothing of it is decoded."""

from __future__ import annotations

import base64

import pytest

from daemon import mime
from daemon.config import Limits
from daemon.mime import attachments
from daemon.model import Attachment


def attach(fields: str, body: bytes = b"x") -> tuple[Attachment, ...]:
    head = b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nText\r\n--b\r\n'
    return mime.parse(head + fields.encode() + b"\r\n\r\n" + body + b"\r\n--b--\r\n", Limits()).attachments


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ("Content-Type: application/pdf; name=plan.pdf", "plan.pdf"),
        ('Content-Disposition: attachment; filename="Plan A.pdf"', "Plan A.pdf"),
        ("Content-Disposition: attachment; filename*=utf-8''Stra%C3%9Fe.pdf", "Straße.pdf"),
        ("Content-Disposition: attachment; filename*=iso-8859-1'de'M%FCll.pdf", "Müll.pdf"),
        ('Content-Disposition: attachment; filename*0="sehr lan"; filename*1=ger.pdf', "sehr langer.pdf"),
        ("Content-Disposition: attachment; filename*1*=%C3%9Fe.pdf; filename*0*=utf-8''Stra", "Straße.pdf"),
        ("Content-Disposition: attachment; filename*0*=utf-8''%C3; filename*1*=%BC.pdf", "ü.pdf"),
        ("Content-Disposition: attachment; filename=alt.pdf; filename*=utf-8''neu.pdf", "neu.pdf"),
        ('Content-Disposition: attachment; filename="=?utf-8?Q?M=C3=BCll=2Epdf?="', "Müll.pdf"),
        ('Content-Disposition: attachment;\r\n filename="=?utf-8?B?TcO8?=\r\n =?utf-8?B?bGwucGRm?="', "Müll.pdf"),
        ('Content-Disposition: attachment; filename="Müll.pdf"', "Müll.pdf"),
        ('Content-Disposition: attachment; filename="a\\"b;c.pdf"', "a_b;c.pdf"),
        ('Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        ('Content-Disposition: attachment; filename="C:\\\\Users\\\\max\\\\plan.pdf"', "plan.pdf"),
        ('Content-Disposition: attachment; filename="plan\u202efdp.exe"', "planfdp.exe"),
        ('Content-Disposition: attachment; filename="..."', "text.txt"),
        ('Content-Disposition: attachment; filename="unclosed.pdf', "unclosed.pdf"),
        ("Content-Type: application/ms-tnef", "winmail.dat"),
        ("Content-Type: application/pkcs7-signature", "smime.p7s"),
        ("Content-Type: text/calendar; method=REQUEST", "calendar.ics"),
        ("Content-Type: message/rfc822", "message.eml"),
        ("Content-Type: application/x-strange", "attachment"),
    ],
)
def test_names(fields, name):
    assert [item.name for item in attach(fields)] == [name]


def test_a_long_name_keeps_its_ending():
    name = attachments.displayable("x" * 500 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name) <= 150


@pytest.mark.parametrize("length", [0, 1, 2, 3, 57, 58, 5000])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_sizes_come_from_the_encoded_length(length, newline):
    content = bytes(range(256)) * (length // 256) + b"=" * (length % 256)
    packed = base64.encodebytes(content).replace(b"\n", newline)
    assert attach("Content-Type: a/b\r\nContent-Transfer-Encoding: base64", packed)[0].size == length
    plain = attach("Content-Type: a/b", b"y" * length)
    assert plain[0].size == length
    text = b"=3D" * length
    assert attach("Content-Type: a/b\r\nContent-Transfer-Encoding: quoted-printable", text)[0].size == length
    soft = (b"abc=" + newline) * length
    assert (
        attach("Content-Type: a/b\r\nContent-Transfer-Encoding: quoted-printable", soft + b"d")[0].size
        == 3 * length + 1
    )
