"""What is asked before an installation is opened: is all of it there, its own, and of this release?

Asking writes nothing, so that what is refused stays as it was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from pkgutil import iter_modules

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.transaction import atomic

from troth import clock
from troth.entry.errors import NewerStore, NotDurable, Unreadable
from troth.errors import TrothError
from troth.ledger import note
from troth.ledger import reads as ledger
from troth.ledger.errors import KeyUnusable, NoteRefused
from troth.ledger.key import signing_key
from troth.statement.errors import NotPublished
from troth.vault import belonging, rules
from troth.vault.errors import NotTogether
from troth.vault.keys import key_encryption, key_ids, look_up_key
from troth.vault.router import KEYS

Migrations = set[tuple[str, str]]
PAGES_KEY = "pages.key"
_BEGUN = {(room, "0001_initial") for room in ("ledger", "statement", "vault")}
_REACHED_WITHIN = 10


def insist() -> None:
    """Refuses to open an installation with which anything is wrong: raises the first of it."""
    for wrong in amiss():
        raise wrong


def amiss() -> Iterator[TrothError]:
    """Everything that is wrong with keys and databases."""
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
    key_encryption()
    look_up_key()
    with store_readable(*ILLEGIBLE):
        _own_keys()
        if not begun(KEYS):
            message = "The database of the persons' keys is empty or not there. Put it back where troth.toml says."
            raise NotTogether(message)


def outdated() -> bool:
    """Whether this release has tables that the databases lack."""
    return any(_released() - _applied(alias) for alias in connections)


def insist_on_this_release() -> None:
    """Refuses databases that a newer release has changed: this one would not know what that one promised."""
    for alias in connections:
        _reach(alias)
        unknown = sorted(_applied(alias) - _released())
        if unknown:
            message = (
                f"A newer release of troth has worked on this database: {'.'.join(unknown[0])} is not known here."
                " Use that release, or put back the databases as they were before it."
            )
            raise NewerStore(message)


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
    connection = connections[alias]
    if connection.vendor == "postgresql":
        import psycopg  # noqa: PLC0415 - only where PostgreSQL is used

        store = settings.INSTALLATION.configuration.store
        address = store.database if alias == DEFAULT_DB_ALIAS else store.keys_database
        with connection.wrap_database_errors:
            psycopg.connect(address, connect_timeout=_REACHED_WITHIN).close()


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
