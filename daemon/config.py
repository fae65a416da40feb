"""The configuration: shapes, defaults and meaning, declared once.

`load` reads one TOML file and reports all problems at once, each with its key path: first what has the
wrong shape (pydantic), then what refers to nothing, stands twice or cannot be a pattern. Both passes
always run. Passwords are never stored here: `Secret` says where they are and reads them when asked.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo, available_timezones

import re2
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo

from daemon.errors import ConfigError
from daemon.model import Category

LOOPBACK = ("localhost", "127.0.0.1", "::1")
Security = Literal["tls", "starttls", "none"]
_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _octets(value: object) -> object:
    """Read "20 MB" as 20,000,000; numbers are octets."""
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"\s*(\d+)\s*([a-z]*)\s*", value.lower())
    if not found or found[2] not in _UNITS:
        raise ValueError('a size looks like "20 MB" or 20000000')
    return int(found[1]) * _UNITS[found[2]]


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs an offset, for example 2026-01-01T00:00:00Z")
    return value


def _address(value: str) -> str:
    if not re.fullmatch(r"[^\s<>@,;:\"\x00-\x1f]{1,64}@[^\s<>@,;:\"\x00-\x1f]{1,255}", value):
        raise ValueError("is not an e-mail address")
    return value


def _folder(value: str) -> str:
    """A folder's name; INBOX is the one that is spelled without case (RFC 3501 §5.1)."""
    if not value or any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise ValueError("is not the name of a folder")
    return _spelled(value)


def _spelled(name: object) -> str:
    return "INBOX" if str(name).upper() == "INBOX" else str(name)


def _absolute(value: Path, info: ValidationInfo) -> Path:
    """A relative path is relative to the configuration's folder."""
    base = (info.context or {}).get("base")
    return (base / value.expanduser()).resolve() if base is not None else value


