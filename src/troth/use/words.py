"""What a person said last of everything, put together from all that they said in its order. Pure."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from operator import itemgetter

from troth.consent.wishes import Spoken, Wish
from troth.statement.compile import Compiled
from troth.use.gates import FOREVER, years_before


class Words:
    """Takes in what a person said, the earliest first.

    `yes`: offers with a yes, each with the version it was said under. `accepted`: the newest version they accepted.
    `refused`: the version they objected to since.
    """

    def __init__(self) -> None:
        self.yes: dict[str, int] = {}
        self.objected: set[str] = set()
        self.restricted = self.young = False
        self.accepted = self.refused = 0
        self._by_records = self._by_wishes = FOREVER
        self._corrected = False
        self._withdrawn: set[str] = set()

    def answer(self, offer: str, version: int, *, given: bool) -> None:
        """A choice at a point: yes or no. Anybody can type anybody's address there (decision 0007), so that what was
        taken back apart from it stays taken back until a wish gives it again.
        """
        if not given:
            self.yes.pop(offer, None)
        elif offer not in self._withdrawn:
            self.yes[offer] = version

    def was_old_enough(self, least: int, at: datetime) -> None:
        """Somebody said at a point that they were of this age or older; nothing more of it is known (P50)."""
        self._by_records = min(self._by_records, years_before(at.astimezone(UTC).date(), least))

    def wish(self, wish: Wish, version: int, at: datetime) -> None:
        """A wish apart from any submission."""
        match wish.kind:
            case "consent":
                (self._withdrawn.discard if wish.given else self._withdrawn.add)(wish.about)
                self.answer(wish.about, version, given=wish.given)
            case "objection":
                (self.objected.add if wish.given else self.objected.discard)(wish.about)
            case "restriction":
                self.restricted = wish.given
            case "acceptance":
                self._accept(wish)
            case "age":
                self._age(wish, at)

    def _accept(self, wish: Wish) -> None:
        """Whoever objects to a version takes back that they accepted it, and what came with it."""
        if wish.given:
            self.accepted = max(self.accepted, wish.number)
        else:
            self.accepted = min(self.accepted, wish.number - 1)
        self.refused = 0 if wish.given else wish.number

    def _age(self, wish: Wish, at: datetime) -> None:
        """What is found out about somebody's age stands above what they said at a point."""
        day = at.astimezone(UTC).date()
        self.young = not wish.given
        if wish.given:
            self._by_wishes = min(self._by_wishes, years_before(day, wish.number))
        else:
            self._corrected = True
            self._by_wishes = day.toordinal()

    @property
    def born_by(self) -> int:
        """The day on which or before which the person was born, as far as anybody knows."""
        return self._by_wishes if self._corrected else min(self._by_wishes, self._by_records)


def heard(spoken: Spoken, compiled: Callable[[int], Compiled]) -> Words:
    """Everything that one person said, by the statements of their time."""
    said = Words()
    versions = {}
    for record, point, version, at in spoken.agreements:
        versions[record] = version
        own = compiled(version)
        if point in own.points and own.points[point].age:
            said.was_old_enough(own.minimum_age, at)
    # A wish stands behind the choice that it follows, and before the next one.
    steps: list[tuple[tuple[int, int, int], Callable[[], None]]] = []
    for number, record, offer, given in spoken.choices:
        steps.append(((number, 0, 0), partial(said.answer, offer, versions[record], given=given)))
    for follows, number, wish, version, at in spoken.wishes:
        steps.append(((follows, 1, number), partial(said.wish, wish, version, at)))
    for _, step in sorted(steps, key=itemgetter(0)):
        step()
    return said
