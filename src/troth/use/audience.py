"""Whose information may be used for this, of all people at once: as each one's decision would say, today and here."""

import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from troth.consent import reads as consent
from troth.ledger.tail import added
from troth.statement import reads as statements
from troth.use import reads
from troth.use.gates import Wanted, kept_since
from troth.use.known import NOBODY, Kind, Known, Law
from troth.vault import reads as vault

if TYPE_CHECKING:
    from troth.use.board import Audience, Board

_AT_ONCE: Final = 5_000


def audience(wanted: Wanted, *, service: str, at: datetime, field: str = "") -> "Audience":
    """Of whom `field`, or anything at all, may be used as is wanted; for no single transaction.

    The first time everybody is read; after that, only who gave or said something since.
    """
    number = statements.number_in_force(service, at)
    with _guard:
        everybody = _known_to_all.get(service) or _known_to_all.setdefault(service, _Everybody(service))
    return everybody.audience(wanted._replace(transaction=""), field, number, reads.day_of(at))


def among(
    persons: Sequence[str], wanted: Wanted, fields: Sequence[str], *, service: str, at: datetime
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
        self._tails = (vault.new_values(), vault.new_erasures(), *consent.new_words())
        self._on = 0
        self._board = self._begun()

    def audience(self, wanted: Wanted, field: str, number: int, on: int) -> "Audience":
        law = reads.law_of(self._service, number)
        with self._guard:
            self._catch_up(law, on)
            return self._board.persons(self._board.answer(wanted, field, on, law))

    def among(
        self, persons: Sequence[str], wanted: Wanted, fields: Sequence[str], number: int, on: int
    ) -> frozenset[str]:
        law = reads.law_of(self._service, number)
        with self._guard:
            self._catch_up(law, on)
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

    def _begun(self) -> "Board":
        from troth.use.board import Board  # noqa: PLC0415 - loads numpy, which only an audience needs

        board = Board()
        board.begin(self._known(), vault.holdings().persons)
        return board

    def _catch_up(self, law: Law, on: int) -> None:
        """Takes in who gave or said something new; of whoever is not known any more, nothing is used."""
        changed = added(self._tails)
        known = vault.known(changed) if changed else set()
        for person, now, _ in reads.known_of(sorted(known), self._service):
            self._board.put(person, now)
        for person in changed - known:
            self._board.put(person, NOBODY)
        if on < self._on:
            # The clock was ahead: what seemed to be over is not.
            self._board = self._begun()
        if on != self._on:
            self._board.forget(lambda kind: _kept_since(law, kind, on))
            self._on = on


def _kept_since(law: Law, kind: Kind, on: int) -> int:
    if not kind.fields:
        return 0
    source = law.source(kind)
    return kept_since(source, source.own.fields.known(kind.fields), on)


_guard = threading.Lock()
_known_to_all: dict[str, _Everybody] = {}
