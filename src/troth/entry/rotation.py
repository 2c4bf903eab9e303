"""`troth keys rotate`: another key-encryption key and other persons' keys, while no server runs."""

from django.conf import settings

from troth import clock
from troth.entry import lock, starting
from troth.entry.errors import Taken
from troth.ledger.actions import sequence
from troth.ledger.rebuild import Progress
from troth.vault import rotating


def rotate(progress: Progress) -> int:
    """Exchanges the keys, or goes on with an exchange that was cut short; answers of how many persons."""
    with lock.held(settings.TROTH_DIR, since=clock.rfc3339(clock.now())), starting.store_readable():
        if starting.others_at_work():
            message = "Somebody else is connected to the rows' database. Stop every server that works on it."
            raise Taken(message)
        if not rotating.begun():
            starting.insist()
        starting.insist_on_begun()
        return _rotated(progress)


def finish() -> None:
    """Finishes an exchange that was cut short, before anything else is asked; the caller holds the directory."""
    if rotating.begun():
        starting.insist_on_restored()
        with starting.store_readable():
            starting.insist_on_this_release()
            _rotated(lambda _done, _total: None)


def _rotated(progress: Progress) -> int:
    persons = rotating.rotate(progress, at=clock.now())
    sequence()
    starting.insist()
    return persons
