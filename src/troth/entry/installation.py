"""An installation on disk: its ``troth.toml`` and where its keys, rows and files are.

Nothing here has a secret as a default: keys are files that ``troth init`` makes, or environment variables.
"""

import ipaddress
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from troth.errors import TrothError
from troth.ledger.secret import secret_in
from troth.statement.model import Country, Id, Language, Origin

CONFIGURATION = "troth.toml"
SQLITE = "sqlite"
_MOST_PORTS = 65_535
_LONGEST_RETURN = 14
_FEWEST_SECRET = 32


class NotInstalled(TrothError):
    """There is no usable installation in this directory."""

    code, status = "entry.not-installed", 500


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _parted(address: str) -> tuple[str, ...]:
    """What tells one PostgreSQL database from another: host, port and name."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - only where PostgreSQL is used

    parts = conninfo_to_dict(address)
    return tuple(str(parts.get(part, "")) for part in ("host", "port", "dbname"))


def _database_address(name: str) -> str:
    if name == SQLITE:
        return name
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

    # The driver's own words would repeat what may be a password.
    wrong = f"write it as `{SQLITE}`, or as postgresql://USER:PASSWORD@HOST:PORT/NAME"
    if not name.startswith(("postgresql://", "postgres://")):
        raise ValueError(wrong)
    try:
        _parted(name)
    except psycopg.Error:
        raise ValueError(wrong) from None
    return name


def _host_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or not 0 < int(port) <= _MOST_PORTS:
        wrong = "write it as HOST:PORT, such as 127.0.0.1:9464"
        raise ValueError(wrong)
    return text


Database = Annotated[str, AfterValidator(_database_address)]


class Site(Part):
    """Where people reach the site, which statement it keeps, and on which other sites it asks visitors (`origins`)."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+$")]
    service: Id
    language: Language = "en"
    behind_proxy: bool = False
    origins: tuple[Origin, ...] = ()


class Store(Part):
    """Which country the store stands in, and the two databases; SQLite files in the directory unless named."""

    country: Country
    database: Database = SQLITE
    keys_database: Database = SQLITE

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if SQLITE not in (self.database, self.keys_database) and _parted(self.database) == _parted(self.keys_database):
            wrong = "`database` and `keys_database` are the same; a copy of the rows would hold the keys. Name another"
            raise ValueError(wrong)
        return self


