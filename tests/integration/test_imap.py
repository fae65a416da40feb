"""The IMAP source against a real Dovecot."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import trustme

from daemon.config import Database, Limits, Mailbox
from daemon.errors import SourceError, SourceRefused
from daemon.model import MessageKey, RawMessage
from daemon.sources.imap import ImapSource
from tests.dovecot import Dovecot, free_port, message

ARRIVED = datetime(2026, 3, 29, 12, 30, tzinfo=timezone(timedelta(hours=2)))


def mailbox(server: Dovecot, **changes: object) -> Mailbox:
    """A mailbox of this server, as an administrator would write it."""
    plain = {
        "name": "post",
        "host": "localhost",
        "port": server.tls_port,
        "ca_file": server.ca_file,
        "username": "post",
        "password": server.password,
        "acknowledge_since": "2026-01-01T00:00:00Z",
        "timeout_seconds": 10,
    }
    return Mailbox.model_validate(plain | changes)


@asynccontextmanager
async def opened(
    server: Dovecot, limits: Limits | None = None, limit: int = 25_000_000, **changes: object
) -> AsyncIterator[ImapSource]:
    source = ImapSource(mailbox(server, **changes), Database(message_limit=limit), limits)
    try:
        yield source
    finally:
        await source.close()


async def nothing(keys: Sequence[MessageKey]) -> Collection[MessageKey]:
    return ()


async def everything(keys: Sequence[MessageKey]) -> Collection[MessageKey]:
    return keys


async def walk(source: ImapSource) -> list[list[RawMessage]]:
    """What one walk yields, settled batch by batch."""
    batches = []
    async for batch in source.unsettled(nothing):
        batches.append(list(batch))
        await source.settle([raw.key for raw in batch])
    return batches


async def look(source: ImapSource) -> list[RawMessage]:
    """What one walk yields, without settling anything."""
    return [raw async for batch in source.unsettled(nothing) for raw in batch]


async def test_a_message_comes_with_its_own_octets_and_the_time_of_its_arrival(dovecot: Dovecot) -> None:
    mail = message(1, "Grüße")
    dovecot.deliver(mail, received=ARRIVED)
    async with opened(dovecot) as source:
        [raw] = await look(source)
    assert raw.data == mail
    assert raw.received_at == ARRIVED
    assert raw.received_at.tzinfo is UTC
    assert (raw.size, raw.sha256, raw.complete) == (len(mail), hashlib.sha256(mail).hexdigest(), True)
    assert raw.failure is None


async def test_looking_changes_nothing(dovecot: Dovecot) -> None:
    dovecot.deliver(message(1))
    async with opened(dovecot) as source:
        first, second = await look(source), await look(source)
    assert first == second
    assert set(dovecot.flags()[1]) <= {rb"\Recent"}


async def test_seen_mail_is_read_like_any_other(dovecot: Dovecot) -> None:
    dovecot.deliver_all([message(1), message(2)])
    with dovecot.client() as client:
        client.select_folder("INBOX")
        client.add_flags([1], [rb"\Seen"])
        client.add_flags([2], [rb"\Deleted"])
    async with opened(dovecot) as source:
        assert [raw.key.uid for raw in await look(source)] == [1, 2]


@pytest.mark.parametrize(
    ("without", "leaves", "told"),
    [((), True, True), (("MOVE",), True, True), (("UIDPLUS",), True, False), (("MOVE", "UIDPLUS"), False, False)],
    ids=["move", "copy", "move without uidplus", "keyword"],
)
async def test_settled_mail_is_done_by_whatever_means(without: tuple[str, ...], leaves: bool, told: bool) -> None:
    mails = [message(number) for number in range(5)]
    with Dovecot(without=without) as server:
        server.deliver_all(mails)
        async with opened(server, processed_folder="Erledigt/Bürgerbüro") as source:
            read = await look(source)
            places = await source.settle([raw.key for raw in read[:3]])
            again = await look(source)
        assert [raw.data for raw in again] == mails[3:]
        if leaves:
            assert server.messages(folder="Erledigt/Bürgerbüro") == mails[:3]
            assert server.messages() == mails[3:]
        else:
            assert server.messages() == mails
            assert "Erledigt/Bürgerbüro" not in server.folders()
        with server.client() as client:
            validity = client.folder_status("Erledigt/Bürgerbüro" if leaves else "INBOX", ["UIDVALIDITY"])[
                b"UIDVALIDITY"
            ]
    # Dovecot says COPYUID even where it does not offer UIDPLUS; what it says must be right in any case.
    assert set(places.values()) <= ({(validity, uid) for uid in (1, 2, 3)} if leaves else {None})
    assert not told or None not in places.values()


async def test_a_keyword_outlives_the_session() -> None:
    with Dovecot(without=["MOVE", "UIDPLUS"]) as server:
        server.deliver_all([message(1), message(2)])
        async with opened(server) as source:
            await source.settle([raw.key for raw in (await look(source))[:1]])
        async with opened(server) as source:
            assert [raw.key.uid for raw in await look(source)] == [2]
        # A server that learns MOVE later gets its folder emptied: the records say what is done.
        server.without = frozenset()
        server.reconfigure()
        async with opened(server) as source:
            assert [raw async for batch in source.unsettled(everything) for raw in batch] == []
        assert server.uids() == []
        assert len(server.uids(folder="Bearbeitet")) == 2


async def test_other_peoples_deleted_mail_survives_settling() -> None:
    """A plain EXPUNGE would take it along."""
    with Dovecot(without=["MOVE"]) as server:
        server.deliver_all([message(1), message(2)])
        with server.client() as client:
            client.select_folder("INBOX")
            client.add_flags([2], [rb"\Deleted"])
        async with opened(server) as source:
            first = (await look(source))[0]
            await source.settle([first.key])
        assert server.uids() == [2]


async def test_what_is_recorded_already_is_settled_on_the_way(dovecot: Dovecot) -> None:
    dovecot.deliver_all([message(1), message(2)])

    async def known(keys: Sequence[MessageKey]) -> Collection[MessageKey]:
        return [key for key in keys if key.uid == 1]

    async with opened(dovecot) as source:
        found = [raw.key.uid async for batch in source.unsettled(known) for raw in batch]
    assert found == [2]
    assert dovecot.uids() == [2]
    assert dovecot.messages(folder="Bearbeitet") == [message(1)]


async def test_settling_twice_or_what_is_gone_is_no_error(dovecot: Dovecot) -> None:
    dovecot.deliver_all([message(1), message(2)])
    async with opened(dovecot) as source:
        keys = [raw.key for raw in await look(source)]
        dovecot_delete(dovecot, [1])
        first = await source.settle(keys)
        second = await source.settle(keys)
    assert first[keys[0]] is None
    assert first[keys[1]] is not None
    assert second == dict.fromkeys(keys)


def dovecot_delete(server: Dovecot, uids: list[int], folder: str = "INBOX") -> None:
    with server.client() as client:
        client.select_folder(folder)
        client.delete_messages(uids)
        client.uid_expunge(uids)


async def test_mail_deleted_by_hand_while_we_walk_is_passed_over(dovecot: Dovecot) -> None:
    dovecot.deliver_all(message(number) for number in range(1, 7))
    seen = []
    async with opened(dovecot, batch_messages=2) as source:
        async for batch in source.unsettled(nothing):
            seen += [raw.key.uid for raw in batch]
            if seen == [1, 2]:
                dovecot_delete(dovecot, [3, 6])
            await source.settle([raw.key for raw in batch])
    assert seen == [1, 2, 4, 5]


async def test_batches_are_bounded_in_count_and_octets(dovecot: Dovecot) -> None:
    mails = [message(number, size=4_000 if number % 10 else 40_000) for number in range(300)]
    dovecot.deliver_all(mails)
    async with opened(dovecot, batch_messages=20, batch_size=50_000) as source:
        batches = await walk(source)
    assert [raw.data for batch in batches for raw in batch] == mails
    assert max(len(batch) for batch in batches) <= 20
    assert max(sum(raw.size for raw in batch) for batch in batches) <= 50_000
    assert dovecot.uids() == []
    assert len(dovecot.uids(folder="Bearbeitet")) == 300


async def test_a_huge_mail_is_hashed_whole_and_kept_in_part(dovecot: Dovecot) -> None:
    huge, small = message(1, size=5_300_000), message(2)
    dovecot.deliver_all([huge, small])
    async with opened(dovecot, Limits(parse_size=200_000), limit=1_000_000) as source:
        first, second = await look(source)
        assert await source.fetch(first.key, None, first.sha256) == huge
    assert not first.complete
    assert len(first.data) <= 200_000
    assert first.data.startswith(huge[:170_000])
    assert first.data.endswith(huge[-20_000:])
    assert (first.size, first.sha256) == (len(huge), hashlib.sha256(huge).hexdigest())
    assert second.data == small


async def test_mail_above_the_limit_comes_as_its_head_with_a_reason(dovecot: Dovecot) -> None:
    mail = message(1, size=300_000)
    dovecot.deliver_all([mail, message(2)])
    async with opened(dovecot, Limits(parse_size=10_000, message_size=200_000)) as source:
        first, second = await look(source)
    assert first.data == mail[:10_000]
    assert not first.complete
    assert first.failure is not None
    assert "message_size" in first.failure
    assert second.failure is None


async def test_idle_wakes_for_new_mail(dovecot: Dovecot) -> None:
    dovecot.deliver(message(1))
    async with opened(dovecot) as source:
        await walk(source)
        waiting = asyncio.create_task(source.wait(60))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await asyncio.to_thread(dovecot.deliver, message(2))
        await asyncio.wait_for(waiting, 20)
        [[raw]] = await walk(source)
    assert raw.data == message(2)


async def test_mail_that_came_before_idle_began_is_not_slept_through(dovecot: Dovecot) -> None:
    async with opened(dovecot) as source:
        await walk(source)
        dovecot.deliver(message(1))
        await source.settle([MessageKey("post", 1, 1)])
        await asyncio.wait_for(source.wait(60), 20)
        assert len(await look(source)) == 1


async def test_mail_that_stays_unsettled_does_not_wake(dovecot: Dovecot) -> None:
    dovecot.deliver(message(1))
    async with opened(dovecot) as source:
        await look(source)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(source.wait(60), 0.5)
        assert len(await look(source)) == 1


@pytest.mark.parametrize("changes", [{"idle": False}, {}], ids=["switched off", "not offered"])
async def test_without_idle_waiting_is_a_pause(changes: dict[str, object]) -> None:
    with Dovecot(without=["IDLE"]) as server:
        async with opened(server, **changes) as source:
            await look(source)
            server.deliver(message(1))
            await asyncio.wait_for(source.wait(0.2), 20)
            assert len(await look(source)) == 1


@pytest.mark.parametrize("hard", [False, True], ids=["politely", "cut"])
async def test_a_restart_in_the_middle_loses_nothing(dovecot: Dovecot, hard: bool) -> None:
    mails = [message(number) for number in range(40)]
    dovecot.deliver_all(mails)
    recorded: dict[MessageKey, bytes] = {}
    failures = 0

    async def known(keys: Sequence[MessageKey]) -> Collection[MessageKey]:
        return [key for key in keys if key in recorded]

    async def take_in(source: ImapSource, batch: Sequence[RawMessage]) -> None:
        assert not any(raw.key in recorded for raw in batch)
        recorded.update({raw.key: raw.data for raw in batch})
        if len(recorded) == 20:
            await asyncio.to_thread(dovecot.restart, hard=hard)
        await source.settle([raw.key for raw in batch])

    async with opened(dovecot, batch_messages=10) as source:
        while dovecot.uids():
            try:
                async for batch in source.unsettled(known):
                    await take_in(source, batch)
            except SourceError:
                failures += 1
    assert sorted(recorded.values()) == sorted(mails)
    assert sorted(dovecot.messages(folder="Bearbeitet")) == sorted(mails)
    assert failures == 1 or not hard


async def test_a_restart_while_waiting_ends_the_wait(dovecot: Dovecot) -> None:
    async with opened(dovecot) as source:
        await look(source)
        waiting = asyncio.create_task(source.wait(60))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(dovecot.restart, hard=True)
        with pytest.raises(SourceError):
            await asyncio.wait_for(waiting, 20)
        dovecot.deliver(message(1))
        assert len(await look(source)) == 1


async def test_a_processed_folder_that_was_renamed_is_made_anew(dovecot: Dovecot) -> None:
    dovecot.deliver_all([message(1), message(2)])
    async with opened(dovecot) as source:
        keys = [raw.key for raw in await look(source)]
        await source.settle(keys[:1])
        with dovecot.client() as client:
            client.rename_folder("Bearbeitet", "Alt")
        places = await source.settle(keys[1:])
    assert dovecot.messages(folder="Alt") == [message(1)]
    assert dovecot.messages(folder="Bearbeitet") == [message(2)]
    assert places[keys[1]] is not None


async def test_a_folder_made_anew_has_other_keys(dovecot: Dovecot) -> None:
    with dovecot.client() as client:
        client.create_folder("Post")
    dovecot.deliver(message(1), folder="Post")
    async with opened(dovecot, folder="Post") as source:
        [old] = await look(source)
        with dovecot.client() as client:
            client.delete_folder("Post")
            client.create_folder("Post")
        dovecot.deliver(message(2), folder="Post")
        new = await until_it_works(lambda: look(source))
        assert new[0].key.uidvalidity != old.key.uidvalidity
        assert (new[0].key.uid, new[0].data) == (1, message(2))
        assert await source.settle([old.key]) == {old.key: None}
        assert [raw.key for raw in await look(source)] == [new[0].key]


async def until_it_works(call: Callable[[], object]) -> list[RawMessage]:
    """Dovecot ends a session whose folder was deleted; the next call then works."""
    try:
        return await call()  # type: ignore[misc,no-any-return]
    except SourceError:
        return await call()  # type: ignore[misc,no-any-return]


async def test_the_personal_namespace_and_its_delimiter_are_found() -> None:
    with Dovecot(storage="maildir", separator=".", prefix="INBOX.") as server:
        server.deliver(message(1))
        async with opened(server, processed_folder="Erledigt/Bürgerbüro") as source:
            await walk(source)
        assert server.messages(folder="INBOX.Erledigt.Bürgerbüro") == [message(1)]
        with server.client() as client:
            assert "INBOX.Erledigt.Bürgerbüro" in [name for _, _, name in client.list_sub_folders()]


async def test_a_processed_folder_that_is_the_folder_read_under_another_name_is_refused() -> None:
    with Dovecot(storage="maildir", separator=".", prefix="INBOX.") as server:
        with server.client() as client:
            client.create_folder("INBOX.Post")
        server.deliver(message(1), folder="INBOX.Post")
        async with opened(server, folder="Post", processed_folder="INBOX.Post") as source:
            with pytest.raises(SourceRefused, match="processed_folder"):
                await look(source)


async def test_inbox_is_spelled_without_case(dovecot: Dovecot) -> None:
    dovecot.deliver(message(1))
    async with opened(dovecot, folder="Inbox") as source:
        [raw] = await look(source)
    assert raw.key.folder == "INBOX"


async def test_fetch_finds_a_message_wherever_it_lies(dovecot: Dovecot) -> None:
    mail = message(1)
    dovecot.deliver(mail)
    async with opened(dovecot) as source:
        [raw] = await look(source)
        assert await source.fetch(raw.key, None, raw.sha256) == mail
        moved_to = (await source.settle([raw.key]))[raw.key]
        assert await source.fetch(raw.key, moved_to, raw.sha256) == mail
        assert await source.fetch(raw.key, None, raw.sha256) is None
        assert await source.fetch(raw.key, None, raw.sha256, "<mail-1@example.org>") == mail
        assert await source.fetch(raw.key, moved_to, "0" * 64) is None
        assert await source.fetch(raw.key, (1, 1), raw.sha256, "<other@example.org>") is None
        dovecot_delete(dovecot, [1], "Bearbeitet")
        assert await source.fetch(raw.key, moved_to, raw.sha256, "<mail-1@example.org>") is None
        assert await look(source) == []


async def test_survey_names_both_folders_and_what_it_names_can_be_read(dovecot: Dovecot) -> None:
    dovecot.deliver_all([message(1), message(2)], received=ARRIVED)
    async with opened(dovecot) as source:
        await source.settle([raw.key for raw in (await look(source))[:1]])
        keys = [key async for part in source.survey() for key in part]
        read = [await source.read(key) for key in keys]
        gone = await source.read(MessageKey("post", keys[0].uidvalidity, 99, "INBOX"))
        strange = await source.read(MessageKey("post", keys[0].uidvalidity + 9, keys[0].uid, "INBOX"))
    assert [(key.folder, key.uid) for key in keys] == [("INBOX", 2), ("Bearbeitet", 1)]
    assert [raw.data if raw else None for raw in read] == [message(2), message(1)]
    assert {raw.received_at if raw else None for raw in read} == {ARRIVED}
    assert gone is None
    assert strange is None
    assert dovecot.uids() == [2]


async def test_survey_makes_no_folder(dovecot: Dovecot) -> None:
    async with opened(dovecot) as source:
        assert [key async for part in source.survey() for key in part] == []
        findings = await source.probe()
    assert dovecot.folders() == ["INBOX"]
    assert all(finding.ok for finding in findings)
    assert any("will be made" in finding.text for finding in findings)


async def test_starttls(dovecot: Dovecot) -> None:
    dovecot.deliver(message(1))
    async with opened(dovecot, port=dovecot.port, security="starttls") as source:
        assert len(await look(source)) == 1
    assert "TLS" in [line for line in dovecot.log().splitlines() if "Login: user=<post>" in line][-1]


async def test_plain_text_on_loopback(dovecot: Dovecot) -> None:
    dovecot.deliver(message(1))
    async with opened(dovecot, port=dovecot.port, security="none") as source:
        assert len(await look(source)) == 1


async def test_plain_text_elsewhere_is_refused_without_a_word(dovecot: Dovecot) -> None:
    async with opened(dovecot, host="127.0.0.2", port=dovecot.port, security="none") as source:
        with pytest.raises(SourceRefused, match="loopback"):
            await look(source)


async def test_starttls_that_is_not_offered_is_no_reason_to_go_on() -> None:
    with Dovecot(tls=False) as server:
        async with opened(server, port=server.port, security="starttls") as source:
            with pytest.raises(SourceRefused, match="STARTTLS"):
                await look(source)
        assert "Login" not in server.log()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_of_an_unknown_authority_is_refused(
    dovecot: Dovecot, security: str, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    port = dovecot.tls_port if security == "tls" else dovecot.port
    for ca_file in (tmp_path / "other.pem", None):
        async with opened(dovecot, ca_file=ca_file, port=port, security=security) as source:
            with pytest.raises(SourceRefused, match="certificate"):
                await look(source)
    assert "Login" not in dovecot.log()


async def test_a_certificate_for_another_name_is_refused(dovecot: Dovecot) -> None:
    async with opened(dovecot, host="127.0.0.2") as source:
        with pytest.raises(SourceRefused, match="certificate"):
            await look(source)


async def test_a_ca_file_that_is_not_there_is_named(dovecot: Dovecot) -> None:
    async with opened(dovecot, ca_file="/nowhere/ca.pem") as source:
        with pytest.raises(SourceRefused, match="ca_file"):
            await look(source)


async def test_a_wrong_password_is_a_sentence_with_the_mailbox_and_not_the_password(dovecot: Dovecot) -> None:
    async with opened(dovecot, password="falsch") as source:
        with pytest.raises(SourceRefused) as caught:
            await look(source)
        [finding] = await source.probe()
    assert 'mailbox "post"' in str(caught.value)
    assert "falsch" not in str(caught.value)
    assert not finding.ok


async def test_passwords_with_umlauts_log_in() -> None:
    with Dovecot(password='Schlüssel"\\ß') as server:
        server.deliver(message(1))
        async with opened(server) as source:
            assert len(await look(source)) == 1


async def test_nobody_at_the_door_is_an_error_that_passes(dovecot: Dovecot) -> None:
    async with opened(dovecot, port=free_port()) as source:
        with pytest.raises(SourceError, match="cannot be reached") as caught:
            await look(source)
    assert not isinstance(caught.value, SourceRefused)


async def test_a_name_that_does_not_resolve(dovecot: Dovecot) -> None:
    async with opened(dovecot, host="no-such-host.invalid") as source:
        with pytest.raises(SourceError, match="name"):
            await look(source)


async def test_a_folder_that_does_not_exist_is_refused_by_name(dovecot: Dovecot) -> None:
    async with opened(dovecot, folder="Gibtsnicht") as source:
        with pytest.raises(SourceRefused, match="Gibtsnicht"):
            await look(source)
        findings = await source.probe()
    assert [finding.ok for finding in findings] == [True, False]
    assert dovecot.folders() == ["INBOX"]


async def test_a_folder_that_may_not_be_changed_is_refused() -> None:
    acl = "mail_plugins = acl\nprotocol imap {\n  mail_plugins = acl\n}\nplugin {\n  acl = vfile:%s\n}\n"
    with Dovecot() as server:
        rights = server.base / "acl"
        rights.write_text("INBOX user=post lr\n", "utf-8")
        rights.chmod(0o644)
        server.deliver(message(1))
        server.extra = acl % rights
        server.reconfigure()
        async with opened(server) as source:
            with pytest.raises(SourceRefused, match="changed"):
                await look(source)


async def test_several_mailboxes_do_not_disturb_each_other() -> None:
    with Dovecot(("post", "bau")) as server:
        server.deliver(message(1), "post")
        server.deliver(message(2), "bau")
        async with opened(server) as first, opened(server, name="bau", username="bau") as second:
            [[[one]], [[two]]] = await asyncio.gather(walk(first), walk(second))
    assert (one.data, one.key.mailbox) == (message(1), "post")
    assert (two.data, two.key.mailbox) == (message(2), "bau")


async def test_known_mail_of_a_mailbox_without_keywords_is_asked_for_once() -> None:
    """The processed keyword cannot be kept: `known` alone says what is done, and the floor rises with it."""
    with Dovecot(without=["MOVE", "UIDPLUS"]) as server:
        server.deliver_all([message(1), message(2)])
        async with opened(server) as source:
            assert [raw async for batch in source.unsettled(everything) for raw in batch] == []
            assert await look(source) == []
