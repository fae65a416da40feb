"""The sections of the file: every key, its type and its default, declared once. What it is for stands in
`config.example.toml`, and a test compares the two. Passwords are not kept here: `Secret` says where they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import time
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from daemon.config.values import (
    COUNTRY_PATTERN,
    URL_PATTERN,
    WEEKDAYS,
    AwareTime,
    ClosedDay,
    FilePath,
    FolderName,
    Key,
    MailAddress,
    Octets,
    Patterns,
    Security,
    Words,
    patterns,
)
from daemon.errors import ConfigError
from daemon.model import Category

#: Where systemd keeps the credentials of our unit while it runs: `sudo -u anliegen anliegen check` finds them, too.
_CREDENTIALS = "/run/credentials/anliegen.service"


def _read(path: Path, advice: str) -> str:
    """The one line of a password file. Raises `ConfigError`."""
    try:
        found = path.read_text("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise ConfigError([f"The password file {path} is not text in UTF-8: write it anew."]) from None
    except OSError as error:
        raise ConfigError([f"The password file {path} cannot be read ({error.strerror}): {advice}."]) from None
    if not found:
        raise ConfigError([f"The password file {path} is empty: write the password into it."])
    return found


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Secret(Section):
    """Where a password is: exactly one of these, or none where the server wants none.

    `password_credential` names a systemd credential (systemd.exec(5), LoadCredential=).
    """

    password: str | None = Field(default=None, repr=False)
    password_env: str | None = None
    password_file: FilePath | None = None
    password_credential: str | None = None

    def read_password(self) -> str:
        """The password; "" where none is configured. Raises `ConfigError` where it cannot be had."""
        if self.password is not None:
            return self.password
        if self.password_env is not None:
            if self.password_env not in os.environ:
                raise ConfigError(
                    [f"The environment variable {self.password_env} is not set: set it, or use password_file."]
                )
            return os.environ[self.password_env]
        if self.password_credential is not None:
            folder = Path(os.environ.get("CREDENTIALS_DIRECTORY", _CREDENTIALS))
            return _read(folder / self.password_credential, "it is there while the unit runs")
        return _read(self.password_file, "create it, readable for this user") if self.password_file else ""

    def secrets_named(self) -> list[str]:
        """The password keys that are set."""
        names = ("password", "password_env", "password_file", "password_credential")
        return [name for name in names if getattr(self, name) is not None]


class Organisation(Section):
    name: str = Field(min_length=1)
    timezone: str
    country: str = Field(pattern=COUNTRY_PATTERN)
    subdivision: str | None = None
    languages: list[Literal["de", "en", "fr", "it"]] = Field(min_length=1)
    street: str | None = None
    city: str | None = None
    phone: str | None = None
    website: str | None = None
    privacy_url: str | None = None
    formal_filing_url: str | None = None
    closed_days: list[ClosedDay] = []

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Mailbox(Secret):
    name: Key
    host: str
    port: int = Field(default=993, gt=0, lt=65536)
    security: Security = "tls"
    ca_file: FilePath | None = None
    username: str
    folder: FolderName = "INBOX"
    processed_folder: FolderName = "Bearbeitet"
    acknowledge_since: AwareTime
    aliases: list[MailAddress] = []
    poll_seconds: int = Field(default=60, ge=1)
    idle: bool = True
    batch_messages: int = Field(default=50, ge=1, le=1000)
    batch_size: Octets = 8_000_000
    timeout_seconds: int = Field(default=30, ge=1, le=600)


class Smtp(Secret):
    host: str
    port: int = Field(default=465, gt=0, lt=65536)
    security: Security = "tls"
    ca_file: FilePath | None = None
    username: str | None = None
    from_: str = Field(alias="from")
    envelope_sender: Literal["<>"] | MailAddress = "<>"
    sign_envelope: bool = False
    connections: int = Field(default=4, ge=1, le=50)
    timeout_seconds: int = Field(default=60, ge=1, le=600)
    data_timeout_seconds: int = Field(default=600, ge=1, le=3600)
    helo_name: str | None = None

    @property
    def from_address(self) -> str:
        """The bare address of `from`."""
        found = re.search(r"<([^<>]+)>\s*$", self.from_)
        return (found[1] if found else self.from_).strip()

    @property
    def from_name(self) -> str:
        """The display name of `from`, "" where there is none."""
        return re.sub(r"\s*<[^<>]+>\s*$", "", self.from_).strip().strip('"') if "<" in self.from_ else ""


class Database(Section):
    url: str = "sqlite:///anliegen.db"
    keep_messages: bool = False
    message_limit: Octets = 25_000_000


class Limits(Section):
    """Bounds for each message (architecture invariant 8)."""

    message_size: Octets = 100_000_000
    parse_size: Octets = 2_000_000
    parts: int = Field(default=500, ge=1)
    nesting: int = Field(default=30, ge=1)
    headers: int = Field(default=2000, ge=10)
    text_size: Octets = 200_000
    attempts: int = Field(default=5, ge=1)


class Acknowledgement(Section):
    within_hours: int = Field(default=24, ge=1, le=24 * 14)
    warn_before_hours: int = Field(default=6, ge=1)
    reply_to: MailAddress | None = None
    replies: bool = False
    per_sender_and_day: int = Field(default=5, ge=1)
    per_thread_and_day: int = Field(default=2, ge=1)
    per_hour: int = Field(default=5000, ge=1)


class Delivery(Section):
    in_doubt_after_minutes: int = Field(default=10, ge=0)
    retry_first_seconds: int = Field(default=60, ge=1)
    retry_longest_minutes: int = Field(default=60, ge=1)
    give_up_after_days: int = Field(default=5, ge=1)
    forward_limit: Octets = 20_000_000


class Worker(Section):
    lease_seconds: int = Field(default=60, ge=5)
    state_folder: FilePath = Field(default=Path("state"), validate_default=True)


class Administrator(Section):
    mail: MailAddress | None = None
    daily_at: time = time(7, 0)


class Gate(Section):
    """Facts that only the administrator knows about the way mail comes in."""

    authentication_servers: list[str] = []
    own_addresses: list[MailAddress] = []
    forms: list[MailAddress] = []


class Classification(Section):
    category_threshold: float | None = Field(default=None, ge=0, le=1)
    department_threshold: float | None = Field(default=None, ge=0, le=1)
    retrain: bool = True
    retrain_at: time = time(3, 0)


class Templates(Section):
    folder: FilePath | None = None


class Hours(Section):
    """Opening hours: one list of spans a weekday, `"08:00-12:30"`. A day without a key is closed."""

    mon: list[str] = []
    tue: list[str] = []
    wed: list[str] = []
    thu: list[str] = []
    fri: list[str] = []
    sat: list[str] = []
    sun: list[str] = []

    def spans(self, weekday: int) -> list[tuple[time, time]]:
        """Opening spans of a weekday (0 is Monday)."""
        found = (re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text) for text in getattr(self, WEEKDAYS[weekday]))
        return [(time(int(m[1]), int(m[2])), time(int(m[3]), int(m[4]))) for m in found if m]

    def problems(self) -> Iterator[str]:
        for day in WEEKDAYS:
            for text in getattr(self, day):
                found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)", text)
                if not found or text[:5] >= text[6:] or text.endswith("24:00"):
                    yield f'{day}: "{text}" is not a span like "08:00-12:30"'


class MailTarget(Section):
    """`{ mail = "address" }`: the message forwarded to the department."""

    kind: ClassVar[str] = "mail"
    mail: MailAddress


class FolderTarget(Section):
    """`{ folder = "Abfall" }`: appended to a folder of the mailbox it came to, or of `mailbox`."""

    kind: ClassVar[str] = "folder"
    folder: FolderName
    mailbox: Key | None = None


class WebhookTarget(Section):
    """`{ webhook = "https://…" }`: the ticket as JSON, signed with HMAC-SHA256."""

    kind: ClassVar[str] = "webhook"
    webhook: str = Field(pattern=URL_PATTERN)
    secret: str | None = Field(default=None, repr=False)
    secret_env: str | None = None
    secret_file: FilePath | None = None
    ca_file: FilePath | None = None
    allow_private: bool = False

    def read_secret(self) -> str:
        """The signing key; "" where none is configured. Raises `ConfigError` where it cannot be had."""
        return Secret(
            password=self.secret, password_env=self.secret_env, password_file=self.secret_file
        ).read_password()


TARGETS: tuple[type[Section], ...] = (MailTarget, FolderTarget, WebhookTarget)


def _target(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, dict):
        return value
    kinds = [target for target in TARGETS if target.kind in value]  # type: ignore[attr-defined]
    if len(kinds) != 1:
        raise ValueError("names exactly one of mail, folder, webhook")
    return kinds[0].model_validate(value, context=info.context)


Target = Annotated[MailTarget | FolderTarget | WebhookTarget, BeforeValidator(_target)]


class Department(Section):
    key: Key
    name: str = Field(min_length=1)
    names: dict[str, str] = {}
    topics: list[Key] | None = None
    fallback: bool = False
    address: str | None = None
    phone: str | None = None
    hours: Hours | None = None
    phone_hours: Hours | None = None
    appointment_url: str | None = None
    answer_days: int | None = Field(default=None, ge=1, le=365)
    deliver: list[Target] = []

    @property
    def covers(self) -> tuple[str, ...]:
        """The topics this department answers for: its own key where none are named."""
        return tuple(self.topics) if self.topics is not None else (self.key,)

    def name_in(self, language: str) -> str:
        """Its name in a language, else the one name it has."""
        return self.names.get(language, self.name)


class When(Section):
    """What must hold: each key is the function of that name in `rules/predicates.py`."""

    sender: Patterns | None = None
    sender_domain: Patterns | None = None
    recipient: Patterns | None = None
    subject: Patterns | None = None
    body: Patterns | None = None
    header: dict[str, Patterns] | None = None
    attachment: Patterns | None = None
    language: Words | None = None
    category: Annotated[list[Category], BeforeValidator(patterns), Field(min_length=1)] | None = None
    topic: Words | None = None
    mailbox: Words | None = None
    confidence_below: float | None = Field(default=None, ge=0, le=1)
    confidence_above: float | None = Field(default=None, ge=0, le=1)


class Then(Section):
    """What a rule decides."""

    category: Category | None = None
    department: str | None = None
    priority: Literal["low", "normal", "high"] | None = None
    acknowledge: bool | None = None
    tag: Annotated[list[str], BeforeValidator(patterns)] | None = None


class Rule(Section):
    name: str = Field(min_length=1)
    when: When
    then: Then
    continue_: bool = Field(default=False, alias="continue")


class Config(Section):
    """The whole file. `base` is the folder that relative paths are relative to."""

    organisation: Organisation
    mailbox: list[Mailbox] = Field(min_length=1)
    smtp: Smtp
    database: Database = Database()
    limits: Limits = Limits()
    acknowledgement: Acknowledgement = Acknowledgement()
    delivery: Delivery = Delivery()
    worker: Worker = Worker()
    administrator: Administrator = Administrator()
    gate: Gate = Gate()
    classification: Classification = Classification()
    templates: Templates = Templates()
    department: list[Department] = Field(min_length=1)
    rule: list[Rule] = []
    base: Path = Field(default=Path(), exclude=True)

    @property
    def fallback(self) -> Department:
        """Where everything goes that nobody else is sure to own: it always exists."""
        marked = [d for d in self.department if d.fallback]
        named = [d for d in self.department if d.key == "zentrale"]
        return (marked or named or self.department[-1:])[0]

    def department_of(self, key: str) -> Department:
        """The department with that key; the fallback where the configuration no longer knows it."""
        return next((d for d in self.department if d.key == key), self.fallback)

    def owner_of(self, topic: str) -> Department:
        """The department that answers for a topic of the model; the fallback where none does."""
        return next((d for d in self.department if topic in d.covers), self.fallback)

    def mailbox_of(self, name: str) -> Mailbox | None:
        return next((m for m in self.mailbox if m.name == name), None)

    def path(self, path: Path) -> Path:
        """A path of the configuration, made absolute."""
        return (self.base / path.expanduser()).resolve()

    @property
    def own_addresses(self) -> frozenset[str]:
        """Every address that is ours, casefolded: mail from one of them is no citizen's."""
        logins = [m.username for m in self.mailbox if "@" in m.username]
        aliases = [a for m in self.mailbox for a in m.aliases]
        mine = [self.smtp.from_address, *logins, *aliases, *self.gate.own_addresses]
        if self.acknowledgement.reply_to:
            mine.append(self.acknowledgement.reply_to)
        if self.smtp.envelope_sender != "<>":
            mine.append(self.smtp.envelope_sender)
        return frozenset(address.casefold() for address in mine)
