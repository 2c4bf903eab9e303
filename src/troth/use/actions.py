"""The only way to plaintext: what is decided is opened, and each opening is counted in the ledger before it is seen."""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from troth.consent import reads as consent
from troth.ledger.actions import append
from troth.ledger.evidence import Told
from troth.ledger.rows import Insertion
from troth.ledger.rules import JSON
from troth.ledger.work import unit_of_work
from troth.statement import reads as statements
from troth.use import audience, evidence, reads, rules
from troth.use.errors import NoSuchToken, NotDeclared, Refused
from troth.use.gates import Reason, Wanted
from troth.use.models import CROWD, FEW, Crowd, Token, Use, Used
from troth.use.tokens import REQUESTS
from troth.vault.opening import Opened, each_opened
from troth.vault.rules import new_ref

_PREFIX: Final = "troth_"
_add_used = Insertion(Used, "use", "person")
_add_crowds = Insertion(Crowd, "use", "first", "refs")


@dataclass(frozen=True)
class Values:
    """What was opened, each value behind its person, record and field; and what was refused, by person and field.

    `leaf` is that of the entry which counts it; empty when nothing was opened.
    """

    opened: Sequence[Opened]
    refused: Mapping[str, Mapping[str, Reason]]
    leaf: bytes = b""

    @cached_property
    def plain(self) -> Mapping[str, Mapping[str, Sequence[tuple[str, bytes]]]]:
        """The same by person and field: each value with its record, the oldest first."""
        found: dict[str, dict[str, list[tuple[str, bytes]]]] = {}
        for person, record, field, value in sorted(self.opened):  # a reference begins with its millisecond
            found.setdefault(person, {}).setdefault(field, []).append((record, value))
        return found


def open_values(
    persons: Collection[str], wanted: Wanted, fields: tuple[str, ...], *, service: str, by: str, at: datetime
) -> Values:
    """Opens `fields` of `persons` for one purpose, as far as each may be used at `at`, and counts it in the ledger.

    Nothing is answered before the entry is kept. `by` says who asks, by role or reference and never by name.
    """
    persons = list(persons)
    at_once = audience.among(persons, wanted, fields, service=service, at=at) if len(persons) > FEW else frozenset()
    others = [person for person in persons if person not in at_once] if at_once else persons
    may, refused = _each(others, wanted, fields, service, at)

    # What was added to a record is used for that record alone.
    added = consent.supplemented(persons) if wanted.transaction else {}

    def allowed(person: str, record: str) -> Collection[str]:
        return fields if person in at_once else may.get((person, added.get(record, record)), ())

    some = {person for person, _ in may}
    whose = [person for person in persons if person in at_once or person in some]
    return _opened(whose, fields, allowed, refused, wanted, service=service, by=by, at=at)


def _each(
    persons: Collection[str], wanted: Wanted, fields: tuple[str, ...], service: str, at: datetime
) -> tuple[dict[tuple[str, str], Collection[str]], dict[str, Mapping[str, Reason]]]:
    """Of each record what may be used of it, and of each person why not the rest."""
    on = reads.day_of(at)
    found = reads.people(persons, service, at)
    may: dict[tuple[str, str], Collection[str]] = {}
    refused: dict[str, Mapping[str, Reason]] = {}
    for person in persons:
        if person not in found:
            refused[person] = dict.fromkeys(fields, rules.UNKNOWN_PERSON)
            continue
        givens, standing, _ = found[person]
        allowed: set[str] = set()
        for given in givens:
            own = given.source.own
            if mask := rules.may_use(given, standing, wanted, rules.asked(own, fields), on):
                may[person, given.record] = rules.named(own, mask)
                allowed.update(may[person, given.record])
        if len(allowed) < len(fields):
            refused[person] = rules.decide(givens, standing, wanted, fields, on).refused
    return may, refused


def open_field(person: str, field: str, wanted: Wanted, *, service: str, by: str, at: datetime) -> bytes:
    """The newest value of one field of one person; raises :class:`Refused`, naming the clause, when it may not be."""
    values = open_values([person], wanted, (field,), service=service, by=by, at=at)
    if reason := values.refused.get(person, {}).get(field):
        message = "This may not be used: {code}. The statement says why."
        raise Refused(message, clause=reason.clause, field=field, code=reason.code)
    return values.plain[person][field][-1][1]


def open_own(  # noqa: PLR0913 - what is opened, for whom and why
    person: str, right: str, *, service: str, by: str, at: datetime, record: str = "", fields: Collection[str] = ()
) -> Values:
    """Everything that is held of a person, for that person: a right is no purpose, and nothing stands against it.

    Of one `record` alone if it is named, and of it only `fields` if any are. What was added from elsewhere stands under
    a reference of its own; ``consent.reads.supplements_of`` says from where. A right that the statement in force does
    not declare is refused.
    """
    if right not in statements.in_force(service, at).statement.rights:
        message = "The statement in force declares no such right. See /privacy/ for those it does."
        raise NotDeclared(message, clause="rights")
    found = reads.people([person], service, at)
    may: dict[tuple[str, str], Collection[str]] = {
        (person, given.record): rules.named(given.source.own, given.fields)
        for known in found.values()
        for given in known.givens
        if record in ("", given.record)
    }
    wanted = Wanted(f"right.{right}")
    every = {field for found in may.values() for field in found if not fields or field in fields}
    added = consent.supplemented([person])

    def allowed(person: str, record: str) -> Collection[str]:
        return may.get((person, added.get(record, record)), ())

    return _opened([person], every, allowed, {}, wanted, service=service, by=by, at=at)


