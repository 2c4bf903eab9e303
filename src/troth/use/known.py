"""What is known of people, as far as decisions need it and whoever judges it. Pure."""

from collections.abc import Callable
from typing import Final, NamedTuple

from troth.use.gates import FOREVER, Source
from troth.use.rules import Standing


class Kind(NamedTuple):
    """Where something was given, what of it is held, and the newest version that whoever gave it accepted."""

    version: int
    point: str
    chosen: frozenset[str]
    fields: frozenset[str]
    accepted: int


class Stance(NamedTuple):
    """What a person said, but for their age: each yes with the version that it was said under."""

    yes: frozenset[tuple[str, int]]
    objected: frozenset[str]
    restricted: bool
    young: bool


class Known(NamedTuple):
    """A person: the kind and day of each record, what they said, and the day by which they were born."""

    records: tuple[tuple[Kind, int], ...]
    stance: Stance
    born_by: int


NOBODY: Final = Known((), Stance(frozenset(), frozenset(), restricted=False, young=False), FOREVER)


class Law(NamedTuple):
    """How kinds and stances are judged by the version in force."""

    source: Callable[[Kind], Source]
    standing: Callable[[Stance], Standing]
