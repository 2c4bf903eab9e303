"""What a change of the statement means for one person: what they may accept or object to, and what is asked again."""

from datetime import datetime
from typing import NamedTuple

from troth.consent.wishes import Spoken, Wish
from troth.control.choosing import unaccepted
from troth.statement import reads as statements
from troth.statement.model import say
from troth.statement.reads import Published
from troth.use.reads import asked_again
from troth.use.words import Words


class Change(NamedTuple):
    """A version that is newer than what binds somebody: the one in force, or one that is to come.

    `old` is the oldest under which they gave something that is still held. `again`: what they said yes to that it does
    not cover. `accepted` and `refused`: what they said of it.
    """

    old: int
    version: Published
    coming: bool
    again: tuple[str, ...]
    accepted: bool
    refused: bool

    @property
    def place(self) -> str:
        """Where it stands on the page."""
        return "coming" if self.coming else "acceptance"

    def wish(self, *, given: bool) -> Wish:
        """What somebody says who accepts it, or objects to it."""
        return Wish("acceptance", given=given, number=self.version.number)


def changes(spoken: Spoken, said: Words, held: set[str], service: str, language: str, at: datetime) -> list[Change]:
    """The version in force, if they have not accepted it, and the one to come, if it takes something from anybody."""
    in_force, coming = statements.in_force(service, at), statements.coming(service, at)
    found = []
    for version, ahead in ((in_force, False), (coming.version if coming else None, True)):
        if version is None or (ahead and not version.tell):
            continue
        number = statements.corrected(service, version.number)
        older = unaccepted(spoken, held, 0 if ahead else said.accepted, number)
        if older:
            found.append(_change(older[0], version, said, service, language, coming=ahead))
    return found


def _change(old: int, version: Published, said: Words, service: str, language: str, *, coming: bool) -> Change:
    purposes = {offer.partition(".")[0]: under for offer, under in said.yes.items()}
    again = [
        say(version.statement.purposes[name].label, language)
        for name, under in purposes.items()
        if name in asked_again(service, under, version.number)
    ]
    number = version.number
    return Change(old, version, coming, tuple(again), said.accepted >= number, said.refused == number)