def _patterns(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _pattern(value: str) -> str:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(value, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "unknown"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"is not a pattern that RE2 can read: {text}") from None
    return value


def _closed_day(value: object) -> object:
    """A date of TOML, "2026-05-15" or, for every year, "12-24"."""
    text = value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value
    if isinstance(text, str) and re.fullmatch(r"(\d{4}-)?\d\d-\d\d", text):
        with suppress(ValueError):
            date.fromisoformat(text if len(text) == 10 else f"2024-{text}")
            return text
    raise ValueError('is not a day like "2026-05-15" or, for every year, "12-24"')


FilePath = Annotated[Path, AfterValidator(_absolute)]
Octets = Annotated[int, BeforeValidator(_octets), Field(gt=0)]
AwareTime = Annotated[datetime, AfterValidator(_aware)]
MailAddress = Annotated[str, AfterValidator(_address)]
FolderName = Annotated[str, AfterValidator(_folder)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Patterns = Annotated[list[Pattern], BeforeValidator(_patterns), Field(min_length=1)]
Words = Annotated[list[str], BeforeValidator(_patterns), Field(min_length=1)]
ClosedDay = Annotated[str, BeforeValidator(_closed_day)]
_KEY, _COUNTRY, _URL = r"^[a-z0-9][a-z0-9_-]{0,39}$", r"^[A-Z]{2}$", r"^https?://[^\s/]+"
_SHAPES = {
    _KEY: "needs a short word of small letters, digits, - and _, for example abfall",
    _COUNTRY: 'needs the two capitals of a country, for example "DE"',
    _URL: "needs https:// and the name of a server",
}
Key = Annotated[str, Field(pattern=_KEY)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Secret(_Section):
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
        path = self._password_path()
        if path is None:
            return ""
        try:
            return path.read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise ConfigError(
                [f"The password file {path} cannot be read ({error.strerror}): create it, readable for this user."]
            ) from None

    def _password_path(self) -> Path | None:
        if self.password_credential is not None:
            return Path(os.environ.get("CREDENTIALS_DIRECTORY", "/run/credentials")) / self.password_credential
        return self.password_file

    def secrets_named(self) -> list[str]:
        """The password keys that are set."""
        names = ("password", "password_env", "password_file", "password_credential")
        return [name for name in names if getattr(self, name) is not None]


class Organisation(_Section):
    name: str = Field(min_length=1)
    timezone: str
    country: str = Field(pattern=_COUNTRY)
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
    batch_size: Octets = 16_000_000
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


class Database(_Section):
    url: str = "sqlite:///anliegen.db"
    keep_messages: bool = False
    message_limit: Octets = 25_000_000


class Limits(_Section):
    """Bounds for each message (architecture invariant 8)."""

    message_size: Octets = 100_000_000
    parse_size: Octets = 2_000_000
    parts: int = Field(default=500, ge=1)
    nesting: int = Field(default=30, ge=1)
    headers: int = Field(default=2000, ge=10)
    text_size: Octets = 200_000
    attempts: int = Field(default=2, ge=1)


class Acknowledgement(_Section):
    within_hours: int = Field(default=24, ge=1, le=24 * 14)
    warn_before_hours: int = Field(default=6, ge=1)
    reply_to: MailAddress | None = None
    replies: bool = False
    per_sender_and_day: int = Field(default=5, ge=1)
    per_thread_and_day: int = Field(default=2, ge=1)
    per_hour: int = Field(default=5000, ge=1)


class Delivery(_Section):
    in_doubt_after_minutes: int = Field(default=10, ge=0)
    retry_first_seconds: int = Field(default=60, ge=1)
    retry_longest_minutes: int = Field(default=60, ge=1)
    give_up_after_days: int = Field(default=5, ge=1)
    forward_limit: Octets = 20_000_000


class Worker(_Section):
    lease_seconds: int = Field(default=60, ge=5)
    state_folder: FilePath = Field(default=Path("state"), validate_default=True)


class Administrator(_Section):
    mail: MailAddress | None = None
    daily_at: time = time(7, 0)


class Gate(_Section):
    """Facts that only the administrator knows about the way mail comes in."""

    authentication_servers: list[str] = []
    own_addresses: list[MailAddress] = []
    forms: list[MailAddress] = []


class Classification(_Section):
    category_threshold: float | None = Field(default=None, ge=0, le=1)
    department_threshold: float | None = Field(default=None, ge=0, le=1)


class Templates(_Section):
    folder: FilePath | None = None


class Hours(_Section):
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
        found = (re.fullmatch(r"(\d\d):(\d\d)-(\d\d):(\d\d)", text) for text in getattr(self, _WEEKDAYS[weekday]))
        return [(time(int(m[1]), int(m[2])), time(int(m[3]), int(m[4]))) for m in found if m]

    def problems(self) -> Iterator[str]:
        for day in _WEEKDAYS:
            for text in getattr(self, day):
                found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)", text)
                if not found or text[:5] >= text[6:] or text.endswith("24:00"):
                    yield f'{day}: "{text}" is not a span like "08:00-12:30"'


class MailTarget(_Section):
    """`{ mail = "address" }`: the message forwarded to the department."""

    kind: ClassVar[str] = "mail"
    mail: MailAddress


class FolderTarget(_Section):
    """`{ folder = "Abfall" }`: appended to a folder of the mailbox it came to, or of `mailbox`."""

    kind: ClassVar[str] = "folder"
    folder: FolderName
    mailbox: Key | None = None


class WebhookTarget(_Section):
    """`{ webhook = "https://…" }`: the ticket as JSON, signed with HMAC-SHA256."""

    kind: ClassVar[str] = "webhook"
    webhook: str = Field(pattern=_URL)
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


TARGETS: tuple[type[_Section], ...] = (MailTarget, FolderTarget, WebhookTarget)


def _target(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, dict):
        return value
    kinds = [target for target in TARGETS if target.kind in value]  # type: ignore[attr-defined]
    if len(kinds) != 1:
        raise ValueError("names exactly one of mail, folder, webhook")
    return kinds[0].model_validate(value, context=info.context)


Target = Annotated[MailTarget | FolderTarget | WebhookTarget, BeforeValidator(_target)]


class Department(_Section):
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


class When(_Section):
    """What must hold: each key is the function of that name in `rules/predicates.py`."""

    sender: Patterns | None = None
    sender_domain: Patterns | None = None
    recipient: Patterns | None = None
    subject: Patterns | None = None
    body: Patterns | None = None
    header: dict[str, Patterns] | None = None
    attachment: Patterns | None = None
    language: Words | None = None
    category: Annotated[list[Category], BeforeValidator(_patterns), Field(min_length=1)] | None = None
    topic: Words | None = None
    mailbox: Words | None = None
    confidence_below: float | None = Field(default=None, ge=0, le=1)
    confidence_above: float | None = Field(default=None, ge=0, le=1)


class Then(_Section):
    """What a rule decides."""

    category: Category | None = None
    department: str | None = None
    priority: Literal["low", "normal", "high"] | None = None
    acknowledge: bool | None = None
    tag: Annotated[list[str], BeforeValidator(_patterns)] | None = None


class Rule(_Section):
    name: str = Field(min_length=1)
    when: When
    then: Then
    continue_: bool = Field(default=False, alias="continue")


class Config(_Section):
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


def find(explicit: Path | None) -> Path:
    """The configuration's path: `--config`, $ANLIEGEN_CONFIG, ./config.toml, /etc/anliegen/config.toml."""
    if explicit is not None:
        return explicit
    if named := os.environ.get("ANLIEGEN_CONFIG"):
        return Path(named)
    here = Path("config.toml")
    return here if here.exists() else Path("/etc/anliegen/config.toml")


def load(path: Path) -> Config:
    """Read and check the file. Raises `ConfigError` with every problem found, one sentence each."""
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read ({error.strerror}): name another with --config."]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: is not UTF-8 at octet {error.start}: save it as UTF-8."]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{path}: is not TOML: {error}."]) from None
    return parse(raw, path.resolve().parent)


def parse(raw: dict[str, Any], base: Path) -> Config:
    """Check a configuration that is already a dictionary. Raises `ConfigError` with all problems."""
    config, problems = None, []
    try:
        config = Config.model_validate(
            {**{k: v for k, v in raw.items() if k != "base"}, "base": base}, context={"base": base}
        )
        if "base" in raw:
            problems.append("base: is not a key of this file.")
    except ValidationError as error:
        problems.extend(_sentence(raw, item) for item in error.errors())
    problems.extend(_meaning(raw))
    if config is None or problems:
        raise ConfigError(problems)
    return config


def _sentence(raw: dict[str, Any], item: Any) -> str:
    path = _key_path(raw, tuple(item["loc"]))
    if item["type"] == "extra_forbidden":
        return f"{path}: is not a key that anliegen knows; see config.example.toml."
    if item["type"] == "missing":
        return f"{path}: is missing."
    message = _SHAPES.get(item.get("ctx", {}).get("pattern", ""), item["msg"].removeprefix("Value error, "))
    return f"{path}: {message[0].lower()}{message[1:].rstrip('.')}."


def _key_path(raw: dict[str, Any], loc: tuple[str | int, ...]) -> str:
    """`rule[2].when.subject`, with the entry's own name behind it where it has one; counted from 1."""
    path, value, name = "", raw, None
    for step in loc:
        if isinstance(step, int):
            path += f"[{step + 1}]"
        elif step in ("MailTarget", "FolderTarget", "WebhookTarget") or "[" in step:
            continue
        else:
            path += f".{step}" if path else step
        try:
            value = value[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            value = {}
        if isinstance(step, int) and isinstance(value, dict):
            name = value.get("key") or value.get("name") or name
    return f'{path} ("{name}")' if isinstance(name, str) else path


def _tables(raw: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The entries of a `[[key]]` that have the right shape to be looked at; the first pass reports the rest."""
    found = raw.get(key, [])
    return [entry if isinstance(entry, dict) else {} for entry in found] if isinstance(found, list) else []


def _meaning(raw: dict[str, Any]) -> list[str]:
    """The second pass: references, duplicates and combinations. Reads the raw file, so it always runs."""
    return [
        problem
        for check in (_places, _doubles, _references, _folders, _secrets, _doors, _spans)
        for problem in check(raw)
    ]


def _table(raw: dict[str, Any], key: str) -> dict[str, Any]:
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def _places(raw: dict[str, Any]) -> Iterator[str]:
    import holidays

    organisation = _table(raw, "organisation")
    zone, country, part = (organisation.get(key) for key in ("timezone", "country", "subdivision"))
    if isinstance(zone, str) and zone not in available_timezones():
        yield f'organisation.timezone: "{zone}" is not a time zone; one looks like "Europe/Zurich".'
    known = holidays.list_supported_countries()
    if isinstance(country, str) and re.fullmatch(r"[A-Z]{2}", country):
        if country not in known:
            yield f'organisation.country: no public holidays are known for "{country}".'
        elif isinstance(part, str) and part not in known[country]:
            yield f'organisation.subdivision: "{part}" is not a part of {country}; one of {", ".join(known[country])}.'


def _doubles(raw: dict[str, Any]) -> Iterator[str]:
    for table, key in (("department", "key"), ("mailbox", "name"), ("rule", "name")):
        names = Counter(str(entry[key]) for entry in _tables(raw, table) if key in entry)
        for name in (name for name, times in names.items() if times > 1):
            yield f'{table}: "{name}" stands {names[name]} times; each {key} stands once.'
    owners: dict[str, list[str]] = {}
    for entry in _tables(raw, "department"):
        topics = entry.get("topics", [entry.get("key")])
        for topic in topics if isinstance(topics, list) else []:
            owners.setdefault(str(topic), []).append(str(entry.get("key")))
    for topic, keys in owners.items():
        if len(set(keys)) > 1:
            yield f'department: the topic "{topic}" belongs to {" and ".join(keys)}; each topic has one owner.'
    if len([entry for entry in _tables(raw, "department") if entry.get("fallback") is True]) > 1:
        yield "department: fallback = true stands more than once; one department takes what nobody owns."


def _references(raw: dict[str, Any]) -> Iterator[str]:
    departments = {str(entry.get("key")) for entry in _tables(raw, "department")}
    mailboxes = {str(entry.get("name")) for entry in _tables(raw, "mailbox")}
    for number, rule in enumerate(_tables(raw, "rule"), 1):
        where = f'rule[{number}] ("{rule.get("name", "")}")'
        then, when = rule.get("then"), rule.get("when")
        target = then.get("department") if isinstance(then, dict) else None
        if isinstance(target, str) and target not in departments:
            yield f'{where}.then.department: there is no department "{target}".'
        if then == {}:
            yield f"{where}.then: decides nothing; name at least one action."
        if when == {}:
            yield f"{where}.when: names no condition; a rule needs at least one."
        named = when.get("mailbox") if isinstance(when, dict) else None
        for name in [named] if isinstance(named, str) else named if isinstance(named, list) else []:
            if name not in mailboxes:
                yield f'{where}.when.mailbox: there is no mailbox "{name}".'
    for number, entry in enumerate(_tables(raw, "department"), 1):
        deliver = entry.get("deliver", [])
        for place, target in enumerate(deliver if isinstance(deliver, list) else [], 1):
            named = target.get("mailbox") if isinstance(target, dict) else None
            if isinstance(named, str) and named not in mailboxes:
                yield f'department[{number}] ("{entry.get("key")}").deliver[{place}].mailbox: there is no mailbox "{named}".'


def _folders(raw: dict[str, Any]) -> Iterator[str]:
    """What is moved or delivered into a folder that is read would come back as new mail, for ever."""
    watched: dict[str, set[str]] = {}
    for number, entry in enumerate(_tables(raw, "mailbox"), 1):
        read, done = (_spelled(entry.get(*key)) for key in (("folder", "INBOX"), ("processed_folder", "Bearbeitet")))
        watched.setdefault(str(entry.get("name")), set()).update((read, done))
        if read == done:
            yield f"mailbox[{number}].processed_folder: is the folder that is read; name another."
    for number, entry in enumerate(_tables(raw, "department"), 1):
        deliver = entry.get("deliver", [])
        for place, target in enumerate(deliver if isinstance(deliver, list) else [], 1):
            folder = target.get("folder") if isinstance(target, dict) else None
            into = [target["mailbox"]] if isinstance(folder, str) and "mailbox" in target else list(watched)
            if isinstance(folder, str) and any(_spelled(folder) in watched.get(str(name), ()) for name in into):
                where = f'department[{number}] ("{entry.get("key")}").deliver[{place}].folder'
                yield f'{where}: "{folder}" is read, or filled, by anliegen itself; name another.'


def _secrets(raw: dict[str, Any]) -> Iterator[str]:
    places = [(f"mailbox[{n}]", entry) for n, entry in enumerate(_tables(raw, "mailbox"), 1)]
    for where, entry in [*places, ("smtp", _table(raw, "smtp"))]:
        named = [key for key in ("password", "password_env", "password_file", "password_credential") if key in entry]
        if len(named) > 1:
            yield f"{where}: {' and '.join(named)} contradict each other; keep one."
        if where == "smtp" and "username" in entry and not named:
            yield "smtp.username: needs a password; name password_env, password_file or password_credential."


def _doors(raw: dict[str, Any]) -> Iterator[str]:
    places = [(f"mailbox[{n}]", entry) for n, entry in enumerate(_tables(raw, "mailbox"), 1)]
    for where, entry in [*places, ("smtp", _table(raw, "smtp"))]:
        if entry.get("security") == "none" and entry.get("host") not in LOOPBACK:
            yield f'{where}.security: "none" is allowed for {", ".join(LOOPBACK)} only; use tls or starttls.'
    sender = _table(raw, "smtp").get("from")
    if isinstance(sender, str):
        bare = re.sub(r"^.*<([^<>]*)>\s*$", r"\1", sender).strip()
        try:
            _address(bare)
        except ValueError:
            yield 'smtp.from: needs an address, for example "Stadt Musterlingen <buergerpost@musterlingen.example>".'
        if any(ord(sign) < 32 for sign in sender):
            yield "smtp.from: holds a control character."
    url = _table(raw, "database").get("url", "sqlite:///anliegen.db")
    if isinstance(url, str) and not re.match(r"(sqlite:///.+|postgres(ql)?(\+psycopg)?://.+)", url):
        yield "database.url: begins with sqlite:/// and a path, or with postgresql://."


def _spans(raw: dict[str, Any]) -> Iterator[str]:
    for number, entry in enumerate(_tables(raw, "department"), 1):
        for key in ("hours", "phone_hours"):
            try:
                hours = Hours.model_validate(entry.get(key) or {})
            except ValidationError:
                continue
            for problem in hours.problems():
                yield f'department[{number}] ("{entry.get("key")}").{key}.{problem}.'
