"""What state the open installation is in: what the health address, the status and the metrics ask."""

import shutil
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from troth.entry.errors import DiskLow, Overdue, Stuck
from troth.entry.starting import store_readable
from troth.ledger import reads as ledger
from troth.statement import reads as statement
from troth.vault import belonging
from troth.vault import reads as vault

STUCK_AFTER: Final = timedelta(seconds=30)
_LEAST_FREE: Final = 256 * 1024 * 1024


def insist_on_readiness(at: datetime) -> None:
    """Refuses when a submission could not be taken now: a database does not answer, nothing is in force, or what was
    taken is not placed in the ledger.
    """
    with store_readable():
        statement.in_force(settings.TROTH_SERVICE, at)
        belonging.holds_keys()
        insist_on_placing(at)


def insist_on_placing(at: datetime) -> None:
    """Refuses when an entry waits for its place for longer than the sequencer ever takes."""
    since = ledger.waiting_since()
    if since and at - since > STUCK_AFTER:
        message = f"Entries wait for their place in the ledger since {since:%Y-%m-%d %H:%M} UTC. The log says why."
        raise Stuck(message)


def insist_on_retention(at: datetime) -> None:
    """Refuses when something is held whose time was over two rounds of retention ago."""
    due = vault.next_due()
    if due and at - due > timedelta(seconds=2 * settings.TROTH_RETENTION_EVERY):
        message = f"Values are held whose time was over on {due:%Y-%m-%d}. Keep a server running; its log says more."
        raise Overdue(message)


def insist_on_space(_at: datetime) -> None:
    """Refuses when the disk of the installation's directory is almost full."""
    free = disk_free()
    if free < _LEAST_FREE:
        message = f"The disk of {settings.TROTH_DIR} has {free // 2**20} MB left. Make room."
        raise DiskLow(message)


def disk_free() -> int:
    """How many bytes are left where the installation stands."""
    return shutil.disk_usage(settings.TROTH_DIR).free
