"""What is joined with a person, for them to see."""

from collections.abc import Sequence

from troth.visits.rules import Visit
from troth.visits.stores import store


def joined(person: str) -> Sequence[Visit]:
    """The visits that are joined with `person`, the latest first."""
    return store().joined(person)
