"""Making a new installation: its settings file, its keys, its first statement."""

import json
import secrets
import shutil
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from troth.entry.errors import Occupied, Unfit
from troth.entry.installation import CONFIGURATION, Configuration
from troth.ledger.durable import write_new
from troth.ledger.note import SigningKey
from troth.mail import signing
from troth.statement.loader import load
from troth.statement.schema import FILE as SCHEMA
from troth.vault.key_files import make_keys

STARTER = SCHEMA.with_name("starter.yaml")


def found(
    directory: Path, *, example: Path | None, url: str, country: str | None, database: str, keys_database: str
) -> None:
    """Makes an installation in `directory`, which may hold a statement already but no installation."""
    if (directory / CONFIGURATION).exists():
        message = f"{directory} already holds an installation. Choose another directory."
        raise Occupied(message)
    if any(directory.glob("keys/*")):
        message = (
            f"{directory}/keys holds keys and no {CONFIGURATION} is beside it. Put it back, or choose another one."
        )
        raise Occupied(message)
    source = _source(directory, example)
    statement = load(source).statement
    if statement is None:
        message = f"{source} cannot be read as a statement. Run `troth check {source}`."
        raise Unfit(message)
    configuration = _configuration(url, statement.id, country or statement.stored_in[0], database, keys_database)
    directory.mkdir(parents=True, exist_ok=True)
    _copy(source, directory)
    for name in ("keys", "files"):
        (directory / name).mkdir(exist_ok=True)
        (directory / name).chmod(0o700)
    make_keys(directory / "keys")
    ledger_key = SigningKey.generate(f"{urlsplit(url).netloc}/log").text()
    write_new(directory / "keys" / "ledger.key", f"{ledger_key}\n".encode())
    write_new(directory / "keys" / "pages.key", f"{secrets.token_urlsafe(48)}\n".encode())
    signing.make_key(directory / "keys")
    # In the end: what was cut short before is no installation.
    write_new(directory / CONFIGURATION, configuration.encode())


def _source(directory: Path, example: Path | None) -> Path:
    """The statement to begin with: the example's, one that stands there already, or the starter."""
    if example:
        return example / "statement.yaml"
    standing = directory / "statement.yaml"
    return standing if standing.exists() else STARTER


def _copy(source: Path, directory: Path) -> None:
    copies = {source: "statement.yaml", source.with_name("site.yaml"): "site.yaml", SCHEMA: SCHEMA.name}
    for file, name in copies.items():
        if file.exists() and file != directory / name:
            shutil.copyfile(file, directory / name)


def _configuration(url: str, service: str, country: str, database: str, keys_database: str) -> str:
    text = f"""# One troth installation. docs/configuration.md explains every line.

[site]
url = {json.dumps(url)}  # where people reach the site
service = {json.dumps(service)}  # the id of the statement it keeps

[store]
country = {json.dumps(country)}  # where the store stands; the statement must declare it
database = {json.dumps(database)}
keys_database = {json.dumps(keys_database)}
"""
    try:
        Configuration.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors()[0]
        message = f"`{'.'.join(map(str, first['loc']))}` does not fit: {first['msg']}."
        raise Unfit(message) from error
    return text