def _opened(
    persons: Collection[str],
    asked: Collection[str],
    allowed: Callable[[str, str], Collection[str]],
    refused: Mapping[str, Mapping[str, Reason]],
    wanted: Wanted,
    **said: Any,
) -> Values:
    values = list(each_opened(persons, asked, allowed))
    fields = Counter([field for _, _, field, _ in values])
    # They come nearly in their order, and what is nearly in order is quickly put in order.
    whose = sorted(dict.fromkeys([person for person, _, _, _ in values]))
    leaf = _tally(whose, fields, wanted, **said) if values else b""
    return Values(values, refused, leaf)


@unit_of_work
def _tally(
    persons: Sequence[str], fields: Mapping[str, int], wanted: Wanted, *, service: str, by: str, at: datetime
) -> bytes:
    """Counts one use: what, why, how many, by whom; and notes for each person that it was of them."""
    ref = new_ref(at)
    facts: dict[str, JSON] = {
        "reference": ref, "service": service, "purpose": wanted.purpose, "recipient": wanted.recipient,
        "country": wanted.country, "fields": dict(fields), "persons": len(persons), "by": by,
    }  # fmt: skip
    leaf = append("used", {**facts, "commitment": evidence.committed(ref, persons)}, at=at)
    use = Use.objects.create(
        ref=ref, service=service, purpose=wanted.purpose, recipient=wanted.recipient, country=wanted.country,
        fields=dict(fields), persons=len(persons), by=by, at=at, leaf=leaf,
    )  # fmt: skip
    if len(persons) <= FEW:
        _add_used([(use.pk, person) for person in persons])
    else:
        crowds = (persons[start : start + CROWD] for start in range(0, len(persons), CROWD))
        _add_crowds([(use.pk, some[0], "".join(some)) for some in crowds])
    return leaf


@unit_of_work
def make_token(
    purposes: Sequence[str], recipient: str, *, service: str, expires: datetime, at: datetime
) -> tuple[str, str]:
    """Makes a token for these purposes, and one recipient or this service itself: its reference, and the token.

    :data:`REQUESTS` among them is the door for requests; it is this service's own.

    It is shown this once: what is kept is its SHA-256, which suffices for 256 random bits.
    """
    published = statements.in_force(service, at)
    unknown = [name for name in purposes if name not in (*published.statement.purposes, REQUESTS)]
    if unknown or not purposes or (recipient and recipient not in published.statement.recipients):
        message = "The statement in force declares no such purpose or recipient. See `troth show` for those it does."
        raise NotDeclared(message, clause="purposes" if unknown or not purposes else "recipients")
    if recipient and REQUESTS in purposes:
        message = "A recipient takes no requests in. Make a token without a recipient for that."
        raise NotDeclared(message, clause="recipients")
    if expires <= at:
        message = "A token that is over when it is made is of no use. Name a later day."
        raise NotDeclared(message)
    ref, secret = new_ref(at), _PREFIX + secrets.token_urlsafe(32)
    digest = sha256(secret.encode()).digest()
    token = Token(ref=ref, ended=False, digest=digest, purposes=sorted(set(purposes)), recipient=recipient)
    _keep(token, expires=expires, at=at)
    return ref, secret


@unit_of_work
def end_token(ref: str, *, at: datetime) -> None:
    """Ends a token: whoever has it is refused from now on."""
    made = Token.objects.filter(ref=ref, ended=False).first()
    if made is None or Token.objects.filter(ref=ref, ended=True).exists():
        message = "There is no token in force with this reference. `troth token list` names those there are."
        raise NoSuchToken(message)
    token = Token(ref=ref, ended=True, digest=made.digest, purposes=made.purposes, recipient=made.recipient)
    _keep(token, expires=made.expires, at=at)


@unit_of_work
def tokens_again(told: Sequence[Told]) -> int:
    """Makes and ends again the tokens that these entries tell of: after an older store was put back.

    Answers how many were not made or ended there yet.
    """
    there = {(one.ref, one.ended) for one in Token.objects.all()}
    found = [_token(one) for one in told if (one.said["reference"], one.said["ended"]) not in there]
    Token.objects.bulk_create(found)
    return len(found)


def _token(told: Told) -> Token:
    said = told.said
    return Token(
        ref=said["reference"], ended=said["ended"], digest=bytes.fromhex(said["digest"]), purposes=said["purposes"],
        recipient=said["recipient"], expires=datetime.fromisoformat(said["expires"]),
        at=datetime.fromisoformat(said["at"]), leaf=told.leaf,
    )  # fmt: skip


def _keep(token: Token, *, expires: datetime, at: datetime) -> None:
    token.expires, token.at = expires, at
    token.leaf = append("token", evidence.token_facts(token), at=at)
    token.save(force_insert=True)
