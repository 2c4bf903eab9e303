"""Everybody at once: what a decision needs of each person in arrays, so that one question is put to all of them.

People who gave the same fields at the same point under the same statement are of one *kind*, and people who said the
same are of one *stance*. What the statements and the rules say is asked once for each kind and each stance, by the
same gates that decide about one person; the rest is comparing numbers. Some fifty bytes a person.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import compress
from typing import Any, Final, TypeAlias

import numpy as np

from troth.use import rules
from troth.use.gates import FOREVER, Gate, Wanted, gate
from troth.use.known import NOBODY, Kind, Known, Law, Stance
from troth.use.rules import Standing

_REF: Final = 35
_BEGIN: Final = date(1950, 1, 1).toordinal()
_NEVER: Final = 65_535
_AT_ONCE: Final = 1 << 16
_ROOM: Final = 1.05
_COLUMNS: Final = ("_names", "_kind", "_day", "_stance", "_born_by", "_next")
_MORE_COLUMNS: Final = ("_more_of", "_more_kind", "_more_day", "_more_next")

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Board:
    """All people of one service. A person is at one place for as long as the board is."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, int] = {}
        self._stances: dict[Stance, int] = {}
        self._names = np.empty(0, f"S{_REF}")
        self._sorted = 0
        self._later: dict[str, int] = {}
        self._count = 0
        self._kind = np.empty(0, np.uint32)
        self._day = np.empty(0, np.uint16)
        self._stance = np.empty(0, np.uint32)
        self._born_by = np.empty(0, np.int32)
        # Each record of somebody but their first: whose it is, and where their next one stands; 0 is nowhere.
        self._next = np.empty(0, np.uint32)
        self._more = 1
        self._more_of = np.zeros(1024, np.uint32)
        self._more_kind = np.zeros(1024, np.uint32)
        self._more_day = np.zeros(1024, np.uint16)
        self._more_next = np.zeros(1024, np.uint32)
        self._none = self._numbered(self._kinds, Kind(0, "", frozenset(), frozenset(), 0))

    def __len__(self) -> int:
        return self._count

    @property
    def bytes_each(self) -> float:
        """How much memory a person takes."""
        return float(sum(getattr(self, name).nbytes for name in (*_COLUMNS, *_MORE_COLUMNS))) / max(self._count, 1)

    def begin(self, people: Iterable[tuple[str, Known]], count: int) -> None:
        """Takes in everybody, once each and best in the order of their references; they are about `count`."""
        self._grow(int(count * _ROOM) + 1)
        for person, known in people:
            self._set(self._added(person), known)

    def put(self, person: str, known: Known) -> None:
        """Takes in somebody new, or what is known of somebody by now."""
        place = self._place(person)
        self._set(self._added(person) if place < 0 else place, known)

    def _added(self, person: str) -> int:
        place, name = self._count, person.encode()
        if place == len(self._names):
            self._grow(int(place * _ROOM) + 1024)
        self._names[place] = name
        self._count += 1
        if place == self._sorted and (not place or name > self._names[place - 1]):
            self._sorted += 1
        else:
            self._later[person] = place
        return place

    def say(self, person: str, stance: Stance) -> None:
        """Takes in what somebody said who gave nothing new."""
        if (place := self._place(person)) >= 0:
            self._stance[place] = self._numbered(self._stances, stance)

    def persons(self, mask: Array) -> "Audience":
        """Those whom `mask` names."""
        return Audience(self._names[: self._count], mask)

    def held(self) -> Array:
        """Those of whom anything is held."""
        held = np.asarray(self._kind[: self._count] != self._none)
        held[self._more_of[: self._more][self._more_kind[: self._more] != self._none]] = True
        return held

    def simple(self) -> Array:
        """Those of whom no more than one record is held."""
        return np.asarray(self._next[: self._count] == 0)

    def among(self, persons: Sequence[str], mask: Array) -> frozenset[str]:
        """Those of `persons` whom `mask` names."""
        later = self._later
        found = {person for person in persons if person in later and mask[later[person]]} if later else set()
        if persons and self._sorted:
            asked = np.array([person.encode() for person in persons])
            places = self._names[: self._sorted].searchsorted(asked)
            places[places == self._sorted] = 0
            found.update(compress(persons, mask[places] & (self._names[places] == asked)))
        return frozenset(found)

    def answer(self, wanted: Wanted, field: str, on: int, law: Law) -> Array:
        """For each person, whether `field`, or anything if it is empty, may be used as is wanted on the day `on`."""
        asked = _Asked(wanted, field, on, law, (self._kinds, self._stances))
        found = np.empty(self._count, np.bool_)
        today = self._today(on)
        for start in range(0, self._count, _AT_ONCE):
            part = slice(start, min(start + _AT_ONCE, self._count))
            found[part] = asked.hold(self._kind[part], self._day[part], self._stance[part], self._born_by[part], today)
        for start in range(1, self._more, _AT_ONCE):
            part = slice(start, min(start + _AT_ONCE, self._more))
            of = self._more_of[part]
            may = asked.hold(self._more_kind[part], self._more_day[part], self._stance[of], self._born_by[of], today)
            found[of[may]] = True
        return found

    @staticmethod
    def _today(on: int) -> int:
        return max(0, min(on - _BEGIN, _NEVER - 1))

    def forget(self, first: Callable[[Kind], int]) -> None:
        """Forgets what was given before the `first` day of which anything of its kind is kept.

        Of whoever has nothing left the reference stays, so that the others stay at their places.
        """
        days = np.array([max(0, min(first(kind) - _BEGIN, _NEVER)) for kind in self._kinds], np.uint16)
        for kinds, given in ((self._kind[: self._count], self._day), (self._more_kind[: self._more], self._more_day)):
            over = given[: len(kinds)] < days.take(kinds)
            kinds[over], given[: len(kinds)][over] = self._none, _NEVER
        gone = ~self.held()
        self._stance[: self._count][gone] = self._numbered(self._stances, NOBODY.stance)
        self._born_by[: self._count][gone] = NOBODY.born_by

    def _set(self, place: int, known: Known) -> None:
        records = [(self._numbered(self._kinds, kind), self._today(day)) for kind, day in known.records]
        self._kind[place], self._day[place] = records[0] if records else (self._none, _NEVER)
        self._stance[place] = self._numbered(self._stances, known.stance)
        self._born_by[place] = known.born_by
        self._set_more(place, records[1:])

    def _set_more(self, place: int, records: list[tuple[int, int]]) -> None:
        """A person's further records stand in a chain; one that is gone is put to nothing in its link."""
        links, link = self._next, place
        for number, (kind, day) in enumerate(records):
            following = int(links[link])
            if not following:
                following = self._added_after(place, number, link)
            links, link = self._more_next, following
            self._more_kind[link], self._more_day[link] = kind, day
        while following := int(links[link]):
            links, link = self._more_next, following
            self._more_kind[link], self._more_day[link] = self._none, _NEVER

    def _added_after(self, place: int, number: int, link: int) -> int:
        if self._more == len(self._more_of):
            self._widen(_MORE_COLUMNS, self._more, int(self._more * _ROOM) + 1024)
        added = self._more
        self._more += 1
        self._more_of[added] = place
        (self._more_next if number else self._next)[link] = added
        return added

    def _place(self, person: str) -> int:
        place = self._later.get(person, -1)
        if place >= 0:
            return place
        name = person.encode()
        found = int(self._names[: self._sorted].searchsorted(name))
        return found if found < self._sorted and self._names[found] == name else -1

    @staticmethod
    def _numbered(table: dict[Any, int], one: Any) -> int:
        return table.setdefault(one, len(table))

    def _grow(self, room: int) -> None:
        self._widen(_COLUMNS, self._count, room)

    def _widen(self, names: Iterable[str], count: int, room: int) -> None:
        for name in names:
            old = getattr(self, name)
            new = np.zeros(room, old.dtype)
            new[:count] = old[:count]
            setattr(self, name, new)


