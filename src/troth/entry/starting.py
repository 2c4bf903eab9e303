"""What is asked before an installation is opened: is all of it there, its own, and of this release?

Asking writes nothing, so that what is refused stays as it was.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.db.transaction import atomic

from troth import clock
from troth.entry.errors import NewerStore, NotDurable, NotRestored, Unreadable
from troth.errors import TrothError
from troth.ledger import note
from troth.ledger import reads as ledger
from troth.ledger.errors import KeyUnusable, NoteRefused
from troth.ledger.key import signing_key
from troth.statement.errors import NotPublished
from troth.vault import belonging, rotating, rules
from troth.vault.errors import NotTogether
from troth.vault.keys import key_encryption, key_ids, look_up_key
from troth.vault.router import KEYS

if TYPE_CHECKING:
    import psycopg

Migrations = set[tuple[str, str]]
PAGES_KEY = "pages.key"
RESTORING = "restoring"
_BEGUN = {(room, "0001_initial") for room in ("ledger", "statement", "vault")}
_REACHED_WITHIN = 10
_ATTEMPTS, _PAUSE = 100, 0.05


def insist() -> None:
    """Refuses to open an installation with which anything is wrong: raises the first of it."""
    for wrong in amiss():
        raise wrong


def amiss() -> Iterator[TrothError]:
    """Everything that is wrong with keys and databases."""
    yield from _wrong(insist_on_restored, rotating.insist_on_one_key)
    yield from _wrong(key_encryption, look_up_key, signing_key)
    newer = list(_wrong(insist_on_this_release))
    yield from newer or _wrong(_durable, _own_keys, _own_ledger, _one_whole)


def begun(alias: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether the database has tables already. It is not made by asking."""
    return _applied(alias) >= _BEGUN


def insist_on_begun() -> None:
    """Refuses to go on with databases that have no tables yet."""
    if not begun():
        message = (
            "The store is empty: nothing was published here yet, or its database is not where troth.toml says."
            " Run `troth publish statement.yaml --effective DATE`, or put the database back."
        )
        raise NotPublished(message)


def insist_on_own_keys() -> None:
    """Refuses keys that are missing, or are not those that the store was begun with; persons' keys among them."""
    rotating.insist_on_one_key()
    key_encryption()
    look_up_key()
    with store_readable(*ILLEGIBLE):
        _own_keys()
        if not begun(KEYS):
            message = "The database of the persons' keys is empty or not there. Put it back where troth.toml says."
            raise NotTogether(message)


def insist_on_restored() -> None:
    """Refuses a store into which a backup is being put back."""
    if (settings.TROTH_DIR / RESTORING).exists():
        message = "A backup is being put back here, and that is not finished. Run the same `troth restore` again."
        raise NotRestored(message)


def outdated() -> bool:
    """Whether this release has tables that the databases lack."""
    return any(_released() - _applied(alias) for alias in connections)


def insist_on_this_release() -> None:
    """Refuses databases that a newer release has changed: this one would not know what that one promised."""
    for alias in connections:
        _reach(alias)
        insist_on_known(_applied(alias))


def insist_on_known(migrations: Migrations) -> None:
    """Refuses tables as a newer release has made them."""
    unknown = sorted(migrations - _released())
    if unknown:
        message = (
            f"A newer release of troth has worked on this database: {'.'.join(unknown[0])} is not known here."
            " Use that release, or put back the databases as they were before it."
        )
        raise NewerStore(message)


def migrate_to(migrations: Migrations) -> list[type[Model]]:
    """Makes the tables of the rows' database, which is empty, as these migrations left them; answers which they are."""
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - only where tables change

    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    parents = {parent for one in migrations for parent in executor.loader.get_migration(*one).dependencies}
    state = executor.migrate(sorted(migrations - parents))
    return [model for model in state.apps.get_models() if router.db_for_read(model) == DEFAULT_DB_ALIAS]


def migrate() -> None:
    """Brings both databases to this release, each in one transaction: cut short, it is as it was."""
    from django.core.management import call_command  # noqa: PLC0415 - only where tables change

    for alias in connections:
        # Within a transaction SQLite does not let go of its checks, and Django changes no table before it has.
        with connections[alias].constraint_checks_disabled(), atomic(using=alias):
            call_command("migrate", database=alias, verbosity=0, interactive=False)


