"""An installation on disk: its ``troth.toml`` and where its keys, rows and files are.

Nothing here has a secret as a default: keys are files that ``troth init`` makes, or environment variables.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from troth.errors import TrothError
from troth.statement.model import Country, Id, Language

CONFIGURATION = "troth.toml"


class NotInstalled(TrothError):
    """There is no usable installation in this directory."""

    code, status = "entry.not-installed", 500


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Part):
    """Where people reach the site and which statement it keeps."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+$")]
    service: Id
    language: Language = "en"
    behind_proxy: bool = False


class Store(Part):
    """Which country the store stands in, and the two databases; SQLite files in the directory unless named."""

    country: Country
    database: str = "sqlite"
    keys_database: str = "sqlite"


class Configuration(Part):
    site: Site
    store: Store
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
            message = f"{file}: `{name}`: {first['msg']}."
            raise NotInstalled(message) from error

    @property
    def keys(self) -> Path:
        return self.directory / "keys"

    @property
    def files(self) -> Path:
        return self.directory / "files"

    @property
    def host(self) -> str:
        """The site's host with its port, as it stands in the URL."""
        return urlsplit(self.configuration.site.url).netloc

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
    if name == "sqlite":
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
_POOL = {"min_size": 1, "max_size": 40, "timeout": 30}
