"""Making a new installation: its settings file, its keys, its first statement."""

import json
import os
import secrets
import shutil
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from troth.entry.errors import Occupied, Unfit
from troth.entry.installation import CONFIGURATION, Configuration
from troth.ledger.note import SigningKey
from troth.statement.loader import load
from troth.statement.schema import FILE as SCHEMA
from troth.vault.key_files import write_new

STARTER = SCHEMA.with_name("starter.yaml")


def found(
    directory: Path, *, example: Path | None, url: str, country: str | None, database: str, keys_database: str
) -> None:
    """Makes an installation in `directory`, which may hold a statement already but no installation."""
    if (directory / CONFIGURATION).exists():
        message = f"{directory} already holds an installation. Choose another directory."
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
    write_new(directory / "keys")
    _secret(directory / "keys" / "ledger.key", SigningKey.generate(f"{urlsplit(url).netloc}/log").text())
    _secret(directory / "keys" / "pages.key", secrets.token_urlsafe(48))
    (directory / CONFIGURATION).write_text(configuration, "utf-8")


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


def _secret(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(text + "\n")


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
