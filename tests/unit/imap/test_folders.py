"""Which names are tried for a configured folder, against a client of a few lines."""

from __future__ import annotations

import pytest

from daemon.errors import SourceRefused
from daemon.imap.client import Refusal
from daemon.imap.folders import ensure_folder, find_folder, known_folder, open_folder


class Namespaces:
    def __init__(self, *personal: tuple[str, str]) -> None:
        self.personal = personal


class Fake:
    """Knows some folders and lets some be made."""

    host = "imap.example"

    def __init__(
        self, *folders: str, makes: tuple[str, ...] = (), prefix: str = "INBOX.", delimiter: str = "."
    ) -> None:
        self.folders, self.makes, self.prefix, self.delimiter = list(folders), makes, prefix, delimiter
        self.subscribed: list[str] = []
        self.offers_namespace = True

    def has_capability(self, name: str) -> bool:
        return self.offers_namespace

    def namespace(self) -> Namespaces:
        return Namespaces((self.prefix, self.delimiter))

    def list_folders(self, directory: str, pattern: str) -> list[tuple[tuple[bytes, ...], bytes, str]]:
        return [((), self.delimiter.encode(), "")]

    def folder_status(self, name: str, what: list[str]) -> dict[bytes, int]:
        if name not in self.folders:
            raise Refusal(f"status failed: [NONEXISTENT] {name}")
        return {b"UIDVALIDITY": 1}

    def create_folder(self, name: str) -> None:
        if name not in self.makes:
            raise Refusal("create failed: [CANNOT] not here")
        self.folders.append(name)

    def subscribe_folder(self, name: str) -> None:
        self.subscribed.append(name)
        raise Refusal("subscribe failed: no such thing")

    def select_folder(self, name: str, readonly: bool) -> dict[bytes, object]:
        return {b"EXISTS": 3, b"UIDVALIDITY": 0 if name == "Flüchtig" else 5, b"UIDNEXT": 9}


def test_a_name_is_used_as_given_where_it_is_there() -> None:
    assert find_folder(Fake("a/b", "INBOX.a.b"), "a/b") == "a/b"  # type: ignore[arg-type]


@pytest.mark.parametrize("namespace", [True, False], ids=["namespace", "list"])
@pytest.mark.parametrize("there", ["Erledigt.Süd", "INBOX.Erledigt/Süd", "INBOX.Erledigt.Süd"])
def test_the_servers_customs_are_tried(there: str, namespace: bool) -> None:
    fake = Fake(there)
    fake.offers_namespace = namespace
    assert find_folder(fake, "Erledigt/Süd") == there  # type: ignore[arg-type]


def test_a_missing_folder_is_made_where_the_server_allows_it_and_subscribed() -> None:
    fake = Fake(makes=("INBOX.Erledigt.Süd",))
    assert ensure_folder(fake, "Erledigt/Süd") == "INBOX.Erledigt.Süd"  # type: ignore[arg-type]
    assert fake.subscribed == ["INBOX.Erledigt.Süd"]
    assert ensure_folder(fake, "Erledigt/Süd") == "INBOX.Erledigt.Süd"  # type: ignore[arg-type]
    assert len(fake.folders) == 1


def test_a_folder_that_cannot_be_made_is_named_with_the_servers_reason() -> None:
    with pytest.raises(SourceRefused, match=r"Erledigt.*\[CANNOT\] not here"):
        ensure_folder(Fake(), "Erledigt")  # type: ignore[arg-type]


def test_a_folder_that_is_to_be_read_is_never_made() -> None:
    fake = Fake(makes=("Post",))
    with pytest.raises(SourceRefused, match="Post"):
        known_folder(fake, "Post")  # type: ignore[arg-type]
    assert fake.folders == []


def test_inbox_has_one_spelling() -> None:
    assert find_folder(Fake("INBOX"), "iNbOx") == "INBOX"  # type: ignore[arg-type]


def test_a_prefix_is_not_put_twice() -> None:
    assert find_folder(Fake("INBOX.Alt"), "INBOX.Alt") == "INBOX.Alt"  # type: ignore[arg-type]
    assert find_folder(Fake("INBOX.INBOX.Alt"), "INBOX.Alt") is None  # type: ignore[arg-type]


def test_without_uidvalidity_nothing_is_read() -> None:
    assert open_folder(Fake(), "Post").uidvalidity == 5  # type: ignore[arg-type]
    with pytest.raises(SourceRefused, match="UIDVALIDITY"):
        open_folder(Fake(), "Flüchtig")  # type: ignore[arg-type]
