"""What the site shows somebody who is signed in because of what they told it, as far as they allow that (P19).

What was opened is remembered for their session, until they say something or the day is over: so a page costs no entry
of its own in the ledger (decision 0032). A purpose is known by its term in the vocabulary, not by its name.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import Final, NamedTuple

from django.conf import settings

from troth.collection.before import Before, given_before
from troth.control.rules import SignedIn
from troth.entry.site import Product, Site
from troth.statement import reads as statements
from troth.statement.model import ANY_LANGUAGE, Statement
from troth.use import reads as use

_RECOMMENDING: Final = "dpv:ProvideProductRecommendations"
_SETTING: Final = "dpv:UserInterfacePersonalisation"
_LANGUAGE: Final = "pd:Language"
_MOST: Final = 4096
_SHOWN: Final = 3


class Reason(NamedTuple):
    """Why something is shown: what somebody answered, at which point, on which day, and the purpose that uses it."""

    answer: Mapping[str, str]
    point: Mapping[str, str]
    at: datetime
    purpose: str


class Recommended(NamedTuple):
    """Products that fit what somebody said, the most fitting first."""

    products: tuple[Product, ...]
    because: tuple[Reason, ...]


class Setting(NamedTuple):
    """The language that somebody likes the site to be in."""

    language: str
    because: Reason


class _Remembered(NamedTuple):
    """What was opened while this was known of somebody, on this day."""

    known: use.Person
    day: int
    found: Mapping[str, Before]


_kept: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()
_guard = Lock()


def recommended(me: SignedIn, site: Site | None, at: datetime) -> Recommended | None:
    """The products that fit what `me` said; None where nothing fits, or where they do not allow it."""
    products = site.products if site else ()
    said = _said(me, _RECOMMENDING, {field for one in products for field in one.fits}, at)

    def fitting(one: Product) -> int:
        return sum(said[field].text in answers for field, answers in one.fits.items() if field in said)

    best = tuple(sorted((one for one in products if fitting(one)), key=fitting, reverse=True)[:_SHOWN])
    because = [field for field, one in said.items() if any(one.text in each.fits.get(field, ()) for each in best)]
    return Recommended(best, tuple(_reason(field, said[field], at) for field in because)) if best else None


def language(me: SignedIn, at: datetime) -> Setting | None:
    """The language that `me` likes; None where they said nothing, do not allow it, or the site does not speak it."""
    statement = _statement(at)
    said = _said(me, _SETTING, [name for name, one in statement.data.items() if one.term == _LANGUAGE], at)
    for field, one in said.items():
        if one.text in [spoken.lower() for spoken in statement.languages]:
            return Setting(one.text, _reason(field, one, at))
    return None


def _reason(field: str, said: Before, at: datetime) -> Reason:
    statement = _statement(at)
    answer = statement.data[field].options.get(said.text, {ANY_LANGUAGE: said.text})
    return Reason(answer, statement.collection[said.point].title, said.at, said.purpose)


def _statement(at: datetime) -> Statement:
    return statements.in_force(settings.TROTH_SERVICE, at).statement


def _said(me: SignedIn, term: str, fields: Iterable[str], at: datetime) -> Mapping[str, Before]:
    service, place = settings.TROTH_SERVICE, (me.session, term)
    known = use.people([me.person], service, at).get(me.person)
    if known is None:
        return {}
    with _guard:
        one = _kept.get(place)
    # Known anew as soon as they say or give anything, and with each version of the statement.
    if one and one.known is known and one.day == use.day_of(at):
        return one.found
    found = given_before(me.person, term, sorted(fields), service=service, at=at)
    with _guard:
        _kept[place] = _Remembered(known, use.day_of(at), found)
        _kept.move_to_end(place)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found
