"""Ending all advertising to somebody at once, because they ask for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from troth.consent.wishes import Wish
from troth.control import asking
from troth.control.choosing import choices
from troth.ledger.work import insist_on_unit
from troth.statement import reads as statements
from troth.statement.clause import Voice
from troth.use import reads as uses

STOP: Final = "stop-marketing"
# Purposes of these kinds advertise, whether or not by mail (W3C DPV 2.3: dpv:Marketing and what is narrower).
_ADVERTISE: Final = (
    "dpv:Marketing", "dpv:DirectMarketing", "dpv:SocialMediaMarketing", "dpv:Advertising",
    "dpv:PersonalisedAdvertising", "dpv:TargetedAdvertising",
)  # fmt: skip


def that_end(person: str, service: str, at: datetime) -> list[Wish]:
    """What `person` would have to wish for all advertising to them to end: each yes taken back, each objection made."""
    published = statements.in_force(service, at)
    found = uses.people([person], service, at).get(person)
    if found is None:
        return []
    statement = published.statement
    named = {one.purpose for one in statement.mail.values() if one.category == "promotional"}
    named.update(name for term in _ADVERTISE for name in statement.of_kind(term))
    left = choices(Voice(statement, statement.languages[0]), published.compiled, found.standing)

    def ending() -> Iterator[Wish]:
        for one in (*left.mail, *left.consents):
            if one.about.partition(".")[0] in named and (one.on or one.again):
                yield Wish("consent", given=False, about=one.about)
        for one in left.interests:
            if one.about.partition(".")[2] in named and one.on:
                yield Wish("objection", given=True, about=one.about)

    return list(ending())


def end(person: str, wishes: list[Wish], *, service: str, at: datetime) -> None:
    """Notes these wishes, within the unit of work that they belong to."""
    insist_on_unit()
    for one in wishes:
        asking.noted(person, one, service=service, by="person", at=at)
