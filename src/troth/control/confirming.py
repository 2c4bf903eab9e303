"""What came by mail in somebody's name, and they confirm: then it is done, or it waits for people to answer it."""

from datetime import datetime, timedelta
from typing import Final

from django.core import signing

from troth.consent.wishes import Wish
from troth.control import advertising, asked, asking, erasing, exports
from troth.control.advertising import STOP
from troth.control.answering import ASKED, SALT
from troth.control.asked import Standing
from troth.control.errors import LinkOver
from troth.control.models import Mailed
from troth.ledger.work import unit_of_work
from troth.vault.actions import stays

_CONFIRMED: Final = "confirmed"
_FOR: Final = timedelta(days=7)


def waiting(token: str) -> Standing:
    """The request that this link confirms; raises :class:`LinkOver` for one that was used, is too old or not ours."""
    try:
        ref = signing.loads(token, salt=SALT, max_age=_FOR)
    except signing.BadSignature:
        raise _over() from None
    if not Mailed.objects.filter(request=ref, state=ASKED).exists():
        raise _over()
    one = asked.request(ref)
    if one.closed:
        raise _over()
    return one


def _over() -> LinkOver:
    return LinkOver("This was confirmed or answered already, or the link is older than a week. Write to us again.")


def confirm(one: Standing, *, service: str, language: str, at: datetime) -> None:
    """Does what was asked: stops, erases, has a package made. What has to be put right waits for people, confirmed.

    A link is good once; of two who follow it at once, one finds it used.
    """
    ending = advertising.that_end(one.person, service, at) if one.asked == STOP else []
    _confirm(one, ending, service=service, language=language, at=at)


@unit_of_work
def _confirm(one: Standing, ending: list[Wish], *, service: str, language: str, at: datetime) -> None:
    there = stays(one.person)  # first of all, as an erasure does
    if not there or not Mailed.objects.filter(request=one.ref, state=ASKED).update(state=_CONFIRMED):
        raise _over()
    match one.asked:
        case "stop-marketing":
            advertising.end(one.person, ending, service=service, at=at)
            asking.close(one.ref, outcome="done", reason="", by="person", at=at)
        case "erase":
            erasing.let_go(one.person, at=at)
        case "access":
            # One that is on its way answers this as well.
            if exports.order(one.person, service=service, language=language, at=at, answers=one.ref) != one.ref:
                asking.close(one.ref, outcome="done", reason="", by="person", at=at)
        case _:
            pass