class Audience(Collection[str]):
    """The references of those whom an answer names, as it was given: who says something later is still among them.

    Each is made when it is asked for: for the answer it is enough to know who they are.
    """

    def __init__(self, names: Array, mask: Array) -> None:
        self._names, self._mask = names, mask
        self._count = int(np.count_nonzero(mask))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self._mask), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            yield from map(bytes.decode, self._names[part][self._mask[part]].tolist())

    def __contains__(self, person: object) -> bool:
        return any(person == one for one in self)


class _Asked:
    """One question, as numbers for each kind and stance."""

    def __init__(
        self, wanted: Wanted, field: str, on: int, law: Law, every: tuple[Iterable[Kind], Iterable[Stance]]
    ) -> None:
        kinds, stances = every
        self._groups: dict[tuple[Any, ...], Gate] = {}
        first = [self._kind(wanted, field, on, law, kind) for kind in kinds]
        self._earliest = np.array([earliest for earliest, _ in first], np.uint16)
        self._group = np.array([group for _, group in first], np.uint32)
        standings = [law.standing(stance) for stance in stances]
        gates = list(self._groups.values())
        self._stances = len(standings)
        self._limits = np.array([_limit(found, one) for found in gates for one in standings] or [-1], np.int32)

    def _kind(self, wanted: Wanted, field: str, on: int, law: Law, kind: Kind) -> tuple[int, int]:
        """The first day on which it must have been given, and what is to be asked of whoever gave it."""
        if not kind.fields:
            return _NEVER, 0
        source = law.source(kind)
        found = gate(source, wanted, on, in_transaction=False)
        held = source.own.fields.known(kind.fields & {field} if field else kind.fields)
        days = [earliest for earliest, mask in found.lasting if mask & held]
        if not days:
            return _NEVER, 0
        asks = found[2:]
        self._groups.setdefault(asks, found)
        return max(0, min(min(days) - _BEGIN, _NEVER)), list(self._groups).index(asks)

    def hold(self, kind: Array, day: Array, stance: Array, born_by: Array, today: int) -> Array:
        """Of each row, whether it may be used."""
        if len(self._groups) > 1:
            limit = self._limits.take(self._group.take(kind) * np.uint32(self._stances) + stance)
        else:
            limit = self._limits.take(stance, mode="clip")
        return (self._earliest.take(kind) <= day) & (day <= today) & (born_by <= limit)


def _limit(found: Gate, standing: Standing) -> int:
    """The day by which somebody of this stance must be born; before all time if what they said is against it."""
    return min(rules.old_enough(found, standing), FOREVER) if rules.permits(found, standing) else -1
