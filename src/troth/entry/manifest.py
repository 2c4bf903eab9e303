"""What a backup is made of: a list of its files, signed with the ledger's key. Without it there is no backup."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from troth.entry.errors import AlteredBackup, ForeignBackup, NotABackup
from troth.ledger import note
from troth.ledger.durable import Digested, digested, write_new
from troth.ledger.errors import NoteRefused
from troth.ledger.key import signing_key
from troth.ledger.rebuild import Progress
from troth.ledger.rules import canonical

FILE: Final = "manifest"
ROWS: Final = "rows"
FILES: Final = "files"
_FORMAT: Final = 1


@dataclass(frozen=True)
class Manifest:
    """When a backup was made and of which service, the log it holds, the tables it fits, and its files by name."""

    at: str
    service: str
    size: int
    root: str
    migrations: tuple[tuple[str, str], ...]
    parts: Mapping[str, Digested]


def write(directory: Path, manifest: Manifest) -> None:
    """Signs `manifest` and puts it beside what it lists: from now on there is a backup."""
    said: Any = json.loads(json.dumps({"backup": _FORMAT, **asdict(manifest)}))
    signed = signing_key().sign(canonical(said).decode() + "\n")
    write_new(directory / FILE, signed.encode())


def read(directory: Path) -> Manifest:
    """The manifest of the backup in `directory`, once its signature holds and its service is the one here."""
    try:
        signed = (directory / FILE).read_text("utf-8")
    except FileNotFoundError as error:
        message = f"{directory} holds no whole backup: it has no {FILE}. Name another directory."
        raise NotABackup(message) from error
    except UnicodeDecodeError as error:
        raise _altered(FILE) from error
    key = signing_key().verifier
    if f"\N{EM DASH} {key.name} " not in signed:
        message = f"The backup is not of {key.name}. It can be put back into the installation that it was made of."
        raise ForeignBackup(message)
    try:
        manifest = _manifest(json.loads(note.open_note(signed, key)))
    except (NoteRefused, ValueError, TypeError, KeyError) as error:
        message = (
            f"The backup's {FILE} is not signed with the key of this installation: it was altered, or is of another one"
            " of the same name. Use another backup, or put the installation's own keys back."
        )
        raise ForeignBackup(message) from error
    if manifest.service != settings.TROTH_SERVICE:
        message = f"The backup is of the service {manifest.service}; here it is {settings.TROTH_SERVICE}."
        raise ForeignBackup(message)
    return manifest


def _manifest(said: dict[str, Any]) -> Manifest:
    if said.pop("backup") != _FORMAT:
        raise ValueError(FILE)
    said["migrations"] = tuple((app, name) for app, name in said["migrations"])
    said["parts"] = {name: Digested(**part) for name, part in said["parts"].items()}
    return Manifest(**said)


def insist_on_parts(directory: Path, manifest: Manifest, progress: Progress) -> None:
    """Refuses a backup of which a file is gone, or is not what it was."""
    done, total = 0, sum(part.size for part in manifest.parts.values())
    for name, part in manifest.parts.items():
        try:
            found = digested(directory / name)
        except FileNotFoundError as error:
            raise _altered(name) from error
        if found != part:
            raise _altered(name)
        done += part.size
        progress(done, total)


def _altered(name: str) -> AlteredBackup:
    message = f"The backup is not what it was when it was made: {name} is gone or was changed. Use another one."
    return AlteredBackup(message)
