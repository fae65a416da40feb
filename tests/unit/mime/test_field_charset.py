"""A part's charset says nothing about a header field that reads as UTF-8."""

import pytest

from daemon import mime
from daemon.config import Limits


@pytest.mark.parametrize("charset", ["utf-16le", "utf-16", "koi8-r", "utf-7"])
def test_plain_and_utf8_fields_are_read_as_such(charset: str) -> None:
    data = (
        "From: =?utf-8?q?J=C3=BCrg?= <juerg@post.example>\r\nSubject: Straße gesperrt\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset={charset}\r\n\r\nx\r\n--b--\r\n"
    ).encode()
    message = mime.parse(data, Limits())
    assert message.subject == "Straße gesperrt"
    assert [person.addr for person in message.from_] == ["juerg@post.example"]
