"""`troth restore`: puts a backup back, and after it everything the ledger tells of that happened since.

Until all of it is done, a directory `restoring` stands in the installation and no server starts. Run again, it goes on.
"""

import json
import shutil
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from troth import clock
from troth.consent.actions import wish_again
from troth.control.actions import begin_anew, forget
from troth.desk import posts
from troth.entry import backup, erasing, lock, manifest, starting, verifying
from troth.entry.backup import Stage
from troth.entry.errors import AlteredBackup, LaterUnknown, Taken, Unreadable
from troth.entry.evidence import lost_since
from troth.entry.manifest import Manifest
from troth.ledger import evidence, later, reads, tables, tiles
from troth.ledger.actions import append, sequence
from troth.ledger.durable import keep_names, write_digested
from troth.ledger.evidence import Told
from troth.ledger.lost import RESTORED, ended_before
from troth.ledger.work import unit_of_work
from troth.mail.signing import FILE as DKIM_KEY
from troth.statement.actions import turn_again
from troth.statement.evidence import TURNS
from troth.use.actions import tokens_again
from troth.vault import belonging, keys, keys_copy, rotating
from troth.vault.actions import erase_again
from troth.vault.errors import ForeignKey, NotTogether
from troth.vault.files import path_of
from troth.vault.jobs import sweep_erased
from troth.vault.key_files import KEY_ENCRYPTION_KEY
from troth.vault.router import KEYS
from troth.vault.rules import new_ref

LOST = "lost"
_LATER = "later.jsonl"


@dataclass(frozen=True)
class Asked:
    """What to put back: a backup, a copy of keys with its own key, and where the log is known from."""

    backup: Path
    keys: Path | None
    recovery: Path | None
    ledger: str


@dataclass(frozen=True)
class Restored:
    """What was put back: the backup's time, entries of its log and those behind it.

    Of what came later, how many persons were erased again, how many wishes noted again, and what was lost by kind.
    """

    at: str
    entries: int
    later: int
    erased_again: int
    wished_again: int
    lost: Mapping[str, int]


def restore(asked: Asked, stage: Stage) -> Restored:
    """Puts the backup in the place of whatever the rows' database holds. Nothing is touched before all of it is whole.

    Persons' keys stay as they are where they are; from a copy come those that are missing. Refuses a backup that is
    foreign or altered, and one after which nobody knows what happened.
    """
    with lock.held(settings.TROTH_DIR, since=clock.rfc3339(clock.now())), starting.store_readable():
        rotating.insist_on_one_key()
        copied = _copied(asked)
        if copied:
            _take_keys(copied)
        made = manifest.read(asked.backup)
        _insist_on_whole(asked.backup, made, stage)
        _insist_on_persons_keys(asked, made, copied)
        staged = _staged(asked, made)
        _insist_on_alone()
        _wipe()
        _put_rows(asked.backup, made, stage("rows"))
        _put_files(asked.backup, stage("files put back"))
        starting.migrate()
        if copied:
            keys_copy.put_back(copied)
        erased, wished = _go_on(made, staged)
        shutil.rmtree(staged.rename(_draft(staged)))
        starting.insist()
        behind = reads.size() - made.size
        return Restored(made.at, made.size, behind, erased, wished, lost_since(made.size))


def _copied(asked: Asked) -> keys_copy.Copied | None:
    if asked.keys and asked.recovery:
        return keys_copy.read(asked.keys, keys_copy.recovery_key(asked.recovery))
    return None


def _take_keys(copied: keys_copy.Copied) -> None:
    """Puts the installation's own keys in the place of those that `troth init` made, unless a store was begun here."""
    directory: Path = settings.TROTH_KEYS_DIR
    there = {**keys.key_texts(), **backup.own_texts()}
    other = [name for name, text in copied.files.items() if there.get(name, "").strip() != text.strip()]
    if starting.begun() or _marker().exists():
        if set(other) - {KEY_ENCRYPTION_KEY, DKIM_KEY}:  # which may have been exchanged since
            message = f"{directory} holds other keys than the copy has, and a store that was begun with them."
            raise ForeignKey(message)
        return
    for name in other:
        draft = directory / f"{name}.part"
        draft.unlink(missing_ok=True)
        write_digested(draft, [f"{copied.files[name].strip()}\n".encode()])
        draft.replace(directory / name)
    keep_names(directory)
    settings.SECRET_KEY = settings.INSTALLATION.pages_key()
    keys.key_encryption.cache_clear()
    keys.look_up_key.cache_clear()
    if keys.key_texts()[KEY_ENCRYPTION_KEY].strip() != copied.files[KEY_ENCRYPTION_KEY].strip():
        message = f"{keys.place_of(KEY_ENCRYPTION_KEY)} is another key than the copy has. Take it away."
        raise ForeignKey(message)


def _insist_on_whole(directory: Path, made: Manifest, stage: Stage) -> None:
    manifest.insist_on_parts(directory, made, stage("backup's rows"))
    for name in backup.altered_files(directory, stage("backup's files")):
        message = f"The backup is not what it was when it was made: {name} is gone or was changed. Use another one."
        raise AlteredBackup(message)
    starting.insist_on_known(set(made.migrations))


