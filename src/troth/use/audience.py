"""Whose information may be used for this, of all people at once: as each one's decision would say, today and here."""

import threading
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from troth.consent import reads as consent
from troth.statement import reads as statements
from troth.use import reads
from troth.use.board import Board
from troth.use.gates import Wanted
from troth.use.known import NOBODY, Known
from troth.vault import reads as vault

_AT_ONCE: Final = 5_000


def audience(wanted: Wanted, *, service: str, at: datetime, field: str = "") -> list[str]:
    """Of whom `field`, or anything at all, may be used as is wanted; for no single transaction.

    The first time everybody is read; after that, only who gave or said something since.
    """
    number = statements.number_in_force(service, at)
    return _everybody(service).audience(wanted._replace(transaction=""), field, number, reads.day_of(at))


class _Everybody:
    """All people of a service, kept current."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._guard = threading.Lock()
        # Whoever speaks while everybody is read is told by these, and read once more.
        self._tails = (vault.new_values(), *consent.new_words())
        self._board = Board()
        self._board.begin(self._known(), vault.holdings().persons)

    def audience(self, wanted: Wanted, field: str, number: int, on: int) -> list[str]:
        with self._guard:
            self._catch_up()
            return self._board.persons(self._board.answer(wanted, field, on, reads.law_of(self._service, number)))

    def _known(self) -> Iterator[tuple[str, Known]]:
        after = ""
        while some := vault.persons_after(after, _AT_ONCE):
            found = {person: known for person, known, _ in reads.known_of(some, self._service)}
            yield from ((person, found[person]) for person in some)
            after = some[-1]

    def _catch_up(self) -> None:
        """Takes in who gave or said something new; of whoever is not known any more, nothing is used."""
        changed = {row[1] for tail in self._tails for row in tail.added()}
        known = vault.known(changed) if changed else set()
        for person, now, _ in reads.known_of(sorted(known), self._service):
            self._board.put(person, now)
        for person in changed - known:
            self._board.put(person, NOBODY)


@lru_cache(8)
def _everybody(service: str) -> _Everybody:
    return _Everybody(service)