def note_keys() -> None:
    """Notes which keys the store was begun with, unless that is noted already."""
    belonging.note_keys(_key_ids())


@contextmanager
def store_readable(*also: type[Exception]) -> Iterator[None]:
    """Says in our words that a database does not answer, or answers with an error that is one of `also`."""
    kinds: tuple[type[Exception], ...] = (Error, *also)
    try:
        yield
    except kinds as error:
        message = (
            "The database cannot be read or written: it is damaged, altered, locked or not there."
            " Look at its server and its files; if they are lost, restore them from a backup."
        )
        raise Unreadable(message) from error


# What reading a damaged file raises besides: SQLite's words about it need not be UTF-8, nor a time be one.
ILLEGIBLE = (ValueError, TypeError)


def _wrong(*questions: Callable[[], object]) -> Iterator[TrothError]:
    for question in questions:
        try:
            with store_readable(*ILLEGIBLE):
                question()
        except Unreadable as error:  # so it will be for every other question
            yield error
            return
        except TrothError as error:
            yield error


def _reach(alias: str) -> None:
    """Fails at once when a server of PostgreSQL is not there; the pool would hope for half a minute."""
    if connections[alias].vendor == "postgresql":
        _connected(alias).close()


def _connected(alias: str) -> "psycopg.Connection[Any]":
    """A connection to PostgreSQL beside those of the pool."""
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

    store = settings.INSTALLATION.configuration.store
    address = store.database if alias == DEFAULT_DB_ALIAS else store.keys_database
    with connections[alias].wrap_database_errors:
        return psycopg.connect(address, connect_timeout=_REACHED_WITHIN, autocommit=True)


_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def others_at_work() -> bool:
    """Whether another process is connected to the rows' database. SQLite does not know; there the lock says so."""
    pooled: Any = connections[DEFAULT_DB_ALIAS]
    if pooled.vendor != "postgresql":
        return False
    pooled.close()
    pooled.close_pool()
    with _connected(DEFAULT_DB_ALIAS) as connection:
        for _ in range(_ATTEMPTS):  # those of our own need a moment to end
            if connection.execute(_OTHERS).fetchone() == (0,):
                return False
            time.sleep(_PAUSE)
    return True


@cache
def _released() -> Migrations:
    # As Django finds them, which would also run every one of them to know what it does.
    return {
        (app.label, found.name) for app in apps.get_app_configs() for found in iter_modules([f"{app.path}/migrations"])
    }


def _applied(alias: str) -> Migrations:
    connection = connections[alias]
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return set()
    return set(MigrationRecorder(connection).applied_migrations())


def _durable() -> None:
    """PostgreSQL can be told, by a variable of the environment even, to acknowledge before it has stored."""
    for alias in connections:
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute("SHOW synchronous_commit")
                (setting,) = cursor.fetchone()
            if setting == "off":
                message = (
                    "PostgreSQL would acknowledge what it has not stored: `synchronous_commit` is off."
                    " Turn it on, in its settings and in PGOPTIONS."
                )
                raise NotDurable(message)


def _key_ids() -> dict[str, str]:
    return {**key_ids(), PAGES_KEY: rules.key_id(settings.SECRET_KEY.encode())}


def _own_keys() -> None:
    if begun():
        belonging.insist_on_own_keys(_key_ids())


def _own_ledger() -> None:
    newest = ledger.checkpoint() if begun() else ""
    if newest:
        try:
            note.Checkpoint.open(newest, signing_key().verifier)
        except NoteRefused as error:
            message = (
                f"{settings.TROTH_KEYS_DIR / 'ledger.key'} did not sign the newest checkpoint: it is of another"
                " installation, or the checkpoint was altered. Put its own key back, or run `troth verify`."
            )
            raise KeyUnusable(message) from error


def _one_whole() -> None:
    rows, persons_keys = begun(), begun(KEYS)
    if rows and persons_keys:
        belonging.insist_on_one_whole(clock.now())
    elif (rows and belonging.newest_person(clock.now())) or (persons_keys and belonging.holds_keys()):
        message = "One of the two databases is empty and the other is not. Put back the one that is missing."
        raise NotTogether(message)
