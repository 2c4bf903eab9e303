"""What is asked, what was chosen and what people keep, as values."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import Sum

from troth.clock import rfc3339
from troth.cookies import banner, rules
from troth.cookies.errors import NoSuchChoice
from troth.cookies.models import Choice, Keeping, Signal, Unregistered
from troth.ledger import reads as ledger
from troth.statement import reads as statements
from troth.statement.model import Statement

_REMEMBERED: Final = 32


@dataclass(frozen=True)
class Asking:
    """What a version of the statement asks visitors about, and what the page is told of it."""

    version: int
    statement: Statement
    asked: rules.Asked
    told: bytes
    etag: str


def asking(service: str, at: datetime) -> Asking:
    """What is asked at `at`."""
    return asking_by(service, statements.number_in_force(service, at))


@lru_cache(_REMEMBERED)
def asking_by(service: str, number: int) -> Asking:
    """What version `number` asks. Versions never change, so it is worked out once."""
    statement = statements.version(service, number).statement
    asked = rules.asked(statement)
    told = banner.configuration(
        statement, asked, url=settings.TROTH_URL, first=settings.TROTH_LANGUAGE, secure=settings.INSTALLATION.secure
    )
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Asking(number, statement, asked, written, f'"{sha256(written).hexdigest()[:32]}"')


def receipt(ref: str) -> dict[str, Any] | None:
    """What was recorded of a choice, with its entry, proof and opening; None until the entry has its place."""
    row = Choice.objects.filter(ref=ref).first()
    if row is None:
        message = "No choice is recorded under this reference. Check that the address is whole."
        raise NoSuchChoice(message)
    one = rules.recorded(row)
    at, leaf = rfc3339(row.at), bytes(row.leaf)
    proof, placed = ledger.proof(leaf, at), ledger.placed(leaf, at)
    if proof is None or placed is None:
        return None
    words = rules.receipt(one)
    return {
        "receipt": words, "entry": placed.data.decode(), "proof": proof, "vkey": ledger.verifier_key(),
        "opening": {"salt": ref.encode().hex(), "record": words},
    }  # fmt: skip


class Made(NamedTuple):
    """A choice as it was made."""

    ref: str
    version: int
    language: str
    choices: dict[str, bool]
    gpc: bool
    at: datetime
    leaf: bytes


class Kept(NamedTuple):
    """What a person keeps of one browser: the choice they asked for, and what took its place, the newest first."""

    ref: str
    choices: tuple[Made, ...]


def is_recorded(ref: str, service: str) -> bool:
    """Whether a choice is recorded under this reference."""
    return Choice.objects.filter(ref=ref, service=service).exists()


def kept_by(person: str, service: str) -> list[Kept]:
    """What `person` keeps of each browser, in the order in which they asked for it."""
    said = Keeping.objects.filter(person=person, service=service).order_by("pk").values_list("choice", "given")
    return [Kept(ref, _from(ref)) for ref, given in dict(said).items() if given]


def _from(ref: str) -> tuple[Made, ...]:
    """The choice and all that took its place, the newest first."""
    found: dict[str, Choice] = {}
    rows = list(Choice.objects.filter(ref=ref))
    while rows:
        found |= {row.ref: row for row in rows}
        rows = [row for row in Choice.objects.filter(follows__in=[row.ref for row in rows]) if row.ref not in found]
    ordered = sorted(found.values(), key=lambda row: row.pk, reverse=True)
    return tuple(
        Made(row.ref, row.version, row.language, row.choices, row.gpc, row.at, bytes(row.leaf)) for row in ordered
    )


class Said(NamedTuple):
    """An entry about a person: that they keep a choice or no more, or that their browser signalled."""

    ref: str
    kind: str
    about: str
    given: bool
    at: datetime
    leaf: bytes


def said_of(person: str) -> list[Said]:
    """Every entry of this room that is about `person`."""
    keeping = Keeping.objects.filter(person=person)
    return [
        *(Said(row.ref, "kept", row.choice, row.given, row.at, bytes(row.leaf)) for row in keeping),
        *(
            Said(row.ref, "signalled", "", True, row.at, bytes(row.leaf))  # noqa: FBT003 - as all signals are
            for row in Signal.objects.filter(person=person)
        ),
    ]


def opening(person: str, one: Said) -> dict[str, Any]:
    """What opens the commitment of such an entry for its person."""
    record = {"person": person, "choice": one.about} if one.kind == "kept" else {"person": person}
    return {"salt": one.ref.encode().hex(), "record": record}


def signalled(person: str, service: str) -> datetime | None:
    """When a browser of `person` first told us not to sell or share; None if none ever did."""
    return Signal.objects.filter(person=person, service=service).values_list("at", flat=True).first()


def unregistered() -> dict[str, int]:
    """What was found in browsers and is not declared: how often, by name."""
    return {
        row["name"]: row["seen"]
        for row in Unregistered.objects.values("name").annotate(seen=Sum("times")).order_by("-seen", "name")
    }
