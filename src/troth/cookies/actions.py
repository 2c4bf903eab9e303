"""Recording choices, who keeps them, signals, and what was not declared."""

import hmac
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import F

from troth import clock
from troth.clock import rfc3339
from troth.consent import actions as consent
from troth.consent.wishes import Wish, objections, offers
from troth.cookies import reads, rules
from troth.cookies.errors import NoSuchChoice, NotAsked, NotShown
from troth.cookies.models import Choice, Keeping, Signal, Unregistered
from troth.cookies.register import plain_name
from troth.cookies.rules import Chosen, Recorded, Said
from troth.errors import TrothError
from troth.ledger.actions import append, append_written, stencil
from troth.ledger.rows import Insertion
from troth.ledger.rules import Stencil, canonical, commitment_to
from troth.ledger.work import unit_of_work, units_of_work
from troth.networks import Heard, packed
from troth.statement import reads as statements
from troth.statement.reads import Published
from troth.use.reads import people
from troth.use.rules import Standing
from troth.vault.rules import new_ref, new_refs

_MOST_NAMES: Final = 200
_OTHERS: Final = "?"
# A name that nobody finds any more makes room for another one.
_FOUND_WITHIN: Final = timedelta(days=30)
# From one network within a minute: a page reports once, and few pages find anything.
_MOST_REPORTS: Final = 60
_heard: Final = Heard(_MOST_REPORTS)
reports: Counter[str] = Counter()
"""What became of reports of what pages found, since the server began."""
_add_choices = Insertion(
    Choice, "service", "version", "asked", "language", "choices", "gpc", "ref", "follows", "at", "leaf"
)


@dataclass(frozen=True)
class Choosing:
    """What was chosen in a browser: the answers, what had been shown, and the choice that it takes the place of.

    `signal`: the browser sends Global Privacy Control.
    """

    service: str
    digest: str
    language: str
    answers: Mapping[str, bool]
    follows: str
    signal: bool


class Taken(NamedTuple):
    """A choice that is recorded for good: as the browser keeps it, the value of its cookie, the leaf of its entry."""

    chosen: Chosen
    cookie: str
    leaf: bytes
    lifetime: str


