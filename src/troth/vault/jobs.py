"""What the vault does by the clock: retention, what is left of erased persons, files that no value names any more."""

from datetime import datetime

from django.conf import settings

from troth.ledger.scrub import empty_journals, give_up
from troth.vault import files, reads
from troth.vault.actions import expire, sweep
from troth.vault.models import LookUp, Person, PersonKey, Sealed


def keep_retention(at: datetime) -> int:
    """Ends everything whose time is over at `at`; answers how many values and persons went."""
    ended = 0
    while lapsed := expire(at=at):
        ended += lapsed
    return ended + sweep_erased(at)


def sweep_erased(at: datetime) -> int:
    """Removes what is left of erased persons, a little at a time; answers how many values went."""
    gone = 0
    while swept := sweep(at=at):
        gone += swept
    sweep_files()
    empty_journals()
    if gone:
        give_up(Sealed, LookUp, Person, PersonKey)
    return gone


def sweep_files() -> None:
    """Removes files that no value names and that are not being taken in: what a server left that was killed."""
    files.sweep(settings.TROTH_FILES_DIR, reads.files_among)
