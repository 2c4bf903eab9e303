"""Whose information may be used for this, of all people at once: as each one's decision would say, today and here."""

import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
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
    with _guard:
        everybody = _known_to_all.get(service) or _known_to_all.setdefault(service, _Everybody(service))
    return everybody.audience(wanted._replace(transaction=""), field, number, reads.day_of(at))


def among(
    persons: Collection[str], wanted: Wanted, fields: Sequence[str], *, service: str, at: datetime
) -> frozenset[str]:
    """Those of `persons` of whom everybody's arrays say at once that all `fields` may be used, of their one record.

    Nobody, where no audience was asked for yet: then each is decided alone. So are those who gave more than once.
    """
    everybody = _known_to_all.get(service)
    if everybody is None or wanted.transaction:
        return frozenset()
    return everybody.among(persons, wanted, fields, statements.number_in_force(service, at), reads.day_of(at))


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

    def among(
        self, persons: Collection[str], wanted: Wanted, fields: Sequence[str], number: int, on: int
    ) -> frozenset[str]:
        law = reads.law_of(self._service, number)
        with self._guard:
            self._catch_up()
            mask = self._board.simple()
            for field in fields:
                mask &= self._board.answer(wanted, field, on, law)
            return self._board.among(persons, mask)

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


_guard = threading.Lock()
_known_to_all: dict[str, _Everybody] = {}