class Metrics(Part):
    """Where Prometheus reads figures: on this machine only, unless `outside` says that others may read them too."""

    listen: Annotated[str, AfterValidator(_host_and_port)]
    outside: bool = False

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class Imap(Part):
    """A mailbox that is looked into by IMAP, and how often, in seconds."""

    host: Annotated[str, StringConstraints(pattern=r"^[^\s/:]+$")]
    port: Annotated[int, Field(ge=1, le=_MOST_PORTS)] = 993
    security: Literal["tls", "none"] = "tls"
    user: str
    folder: str = "INBOX"
    every: Annotated[int, Field(ge=1)] = 60

    @model_validator(mode="after")
    def _over_tls(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            wrong = "`security` may be `none` only for a server on this machine. Use `tls`"
            raise ValueError(wrong)
        return self


def _listening(text: str) -> str:
    protocol, _, place = text.partition(":")
    if protocol not in ("lmtp", "smtp") or not place:
        wrong = "write it as lmtp:HOST:PORT, smtp:HOST:PORT, or lmtp:/PATH of a socket"
        raise ValueError(wrong)
    return text if place.startswith("/") else f"{protocol}:{_host_and_port(place)}"


class Inbound(Part):
    """Where mail comes in, for which addresses, and whom to believe that it is from who it says."""

    listen: Annotated[str, AfterValidator(_listening)] | None = None
    outside: bool = False
    addresses: tuple[EmailStr, ...] = ()
    bounces: EmailStr | None = None
    trusted: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    dkim: str = ""
    imap: Imap | None = None

    @model_validator(mode="after")
    def _short(self) -> Self:
        if self.bounces and len(self.bounces.partition("@")[0]) > _LONGEST_RETURN:
            wrong = "what stands before the `@` of `bounces` has 14 letters at most: what tells the mail follows it"
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _on_this_machine(self) -> Self:
        if self.listen and not self.outside and not self.socket and not is_loopback(self.address[0]):
            wrong = "`listen` can be reached from outside. Listen on 127.0.0.1 or a socket, or set `outside = true`"
            raise ValueError(wrong)
        return self

    @property
    def protocol(self) -> str:
        """``lmtp`` or ``smtp``."""
        return (self.listen or "").partition(":")[0]

    @property
    def socket(self) -> str:
        """The path of the socket to listen on; empty where it is a host and port."""
        place = (self.listen or "").partition(":")[2]
        return place if place.startswith("/") else ""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on; no port where it is a socket."""
        host, _, port = (self.listen or "").partition(":")[2].rpartition(":")
        return ("", 0) if self.socket or not port else (host.strip("[]"), int(port))


class Mail(Part):
    """The mail server, or the provider, that takes what the service mails, and whose that is."""

    host: Annotated[str, StringConstraints(pattern=r"^([^\s/:]+)?$")] = ""
    port: Annotated[int, Field(ge=1, le=_MOST_PORTS)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: EmailStr
    user: str = ""
    backend: Annotated[str, StringConstraints(pattern=r"^(\w+(\.\w+)+)?$")] = ""
    options: dict[str, str | int | bool] = {}
    secret: Annotated[str, StringConstraints(pattern=r"^\w*$")] = ""
    recipient: Id | None = None
    selector: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)] = "troth"
    per_hour: Annotated[int, Field(ge=0)] = 0
    inbound: Inbound | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.host) == bool(self.backend):
            wrong = "name a mail server with `host`, or a provider's `backend`, and not both"
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _over_tls(self) -> Self:
        if self.host and self.security == "none" and not is_loopback(self.host):
            wrong = "`security` may be `none` only for a mail server on this machine. Use `starttls` or `tls`"
            raise ValueError(wrong)
        return self


def is_loopback(host: str) -> bool:
    """Whether `host` names this machine, and nothing that others could reach."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Visits(Part):
    """Where visits are kept, if not beside the rows: a ClickHouse, http(s)://USER:PASSWORD@HOST:PORT/DATABASE."""

    clickhouse: Annotated[str, StringConstraints(pattern=r"^(https?://[^/\s]+/\w+(\?cluster=\w+)?)?$")] = ""


class Releases(Part):
    """How much may be told of the visits of a year in tables with noise: the sum of their epsilons."""

    epsilon: Annotated[float, Field(ge=0, le=20)] = 2.0


class Configuration(Part):
    site: Site
    store: Store
    releases: Releases = Releases()
    visits: Visits = Visits()
    mail: Mail | None = None
    metrics: Metrics | None = None
    retention_every: Annotated[int, Field(ge=1)] = 3600


class Installation:
    """The directory of one installation, read once at start-up."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        file = self.directory / CONFIGURATION
        try:
            plain = tomllib.loads(file.read_text("utf-8"))
            self.configuration = Configuration.model_validate(plain)
        except OSError as error:
            message = f"{file} cannot be read ({error.strerror}). Run `troth init {directory}` first."
            raise NotInstalled(message) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            message = f"{file} is not TOML: {error}."
            raise NotInstalled(message) from error
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(step) for step in first["loc"])
            message = f"{file}: `{name}`: {first['msg']}. docs/configuration.md describes every setting."
            raise NotInstalled(message) from error

    @property
    def keys(self) -> Path:
        return self.directory / "keys"

    @property
    def files(self) -> Path:
        return self.directory / "files"

    def pages_key(self) -> str:
        """The secret that signs form tokens and idempotency keys."""
        file = self.keys / "pages.key"
        key = secret_in(file, NotInstalled)
        if len(key) < _FEWEST_SECRET:
            message = f"{file} holds fewer than {_FEWEST_SECRET} characters. Put the installation's own file back."
            raise NotInstalled(message)
        return key

    @property
    def host(self) -> str:
        """The site's host with its port, as it stands in the URL."""
        return urlsplit(self.configuration.site.url).netloc

    @property
    def shows_mails(self) -> bool:
        """Whether letters are shown here instead of sent: only this machine reaches it, and no mail server is named."""
        return self.configuration.mail is None and is_loopback(urlsplit(self.configuration.site.url).hostname or "")

    @property
    def secure(self) -> bool:
        """Whether people reach the site by TLS."""
        return self.configuration.site.url.startswith("https://")

    def databases(self) -> dict[str, dict[str, Any]]:
        """Django's ``DATABASES``: rows in one, persons' keys in another."""
        store = self.configuration.store
        return {
            "default": _database(store.database, self.directory / "troth.sqlite3"),
            "keys": _database(store.keys_database, self.directory / "keys.sqlite3"),
        }


def _database(name: str, file: Path) -> dict[str, Any]:
    if name == SQLITE:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                " PRAGMA foreign_keys=ON",
            },
        }
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - only where PostgreSQL is used

    parts: dict[str, Any] = dict(conninfo_to_dict(name))
    named = {setting: str(parts.pop(part, "")) for setting, part in _POSTGRESQL.items()}
    return {"ENGINE": "django.db.backends.postgresql", **named, "OPTIONS": {"pool": _POOL, **parts}}


_POSTGRESQL = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
# Nobody waits long for a server that is away, and once it is back it is found at once: the pool does not try less and
# less often, but gives up, and begins anew with whoever asks next.
_POOL = {"min_size": 1, "max_size": 40, "timeout": 5, "reconnect_timeout": 2}
