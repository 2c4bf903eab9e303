"""Agreements and receipts as values."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, NamedTuple

from troth.clock import rfc3339
from troth.consent import rules
from troth.consent.errors import NoSuchReceipt
from troth.consent.models import Agreement, Choice, Supplement, Wish, Wording
from troth.consent.wishes import Spoken
from troth.consent.wishes import Wish as Wished
from troth.ledger import reads as ledger
from troth.ledger.among import moment, rows_among
from troth.ledger.rules import sha256_hex
from troth.ledger.tail import Tail
from troth.vault.reads import entry_salt

_AT_ONCE: Final = 10_000


def spoken(persons: Collection[str], service: str) -> dict[str, Spoken]:
    """What each of `persons` said to `service`."""
    found = {person: Spoken([], [], []) for person in persons}
    made = rows_among(Agreement, "person", persons, "service", "person", "record", "point", "version", "at")
    for whose, person, record, point, version, at in made:
        if whose == service:
            found[person].agreements.append((record, point, version, moment(at)))
    chosen = rows_among(
        Choice, "person", persons, "service", "person", "id", "record", "purpose", "recipient", "given", order="id"
    )
    for whose, person, number, record, purpose, recipient, given in chosen:
        if whose == service:
            offer = f"{purpose}.{recipient}" if recipient else purpose
            found[person].choices.append((number, record, offer, bool(given)))
    wished = rows_among(
        Wish, "person", persons, "service", "person", "follows", "id", "kind", "given", "about", "number", "version",
        "at", order="id",
    )  # fmt: skip
    for whose, person, follows, number, kind, given, about, value, version, at in wished:
        if whose == service:
            wish = Wished(kind, bool(given), about, value)
            found[person].wishes.append((follows, number, wish, version, moment(at)))
    for ref, person, record in rows_among(Supplement, "person", persons, "ref", "person", "record"):
        found[person] = found[person]._replace(supplements=[*found[person].supplements, (ref, record)])
    return found


def gave_at(persons: Collection[str], service: str, points: Collection[str] | None) -> dict[str, str]:
    """Those of `persons` who gave something to `service`, at one of `points` if they are named: each with the language
    of what they gave last.
    """
    rows = rows_among(Agreement, "person", persons, "person", "point", "language", "at", service=[service])
    there = {person for person, point, _, _ in rows if points is None or point in points}
    spoken = {person: language for person, _, language, _ in sorted(rows, key=lambda row: moment(row[3]))}
    return {person: spoken[person] for person in there}


def persons_at(service: str, points: Collection[str] | None) -> set[str]:
    """Everybody who ever gave something to `service`, at one of `points` if they are named; also who is gone since."""
    rows = Agreement.objects.filter(service=service, **({} if points is None else {"point__in": list(points)}))
    return set(rows.values_list("person", flat=True).iterator(_AT_ONCE))


def supplemented(persons: Collection[str]) -> dict[str, str]:
    """Of what was added to records of `persons`: the reference under which it is held, and the record it is for."""
    return dict(rows_among(Supplement, "person", persons, "ref", "record"))


def confirmed(persons: Collection[str], service: str, about: str) -> set[str]:
    """Those of `persons` whose last wish about a purpose is a yes that they gave themselves, who read their mail (P12).

    A choice at a point is none: anybody can type anybody's address there (decision 0007).
    """
    rows = rows_among(
        Wish, "person", persons, "person", "given", "by", order="id", about=[about], kind=["consent"], service=[service]
    )
    return {person for person, (given, by) in {row[0]: row[1:] for row in rows}.items() if given and by == "person"}


def withdrawn(persons: Collection[str], service: str) -> set[tuple[str, str]]:
    """What `persons` took back last, each with what it was about."""
    rows = rows_among(
        Wish, "person", persons, "person", "about", "given", order="id", kind=["consent"], service=[service]
    )
    return {(person, about) for (person, about), given in {row[:2]: row[2] for row in rows}.items() if not given}


def languages(persons: Collection[str], service: str) -> dict[str, str]:
    """The language in which each of `persons` gave something last."""
    return dict(rows_among(Agreement, "person", persons, "person", "language", order="at", service=[service]))


class Yes(NamedTuple):
    """A yes at a point, by its number: whose it is, about which purpose, in which language, when."""

    number: int
    person: str
    about: str
    language: str
    at: datetime


def newest_choice() -> int:
    """The number of the newest choice; 0 when there is none."""
    return Choice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def yeses(first: int, last: int, purposes: Collection[str], service: str) -> list[Yes]:
    """Every yes to one of `purposes` from the choice `first` to `last`, in their order."""
    rows = Choice.objects.filter(pk__range=(first, last), given=True, service=service, purpose__in=list(purposes))
    found = list(rows.filter(recipient="").order_by("pk").values_list("pk", "person", "purpose", "record", "at"))
    spoken = dict(rows_among(Agreement, "record", [row[3] for row in found], "record", "language"))
    return [Yes(pk, person, about, spoken[record], at) for pk, person, about, record, at in found]


@dataclass(frozen=True)
class Supplemented:
    """What was added to a record: where it is held, for which record, what the statement of then calls it, and when."""

    ref: str
    record: str
    service: str
    version: int
    name: str
    field: str
    digest: str
    until: datetime
    at: datetime
    leaf: bytes


def supplements_of(person: str) -> list[Supplemented]:
    """Everything that was added to records of `person` and may still be held, in its order."""
    rows = Supplement.objects.filter(person=person).order_by("pk").values(*[one.name for one in fields(Supplemented)])
    return [Supplemented(**{**row, "leaf": bytes(row["leaf"])}) for row in rows]


def new_words() -> tuple[Tail, Tail]:
    """Tells of choices and wishes that are made anew: by whom."""
    return Tail(Choice, "person"), Tail(Wish, "person")


@dataclass(frozen=True)
class Recorded:
    """An agreement as it is kept: what was agreed, the receipt as it was made then, the leaf of its entry."""

    agreed: rules.Agreed
    receipt: bytes
    leaf: bytes


def agreements() -> int:
    """How many submissions were taken."""
    return Agreement.objects.count()


def recorded(record: str) -> Recorded:
    """The agreement of one submission; raises :class:`NoSuchReceipt` when there is none."""
    row = Agreement.objects.filter(record=record).first()
    if row is None:
        message = "There is no receipt at this address. Check that the address is whole."
        raise NoSuchReceipt(message)
    one = agreed(row, Choice.objects.filter(record=record).order_by("pk"))
    return Recorded(one, rules.receipt(_words(row.receipt), one), bytes(row.leaf))


def bound(records: Iterable[str]) -> dict[str, tuple[str, bytes, datetime]]:
    """Whose each of `records` is, the leaf of its entry and when it was made; without those that there are not."""
    rows = Agreement.objects.filter(record__in=list(records)).values_list("record", "person", "leaf", "at")
    return {record: (person, bytes(leaf), at) for record, person, leaf, at in rows}


def record_of(leaf: bytes) -> str:
    """The record that the entry with this leaf tells of; empty if it tells of none. It is searched for."""
    return Agreement.objects.filter(leaf=leaf).values_list("record", flat=True).first() or ""


def agreed(row: Agreement, choices: Iterable[Choice]) -> rules.Agreed:
    """The agreement in `row` with its choices, as a value."""
    facts: dict[str, Any] = {one.name: getattr(row, one.name) for one in fields(rules.Agreed) if one.name != "choices"}
    chosen = {f"{choice.purpose}.{choice.recipient}".rstrip("."): choice.given for choice in choices}
    return rules.Agreed(**facts, choices=chosen)


def wording(digest: str) -> dict[str, Any]:
    """What was shown, by its digest."""
    shown: dict[str, Any] = json.loads(_words(digest))
    return shown


def _words(digest: str) -> bytes:
    return bytes(Wording.objects.values_list("body", flat=True).get(digest=digest))


def receipt(record: str) -> dict[str, Any] | None:
    """The receipt with its ledger entry, proof and opening; None until the ledger has given the entry its place.

    ``{"receipt": JSON-LD, "entry": text, "proof": tlog-proof, "vkey": text, "opening": {"salt", "record"}}``
    """
    one = recorded(record)
    at = rfc3339(one.agreed.at)
    proof, placed = ledger.proof(one.leaf, at), ledger.placed(one.leaf, at)
    if proof is None or placed is None:
        return None
    return {
        "receipt": json.loads(one.receipt),
        "entry": placed.data.decode(),
        "proof": proof,
        "vkey": ledger.verifier_key(),
        "opening": {
            "salt": entry_salt(one.agreed.person, record).hex(),
            "record": rules.opened_record(one.agreed, sha256_hex(one.receipt)),
        },
    }