def _insist_on_persons_keys(asked: Asked, made: Manifest, copied: keys_copy.Copied | None) -> None:
    if copied and copied.size < made.size:
        message = "The copy of the keys is older than the backup, and lacks keys. Use the one that was made with it."
        raise NotTogether(message)
    if not copied and not (starting.begun(KEYS) and belonging.holds_keys()):
        message = "There are no persons' keys here. Name the copy of the keys: --with-keys, and its --recovery-key."
        raise NotTogether(message)
    noted = tables.rows_of(asked.backup / manifest.ROWS / "vault_knownkey.jsonl")
    known = {row["name"]: row["key_id"] for row in noted}[KEY_ENCRYPTION_KEY]
    own = keys.local_key(copied.files[KEY_ENCRYPTION_KEY]) if copied else keys.key_encryption()
    belonging.insist_on_key_of_backup(own.id, known)


def _marker() -> Path:
    directory: Path = settings.TROTH_DIR
    return directory / starting.RESTORING


def _staged(asked: Asked, made: Manifest) -> Path:
    """The directory in which stands what happened later. What an earlier run kept there is used: the store is gone."""
    staged = _marker()
    if staged.exists():
        begun = (staged / manifest.FILE).read_bytes()
        if begun != (asked.backup / manifest.FILE).read_bytes():
            message = "Another backup is being put back here, and that was cut short. Finish with that one first."
            raise LaterUnknown(message)
        return staged
    draft = _draft(staged)
    draft.mkdir(mode=0o700)
    if asked.ledger != LOST:
        _keep_later(asked, made, draft / _LATER)
    shutil.copyfile(asked.backup / manifest.FILE, draft / manifest.FILE)
    keep_names(draft)
    draft.rename(staged)
    keep_names(staged.parent)
    return staged


def _draft(staged: Path) -> Path:
    draft = staged.with_name(f"{staged.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    return draft


def _keep_later(asked: Asked, made: Manifest, file: Path) -> None:
    log = _log(asked.backup, made)
    if asked.ledger:
        later.keep(file, log, later.of_site(made.size, verifying.fetching(asked.ledger)))
        return
    with suppress(Unreadable), starting.store_readable(*starting.ILLEGIBLE):
        if starting.begun() and reads.checkpoint():
            later.keep(file, log, later.of_store(made.size))
            return
    message = (
        "Nothing here tells what happened after the backup was made, such as who was erased. Name a site or a mirror"
        " that has its log with --ledger URL; or, if nothing is left of it, say --ledger lost."
    )
    raise LaterUnknown(message)


def _log(directory: Path, made: Manifest) -> later.Log:
    """The log of the backup: where it had come to."""
    wanted = {(tile.level, tile.number): b"" for tile in tiles.edge_of(made.size)}
    for row in tables.rows_of(directory / manifest.ROWS / "ledger_tile.jsonl"):
        if (row["level"], row["number"]) in wanted:
            wanted[row["level"], row["number"]] = b64decode(row["hashes"])
    return later.Log(made.size, list(wanted.values()))


def _insist_on_alone() -> None:
    """The lock does not reach a server on the same PostgreSQL that has a directory of its own."""
    if starting.others_at_work():
        message = "Somebody else is connected to the rows' database. Stop every server that works on it."
        raise Taken(message)


def _wipe() -> None:
    """Empties the rows' database."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "sqlite":
        connection.close()
        file = Path(connection.settings_dict["NAME"])
        for name in (f"{file.name}-wal", f"{file.name}-shm", file.name):
            file.with_name(name).unlink(missing_ok=True)
        keep_names(file.parent)
        return
    tables.drop(DEFAULT_DB_ALIAS)


def _put_rows(directory: Path, made: Manifest, progress: Any) -> None:
    models = starting.migrate_to(set(made.migrations))
    tables.put_back(models, DEFAULT_DB_ALIAS, directory / manifest.ROWS, progress)


def _put_files(directory: Path, progress: Any) -> None:
    lines = (directory / "files.jsonl").read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        name = json.loads(line)[0]
        file = path_of(Path(name).name)
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = file.with_name(f"{file.name}.part")
            draft.unlink(missing_ok=True)
            write_digested(draft, backup.pieces(directory / name))
            draft.rename(file)
            keep_names(file.parent)
        progress(number, len(lines))
    keep_names(settings.TROTH_FILES_DIR)


def _go_on(made: Manifest, staged: Path) -> tuple[int, int]:
    """Lets the log go on and hold, and says in it what was lost. Answers how many erasures and wishes hold again."""
    belonging.forget_key(KEY_ENCRYPTION_KEY)  # it may have been exchanged since the backup
    starting.note_keys()
    begin_anew()
    posts.begin_anew()
    known = ended_before()
    if (staged / _LATER).exists():
        later.put_behind(staged / _LATER, later.of_rows())
    sequence()
    again = _again(made.size)
    now = clock.now()
    _tell(made, known, now)
    erasing.finish(now)
    sequence()
    sweep_erased(now)
    sequence()
    return again


def _again(size: int) -> tuple[int, int]:
    """Lets hold again what the entries from `size` on say. Answers how many were erased, and wished."""
    told: dict[str, list[Told]] = {kind: [] for kind in ("wished", "token", "post", "erased", *TURNS)}
    for block, _ in evidence.told(lambda _done, _total: None, since=size):
        for one in block:
            told.get(str(one.said.get("kind")), []).append(one)
    tokens_again(told["token"])
    posts.again(told["post"])
    turn_again(one for kind in TURNS for one in told[kind])
    # Whoever was erased had their wishes before.
    wished = wish_again({one.said["commitment"]: one for one in told["wished"]})
    return erase_again({one.said["commitment"]: one for one in told["erased"]}, forget), wished


@unit_of_work
def _tell(made: Manifest, known: dict[str, Any], at: datetime) -> None:
    span: dict[str, Any] = {"from": made.size, "to": reads.size()}
    append(RESTORED, {"reference": new_ref(at), **span, **known}, at=at)
