"""Putting letters into the outbox, and taking them out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag

from troth.ledger.work import unit_of_work
from troth.mail import rules
from troth.mail.errors import NotOfItsClass
from troth.mail.models import Asked, Issue, Mail
from troth.mail.rules import Letter
from troth.vault.reads import person_key, person_keys
from troth.vault.rules import new_ref

_AT_ONCE: Final = 20


class Posted(NamedTuple):
    """A letter that is kept, in the clear."""

    ref: str
    made: datetime
    until: datetime
    tries: int
    letter: Letter


@unit_of_work
def post(person: str, letter: Letter, *, until: datetime, at: datetime) -> str:
    """Keeps `letter` to be sent soon; after `until` it is of no use, and goes unsent."""
    rules.insist_on_class(letter.category, rules.marks_of(letter.body))
    if letter.category == rules.PROMOTIONAL:
        message = "Promotional mail goes out as an issue, to those who agreed and confirmed it. See `troth mail new`."
        raise NotOfItsClass(message)
    ref = new_ref(at)
    sealed = rules.sealed(person_key(person), person, ref, letter)
    Mail.objects.create(ref=ref, person=person, sealed=sealed, made=at, until=until, due=at)
    return ref


@unit_of_work
def take_due(*, at: datetime) -> list[Posted]:
    """Some of the letters that are to be sent now. Nobody else takes them before the next try."""
    due = Mail.objects.select_for_update(skip_locked=True).filter(issue="", state="waiting", due__lte=at, until__gt=at)
    found = list(due.order_by("due")[:_AT_ONCE])
    for one in found:
        one.tries += 1
        one.due = rules.next_try(one.tries, at)
    Mail.objects.bulk_update(found, ["tries", "due"])
    return opened(found)


@unit_of_work
def drop(refs: Collection[str]) -> None:
    """Letters that were sent, or never will be, go."""
    Mail.objects.filter(ref__in=refs).delete()


@unit_of_work
def drop_over(*, at: datetime) -> int:
    """Letters go that are of no use any more; answers how many."""
    gone, _ = Mail.objects.filter(issue="", until__lte=at).delete()
    return gone


@unit_of_work
def drop_all() -> None:
    """Every letter goes unsent, and every issue that is under way is over: nobody knows to whom it went."""
    Mail.objects.all().delete()
    Issue.objects.exclude(state__in=("draft", "done")).update(state="stopped", ended=None)


@unit_of_work
def forget(person: str) -> None:
    """Whatever was still to be sent to `person` goes unsent, and what was sent leads to nobody."""
    Mail.objects.filter(person=person).delete()
    Asked.objects.filter(person=person).delete()


@unit_of_work
def drop_letters(person: str) -> None:
    """The letters to `person` go unsent: they would go to an address that is theirs no more."""
    Mail.objects.filter(person=person, issue="").delete()


def opened(rows: Sequence[Mail]) -> list[Posted]:
    """The letters in `rows`. Of somebody who was erased meanwhile nothing can be read, and nothing is sent."""
    keys = person_keys({one.person for one in rows})
    found = []
    for one in rows:
        if one.person in keys:
            try:
                letter = rules.opened(keys[one.person], one.person, one.ref, bytes(one.sealed))
            except InvalidTag:  # altered: it is given up with its time
                continue
            found.append(Posted(one.ref, one.made, one.until, one.tries, letter))
    return found
