"""Recording what persons agreed to and chose, together with their ledger entries."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Final

from django.conf import settings
from django.db.models import Count

from troth.clock import rfc3339
from troth.consent import rules, wishes
from troth.consent.errors import NoSuchPerson, NotOffered, NoTransaction
from troth.consent.models import Agreement, Choice, Supplement, Wish, Wording
from troth.consent.reads import withdrawn
from troth.consent.rules import Agreed, Agreeing, Shown
from troth.ledger.actions import append, append_written, stencil
from troth.ledger.evidence import Told
from troth.ledger.rows import Insertion
from troth.ledger.rules import JSON, Stencil, canonical, commitment_to, sha256_hex
from troth.ledger.tables import count_beyond
from troth.ledger.work import insist_on_unit, unit_of_work
from troth.statement.reads import in_force, succession, version
from troth.vault.actions import Value, add, stay, stays
from troth.vault.reads import held_until, numbered_ref, persons_after
from troth.vault.rules import new_ref

_AT_ONCE: Final = 1000
_add_wordings = Insertion(Wording, "digest", "body", unless_there=True)
_add_agreements = Insertion(
    Agreement, "record", "person", "service", "point", "statement", "version", "language", "wording", "at",
    "digests", "receipt", "leaf",
)  # fmt: skip
_add_wishes = Insertion(
    Wish, "ref", "person", "service", "version", "kind", "about", "given", "number", "by", "follows", "at", "leaf"
)
_add_choices = Insertion(Choice, "record", "person", "service", "purpose", "recipient", "given", "at")


def agree(agreeing: Sequence[Agreeing], *, at: datetime) -> list[bytes]:
    """Binds submissions to what was shown, within their unit of work; answers the leaf of each one's entry.

    A purpose that was offered and not chosen is recorded as refused: silence is never consent
    (GDPR recital 32).
    """
    insist_on_unit()
    words, patterns, entries, written = {}, [], [], rfc3339(at)
    for one in agreeing:
        alike = _alike(one.shown, tuple(one.digests), tuple(one.choices.items()))
        words[one.shown.wording], words[alike.digest] = one.shown.body, alike.pattern
        receipt = rules.stencil(alike.pattern).filled(record=one.record, person=one.person, at=written)
        values = {f"value.{name}": digest for name, digest in one.digests.items()}
        opened = alike.opened.filled(record=one.record, person=one.person, receipt=sha256_hex(receipt), **values)
        patterns.append(alike.digest)
        entries.append(alike.entry.filled(at=written, commitment=commitment_to(one.salt, opened)))
    leaves = append_written(entries)
    _add_wordings(sorted(words.items()))
    _add_agreements(
        [
            (
                one.record, one.person, one.shown.service, one.shown.point, one.shown.statement, one.shown.version,
                one.shown.language, one.shown.wording, at, one.digests, pattern, leaf,
            )
            for one, pattern, leaf in zip(agreeing, patterns, leaves, strict=True)
        ]
    )  # fmt: skip
    _add_choices(
        [
            (one.record, one.person, one.shown.service, offer.purpose, offer.recipient, one.choices[offer.id], at)
            for one in agreeing
            for offer in one.shown.offers
        ]
    )
    return leaves


@dataclass(frozen=True)
class _Alike:
    """What submissions of the same words, fields and choices leave behind, but for what differs in each."""

    pattern: bytes
    digest: str
    opened: Stencil
    entry: Stencil


# Stand where a reference, a digest or the time belongs; nobody can have written them anywhere else.
_BLANKS = {name: secrets.token_hex(32) for name in ("record", "person", "receipt", "commitment")}
_AT = datetime.fromisoformat("9000-01-01T00:00:00Z") + timedelta(milliseconds=secrets.randbelow(10**13))


@lru_cache(1024)
def _alike(shown: Shown, fields: tuple[str, ...], choices: tuple[tuple[str, bool], ...]) -> _Alike:
    digests = {name: secrets.token_hex(32) for name in fields}
    blanks = {**_BLANKS, "at": rfc3339(_AT), **{f"value.{name}": digest for name, digest in digests.items()}}
    agreed = Agreed(
        blanks["record"], blanks["person"], shown.service, shown.point, shown.statement, shown.version,
        shown.language, shown.wording, _AT, digests, dict(choices),
    )  # fmt: skip
    facts: dict[str, JSON] = {
        "service": shown.service,
        "point": shown.point,
        "statement": shown.statement,
        "language": shown.language,
        "shown": shown.wording,
        "fields": sorted(fields),
        "choices": agreed.choices,
        "countries": list(shown.countries),
        "commitment": blanks["commitment"],
    }
    pattern = rules.pattern(agreed, version(shown.service, shown.version).statement, settings.TROTH_URL)
    return _Alike(
        pattern,
        sha256_hex(pattern),
        Stencil(canonical(rules.opened_record(agreed, blanks["receipt"])), blanks),
        stencil("collected", facts, blanks),
    )


@unit_of_work
def wish(person: str, service: str, wished: wishes.Wish, *, by: str, at: datetime) -> bytes:
    """Records what a person wishes apart from any submission; from now on it holds. Answers the leaf of its entry.

    What the statement in force leaves to nobody's choice is refused, and so is a wish of somebody of whom nothing is
    held. `by` says who told us: the ``person``, or ``staff`` on their behalf.
    """
    published = in_force(service, at)
    newest = succession(service, at).newest
    if clause := wishes.not_offered(wished, published.compiled, newest):
        message = "The statement in force does not leave this to a person's choice. See what it offers at /privacy/."
        raise NotOffered(message, clause=clause)
    if not stays(person):
        message = "Nothing is held of anybody with this reference. Check that it is whole."
        raise NoSuchPerson(message)
    ref = _ref(person, Wish.objects.filter(person=person).count() + 1)
    last = Choice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    facts = wishes.facts(wished, service=service, version=published.number, by=by, follows=last)
    committed = rules.committed_wish(person, ref)
    leaf = append("wished", {**facts, "commitment": committed}, at=at)
    Wish.objects.create(
        ref=ref, person=person, service=service, version=published.number, by=by, follows=last, at=at, leaf=leaf,
        **vars(wished),
    )  # fmt: skip
    return leaf


def withdraw_all(said: Sequence[tuple[str, str]], service: str, *, by: str, at: datetime) -> None:
    """Takes back, within a unit of work, a yes for each ``(person, about)``, as :func:`wish` does for one.

    Who took it back already, and who is not held any more, has nothing to take back; nor what no statement offers.
    """
    published = in_force(service, at)
    offered = wishes.offers(published.compiled)
    asked = [one for one in dict.fromkeys(said) if one[1] in offered]
    there = stay([person for person, _ in asked])
    known = dict(Wish.objects.filter(person__in=there).values_list("person").annotate(Count("pk")))
    over = withdrawn(there, service)
    last = Choice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = []
    for person, about in asked:
        if person not in there or (person, about) in over:
            continue
        known[person] = known.get(person, 0) + 1
        ref, wished = _ref(person, known[person]), wishes.Wish("consent", given=False, about=about)
        facts = wishes.facts(wished, service=service, version=published.number, by=by, follows=last)
        leaf = append("wished", {**facts, "commitment": rules.committed_wish(person, ref)}, at=at)
        rows.append(
            (ref, person, service, published.number, wished.kind, about, False, wished.number, by, last, at, leaf)
        )
    _add_wishes(rows)


def _ref(person: str, number: int) -> str:
    return numbered_ref(person, "wish", number)


def wish_again(told: Mapping[str, Told]) -> int:
    """Notes again whatever the ledger says was wished: after an older store was put back. Answers how many it noted.

    `told` has the entries of wishes by what each commits to. Those of persons who came later are not found.
    """
    ref, noted = "", 0
    while told and (some := persons_after(ref, _AT_ONCE)):
        noted += _wish_again(some, told)
        ref = some[-1]
    return noted


@unit_of_work
def _wish_again(persons: Sequence[str], told: Mapping[str, Told]) -> int:
    known = dict(Wish.objects.filter(person__in=persons).values_list("person").annotate(Count("pk")))
    found = [row for person in persons for row in _wishes_of(person, known.get(person, 0), told)]
    Wish.objects.bulk_create(found)
    # Choices that come now are said after these wishes, however many were lost.
    count_beyond(Choice, max((row.follows for row in found), default=0))
    return len(found)


def _wishes_of(person: str, known: int, told: Mapping[str, Told]) -> Iterator[Wish]:
    """The wishes of `person` behind those that are known, in their order."""
    for number in count(known + 1):
        ref = _ref(person, number)
        entry = told.get(rules.committed_wish(person, ref))
        if entry is None:
            return
        said = entry.said
        names = ("service", "version", "given", "number", "by", "follows")
        yield Wish(
            ref=ref, person=person, kind=said["wish"], about=said["of"], at=datetime.fromisoformat(said["at"]),
            leaf=entry.leaf, **{name: said[name] for name in names},
        )  # fmt: skip


@unit_of_work
def supplement(record: str, name: str, plain: bytes, *, at: datetime) -> bytes:
    """Adds what the supplement `name` found to the submission `record`, and answers the leaf of its entry.

    It is used for that submission alone, and ends with it: with its purpose's time, or with the last that was given
    there, whichever is over first. Refused where the statement of the submission declares no such supplement there.
    """
    one = Agreement.objects.filter(record=record).first()
    ends = held_until(record)
    if one is None or ends is None or Supplement.objects.filter(record=record, name=name).exists():
        message = "Nothing is held of this submission, or this was added to it before. Check its reference."
        raise NoTransaction(message)
    compiled = version(one.service, one.version).compiled
    declared = compiled.supplements.get(name)
    if declared is None or declared.point != one.point:
        message = "The statement of this submission declares no such supplement at its point. See what it declares."
        raise NotOffered(message, clause=f"collection.{one.point}")
    until = min(ends, compiled.keep_until(compiled.purposes.mask([declared.purpose]), one.at))
    ref = new_ref(at)
    digest = add(one.person, ref, Value(declared.field, plain, until), at=at)
    row = Supplement(
        ref=ref, record=record, person=one.person, service=one.service, version=one.version, name=name,
        field=declared.field, digest=digest, until=until, at=at,
    )  # fmt: skip
    leaf = row.leaf = append("supplemented", rules.supplement_facts(row), at=at)
    row.save(force_insert=True)
    return leaf
