"""`troth backup`: everything an installation holds but its keys, as it stands at one moment, while it is served."""

import json
import shutil
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder

from troth import clock
from troth.entry import manifest, starting
from troth.entry.errors import Occupied
from troth.ledger import note, reads, tables
from troth.ledger.durable import Digested, digested, keep_names, write_digested
from troth.ledger.evidence import one_moment
from troth.ledger.key import signing_key
from troth.ledger.rebuild import Progress
from troth.mail.signing import FILE as DKIM_KEY
from troth.vault import keys_copy, rotating
from troth.vault import reads as vault
from troth.vault.errors import Rotating
from troth.vault.files import path_of
from troth.vault.keys import key_texts

Stage = Callable[[str], Progress]


def make(directory: Path, keys_file: Path | None, recovery: Path | None, stage: Stage) -> manifest.Manifest:
    """Makes a backup in `directory`, and with `keys_file` a sealed copy of all keys there. Answers what it holds.

    What was cut short before leaves nothing that could be taken for a backup, and is begun anew.
    """
    starting.insist()
    starting.insist_on_begun()
    draft = _draft(directory)
    key = keys_copy.recovery_key(recovery, make=True) if keys_file and recovery else b""
    try:
        texts = {**key_texts(), **own_texts()}
        with starting.store_readable(), one_moment():
            made = _written(draft, stage)
            if keys_file:
                keys_copy.write(keys_file, key, made.size, texts, stage("persons' keys"))
        _insist_on_same_keys(texts, keys_file)
        _keep_all_names(draft)
        manifest.write(draft, made)
        draft.rename(directory)
        keep_names(directory.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


def _insist_on_same_keys(texts: Mapping[str, str], keys_file: Path | None) -> None:
    """What was copied while keys were exchanged is sealed partly under one and partly under another."""
    if rotating.begun() or any(texts[name] != text for name, text in key_texts().items()):
        if keys_file:
            keys_file.unlink()
        message = "Keys were exchanged while the backup was made, so it is thrown away. Make it again."
        raise Rotating(message)


def _draft(directory: Path) -> Path:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        message = f"{directory} is there already. Name a directory that is not, for each backup a new one."
        raise Occupied(message)
    draft = directory.with_name(f"{directory.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    return draft


def _written(draft: Path, stage: Stage) -> manifest.Manifest:
    (draft / manifest.ROWS).mkdir()
    written = tables.write(DEFAULT_DB_ALIAS, draft / manifest.ROWS, stage("rows"))
    parts = {f"{manifest.ROWS}/{name}": part for name, part in written.items()}
    parts |= _copied_files(draft, stage("files"))
    newest = note.Checkpoint.open(reads.checkpoint(), signing_key().verifier)
    return manifest.Manifest(
        at=clock.rfc3339(clock.now()),
        service=settings.TROTH_SERVICE,
        size=newest.size,
        root=b64encode(newest.root).decode(),
        migrations=tuple(sorted(MigrationRecorder(connections[DEFAULT_DB_ALIAS]).applied_migrations())),
        parts=parts,
    )


def _copied_files(draft: Path, progress: Progress) -> dict[str, Digested]:
    """Copies every file that a value names. One that is gone by now has ended since; so has its value."""
    (draft / manifest.FILES).mkdir()
    refs = list(vault.files())
    copied = {}
    for number, ref in enumerate(refs, 1):
        name = f"{manifest.FILES}/{ref[:2]}/{ref}"
        (draft / name).parent.mkdir(exist_ok=True)
        try:
            copied[name] = write_digested(draft / name, pieces(path_of(ref)))
        except FileNotFoundError:
            (draft / name).unlink(missing_ok=True)
        progress(number, len(refs))
    listing = "".join(f"{json.dumps([name, one.size, one.sha256])}\n" for name, one in copied.items())
    return {"files.jsonl": write_digested(draft / "files.jsonl", [listing.encode()])}


def pieces(file: Path) -> Iterator[bytes]:
    """What `file` holds, a little at a time."""
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            yield piece


def own_texts() -> dict[str, str]:
    """The keys that are no keys of the vault, as their files hold them."""
    files = [settings.TROTH_KEYS_DIR / name for name in ("ledger.key", starting.PAGES_KEY, DKIM_KEY)]
    return {one.name: one.read_text("ascii") for one in files if one.name != DKIM_KEY or one.exists()}


def _keep_all_names(draft: Path) -> None:
    for directory in (draft, *(one for one in draft.rglob("*") if one.is_dir())):
        keep_names(directory)


def altered_files(directory: Path, progress: Progress) -> Iterator[str]:
    """The name of each sealed file of the backup that is gone or was changed."""
    lines = (directory / "files.jsonl").read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        name, size, sha256 = json.loads(line)
        file = directory / name
        if not file.is_file() or digested(file) != Digested(size, sha256):
            yield name
        progress(number, len(lines))