@lru_cache(1)
def key() -> bytes:
    """The key that shows which choices we wrote."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"troth.cookies.choice", "sha256")


def choose(one: Choosing) -> Taken:
    """Records a choice and returns once it is durable; what was not answered is no, and so is what the signal covers.

    Raises :class:`NotShown` where something else is asked by now, and :class:`NotAsked` for a purpose that is not.
    """
    return _choose(one)


@units_of_work
def _choose(brought: Sequence[Choosing]) -> Sequence[Taken | Exception]:
    at = clock.now()
    asking = {service: reads.asking(service, at) for service in {one.service for one in brought}}
    known = _known({one.follows for one in brought if one.follows})
    found = [
        _recorded(one, asking[one.service], ref, one.follows if one.follows in known else "", at)
        for one, ref in zip(brought, new_refs(at, len(brought)), strict=True)
    ]
    fresh = [one for one in found if isinstance(one, Recorded)]
    leaves = dict(zip(fresh, _kept(fresh, at), strict=True))
    return [_taken(one, leaves[one], asking[one.said.service]) if isinstance(one, Recorded) else one for one in found]


def _known(refs: Collection[str]) -> set[str]:
    return set(Choice.objects.filter(ref__in=refs).values_list("ref", flat=True)) if refs else set()


def _recorded(one: Choosing, asking: reads.Asking, ref: str, follows: str, at: datetime) -> Recorded | TrothError:
    asked = asking.asked
    if one.digest != asked.digest:
        return NotShown("What is asked has changed since you were shown it. Load the page again.", clause="cookies")
    if any(name not in asked.purposes for name in one.answers):
        message = "The statement asks visitors about no such purpose. Send those that GET of this address names."
        return NotAsked(message, clause="cookies", field="choices")
    if one.language not in asking.statement.languages:
        message = "The statement does not have this language. Send one that it has."
        return NotAsked(message, clause="cookies", field="language")
    refused = asked.covered if one.signal else frozenset()
    choices = tuple((name, one.answers.get(name, False) and name not in refused) for name in sorted(asked.purposes))
    said = Said(one.service, asking.version, asked.digest, one.language, choices, one.signal)
    return Recorded(said, ref, follows, at)


def _kept(rows: Sequence[Recorded], at: datetime) -> list[bytes]:
    written, entries = rfc3339(at), []
    for one in rows:
        alike = _alike(one.said)
        opened = alike.receipt.filled(ref=one.ref, follows=one.follows, at=written)
        entries.append(alike.entry.filled(at=written, commitment=commitment_to(one.ref.encode(), opened)))
    leaves = append_written(entries)
    _add_choices(
        [
            (*one.said[:4], dict(one.said.choices), one.said.gpc, one.ref, one.follows, at, leaf)
            for one, leaf in zip(rows, leaves, strict=True)
        ]
    )
    return leaves


class _Alike(NamedTuple):
    """What choices that say the same leave behind, but for what differs in each."""

    receipt: Stencil
    entry: Stencil


_BLANKS: Final = {name: secrets.token_hex(32) for name in ("ref", "follows", "commitment")}
_AT: Final = datetime.fromisoformat("9000-01-01T00:00:00Z") + timedelta(milliseconds=secrets.randbelow(10**13))


@lru_cache(1024)
def _alike(said: Said) -> _Alike:
    one = Recorded(said, _BLANKS["ref"], _BLANKS["follows"], _AT)
    blanks = {**_BLANKS, "at": rfc3339(_AT)}
    facts = {**rules.facts(said), "commitment": blanks["commitment"]}
    return _Alike(Stencil(canonical(rules.receipt(one)), blanks), stencil("chosen", facts, blanks))


def _taken(one: Recorded, leaf: bytes, asking: reads.Asking) -> Taken:
    chosen = Chosen(one.ref, one.at.date(), one.said.asked, dict(one.said.choices))
    return Taken(chosen, chosen.written(key()), leaf, asking.asked.lifetime)


@unit_of_work
def keep(person: str, choice: str, service: str, *, given: bool, at: datetime) -> bytes:
    """Keeps a choice with what is held of `person`, because they ask for it, or no more. Answers its entry's leaf.

    What is chosen later in the same browser comes with it.
    """
    if not Choice.objects.filter(ref=choice, service=service).exists():
        message = "No choice is recorded under this reference. Choose again in this browser."
        raise NoSuchChoice(message)
    row = Keeping(ref=new_ref(at), person=person, choice=choice, service=service, given=given, at=at)
    row.leaf = append("kept", rules.keeping_facts(row), at=at)
    row.save(force_insert=True)
    return bytes(row.leaf)


def signal(person: str, service: str, *, at: datetime) -> None:
    """Notes that a browser of `person` tells us not to sell or share what is theirs: once, and it holds from now on.

    What they had allowed to others is taken back. What they allow one by one after it stands: they were asked for
    that alone.
    """
    known = people([person], service, at).get(person)
    if known and not reads.signalled(person, service):
        _signal(person, service, tuple(_refused(statements.in_force(service, at), known.standing)), at=at)


@unit_of_work
def _signal(person: str, service: str, refused: Sequence[Wish], *, at: datetime) -> None:
    if reads.signalled(person, service):
        return
    row = Signal(ref=new_ref(at), person=person, service=service, at=at)
    row.leaf = append("signalled", rules.signal_facts(row), at=at)
    row.save(force_insert=True)
    for wish in refused:
        consent.wish(person, service, wish, by="signal", at=at)


def _refused(published: Published, standing: Standing) -> Iterator[Wish]:
    """What somebody says who sends the signal: no yes to others any more, and no interest of ours in giving to them."""
    statement, compiled = published.statement, published.compiled
    for offer in sorted(standing.given & offers(compiled)):
        purpose, _, party = offer.partition(".")
        if rules.is_other(statement, party) if party else rules.shared(statement, purpose):
            yield Wish("consent", given=False, about=offer)
    for name in compiled.purposes.names(compiled.objectable):
        about = f"purpose.{name}"
        if about in objections(compiled) - standing.objected and rules.shared(statement, name):
            yield Wish("objection", given=True, about=about)


def hear(address: str, *, at: datetime) -> bool:
    """Whether a report from this address is listened to; it is counted either way."""
    listened = _heard.again(packed(address), at.timestamp())
    reports["taken" if listened else "flood"] += 1
    return listened


@unit_of_work
def note_unregistered(found: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Counts what a page found in a browser and is not declared: by name and kind alone.

    Names are whatever somebody sends, so there is an end to them: others are counted together.
    """
    for name, kind in found:
        where = {"name": plain_name(name), "kind": kind}
        if not Unregistered.objects.filter(**where).exists() and not _room(at):
            where["name"] = _OTHERS
        row, _ = Unregistered.objects.get_or_create(**where, defaults={"last": at})
        Unregistered.objects.filter(pk=row.pk).update(times=F("times") + 1, last=at)


def _room(at: datetime) -> bool:
    """Whether another name may be noted."""
    names = Unregistered.objects.exclude(name=_OTHERS)
    if names.count() >= _MOST_NAMES:
        names.filter(last__lt=at - _FOUND_WITHIN).delete()
    return names.count() < _MOST_NAMES
