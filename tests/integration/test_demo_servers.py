"""The demo's embedded servers against the same clients that the daemon uses."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import imapclient
import pytest

from daemon.demo.servers import HOST, USER, Servers

MAILS = sorted((Path(__file__).resolve().parents[2] / "daemon" / "demo" / "mails").glob("*.eml"))
ARRIVED = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)


@pytest.fixture
def servers() -> Iterator[Servers]:
    with Servers() as running:
        yield running


@pytest.fixture
def mailbox(servers: Servers) -> Iterator[imapclient.IMAPClient]:
    client = imapclient.IMAPClient(HOST, servers.imap_port, ssl=False, timeout=10)
    client.normalise_times = False
    client.login(USER, servers.password)
    client.select_folder("INBOX")
    yield client
    client.logout()


def test_the_mailbox_offers_what_the_daemon_likes_best(mailbox: imapclient.IMAPClient) -> None:
    assert {b"UIDPLUS", b"MOVE", b"IDLE"} <= set(mailbox.capabilities())


def test_every_sample_comes_back_octet_for_octet(servers: Servers, mailbox: imapclient.IMAPClient) -> None:
    for path in MAILS:
        servers.deliver(path.read_bytes(), ARRIVED)
    mailbox.noop()
    uids = mailbox.search("ALL")
    fetched = mailbox.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE", "RFC822.SIZE"])
    assert [fetched[uid][b"BODY[]"] for uid in uids] == [path.read_bytes() for path in MAILS]
    assert {fetched[uid][b"INTERNALDATE"] for uid in uids} == {ARRIVED}
    assert [fetched[uid][b"RFC822.SIZE"] for uid in uids] == [path.stat().st_size for path in MAILS]


def test_idle_reports_a_mail_sent_to_the_door(servers: Servers, mailbox: imapclient.IMAPClient) -> None:
    mailbox.idle()
    with smtplib.SMTP(HOST, servers.door_port, timeout=10) as client:
        client.sendmail("me@home.example", ["buergerpost@musterlingen.example"], b"Subject: Hallo\r\n\r\nGuten Tag\r\n")
    seen = mailbox.idle_check(timeout=10)
    mailbox.idle_done()
    assert any(word == b"EXISTS" for _, word in (line[:2] for line in seen))
    (uid,) = mailbox.search("ALL")
    mail = message_from_bytes(mailbox.fetch(uid, ["BODY.PEEK[]"])[uid][b"BODY[]"])
    assert mail["Return-Path"] == "<me@home.example>"
    assert mail["Subject"] == "Hallo"


def test_the_catcher_keeps_what_it_is_sent(servers: Servers) -> None:
    with smtplib.SMTP(HOST, servers.catcher_port, timeout=10) as client:
        client.sendmail("", ["a@one.example", "b@two.example"], b"Subject: x\r\n\r\ny\r\n")
    caught = servers.caught.get(timeout=10)
    assert (caught.sender, caught.recipients) == ("", ("a@one.example", "b@two.example"))
    assert caught.data == b"Subject: x\r\n\r\ny\r\n"


def test_a_wrong_password_opens_nothing(servers: Servers) -> None:
    client = imapclient.IMAPClient(HOST, servers.imap_port, ssl=False, timeout=10)
    with pytest.raises(imapclient.exceptions.LoginError):
        client.login(USER, "wrong")
    client.shutdown()
