"""What the vault does by the clock: retention, and files that no value names any more."""

import time
from datetime import datetime

from django.conf import settings

from troth.vault import reads
from troth.vault.actions import expire

_YOUNG = 3600


def keep_retention(at: datetime) -> int:
    """Ends everything whose time is over at `at`; answers how many values and persons went."""
    ended = 0
    while lapsed := expire(at=at):
        ended += lapsed
    sweep_files()
    return ended


def sweep_files() -> None:
    """Removes files that belong to no value, once they are older than any upload can last."""
    named = set(reads.files())
    for file in settings.TROTH_FILES_DIR.glob("*/*"):
        if file.name not in named and time.time() - file.stat().st_mtime > _YOUNG:
            file.unlink(missing_ok=True)
