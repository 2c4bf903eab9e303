"""Statements, people and questions drawn at random: what may be used of whom is asked of all of them."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.support.statements import load_plain, minimal
from troth.statement.compile import Compiled, compile_statement
from troth.use.gates import FOREVER, Source, Wanted
from troth.use.known import Kind, Known, Law, Stance
from troth.use.rules import Given, Standing

TODAY = date(2026, 11, 23)
ON = TODAY.toordinal()
FIELDS = ("email", "name", "phone")
PURPOSES = ("answer", "mail", "fraud", "share", "duty")
POINTS = ("enquiry", "order")
RECIPIENTS = ("house", "friend", "office")
COUNTRIES = ("TW", "US", "JP")
BASES = ("consent", "contract", "legal-obligation", "vital-interest", "public-task", "legitimate-interest")
PERIODS = ("P1M", "P30D", "P1Y", "P2Y", "P2Y")
_WORDS = "Words"

Plain = dict[str, Any]


@dataclass
class World:
    """A few versions of a statement, the last in force, and people who gave and said something under each."""

    plain: list[Plain]
    compiled: list[Compiled]
    people: dict[str, Known]
    stale: frozenset[tuple[str, int]]

    @property
    def law(self) -> Law:
        """How the last version judges."""
        return Law(self.source, self.standing)

    def source(self, kind: Kind) -> Source:
        judges = dict.fromkeys(self.compiled[number] for number in self.judges(kind))
        return Source(self.compiled[kind.version], tuple(judges), kind.point, self.chosen(kind))

    def judges(self, kind: Kind) -> list[int]:
        """The numbers of the versions that judge what is of this kind."""
        last = len(self.compiled) - 1
        return list(dict.fromkeys((max(kind.version, min(kind.accepted, last)), last)))

    def chosen(self, kind: Kind) -> int:
        return self.compiled[kind.version].purposes.mask(kind.chosen)

    def standing(self, stance: Stance) -> Standing:
        return Standing(
            given=frozenset(offer for offer, _ in stance.yes),
            covered=frozenset(offer for offer, version in stance.yes if (offer, version) not in self.stale),
            objected=stance.objected,
            restricted=stance.restricted,
            young=stance.young,
        )

    def givens(self, known: Known) -> list[Given]:
        """What is held of somebody, as decisions take it."""
        found = []
        for number, (kind, day) in enumerate(known.records):
            source = self.source(kind)
            found.append(Given(source, source.own.fields.known(kind.fields), day, f"record-{number}"))
        return found

    def said(self, known: Known) -> Standing:
        """What somebody said, with their age."""
        return self.standing(known.stance)._replace(born_by=known.born_by)


def chance(seed: int) -> Random:
    """The chance that `seed` stands for."""
    return Random(seed)  # noqa: S311 - nothing is kept secret by it


def world(random: Random, *, versions: int = 3, people: int = 12) -> World:
    """A world of so many versions and people."""
    plain = [statement(random) for _ in range(versions)]
    for following in range(1, versions):
        # A part of what one version says is what the one before it said.
        for section in ("purposes", "collection", "recipients", "transfers", "service", "supplements"):
            if random.random() < 0.85:
                plain[following][section] = copy.deepcopy(plain[following - 1][section])
    for one in plain:
        _leave_out_undeclared(one)
    compiled = [compile_statement(load_plain(one).statement) for one in plain]
    stale = frozenset((offer, number) for offer in _offers() for number in range(versions) if random.random() < 0.2)
    return World(plain, compiled, {_name(number): known(random, plain) for number in range(people)}, stale)


def _name(number: int) -> str:
    return f"{number:033d}".translate(str.maketrans("0189", "abcd"))


def statement(random: Random) -> Plain:
    """A statement of the same names and any content."""
    plain = minimal()
    plain["stored_in"] = random.choice((["TW"], ["TW", "JP"]))
    plain["service"] = {**plain["service"], "minimum_age": random.choice((None, 16, 18))}
    plain["data"] = {name: {"label": _WORDS, "term": "pd:Name", "input": "text"} for name in (*FIELDS, "result")}
    plain["purposes"] = {name: _purpose(random) for name in PURPOSES if random.random() < 0.9}
    plain["collection"] = {name: _point(random) for name in POINTS if random.random() < 0.95}
    plain["recipients"] = {name: _recipient(random) for name in RECIPIENTS if random.random() < 0.8}
    plain["transfers"] = {code: _transfer(random) for code in ("US", "JP") if random.random() < 0.8}
    added = {"field": random.choice(("result", "phone")), "source": _WORDS, "purpose": random.choice(PURPOSES)}
    plain["supplements"] = {"look-up": {**added, "point": "order"}} if random.random() < 0.5 else {}
    plain["mail"] = {}
    return plain


def _leave_out_undeclared(plain: Plain) -> None:
    """What a section names and another does not declare is none of this: checks look after it."""
    declared = plain["purposes"].keys()
    for point in plain["collection"].values():
        for need in ("required", "optional"):
            point[need] = {name: [one for one in served if one in declared] for name, served in point[need].items()}
        point["choices"] = [one for one in point["choices"] if one in declared]
    for party in plain["recipients"].values():
        party["purposes"] = {name: given for name, given in party["purposes"].items() if name in declared}
    if plain["supplements"] and plain["supplements"]["look-up"]["purpose"] not in declared:
        plain["supplements"] = {}


def _some(random: Random, of: tuple[str, ...], *, least: int = 0) -> list[str]:
    return random.sample(of, random.randint(least, len(of)))


def _purpose(random: Random) -> Plain:
    said = {"label": _WORDS, "text": _WORDS, "term": "dpv:Marketing", "basis": random.choice(BASES)}
    each = said["basis"] == "consent" and random.random() < 0.4
    return {**said, "retention": random.choice(PERIODS), "per_recipient": each}


def _point(random: Random) -> Plain:
    fields = {name: _some(random, PURPOSES, least=2) for name in FIELDS if random.random() < 0.9}
    needed = {name for name in fields if random.random() < 0.5}
    return {
        "title": _WORDS,
        "intro": _WORDS,
        "required": {name: served for name, served in fields.items() if name in needed},
        "optional": {name: served for name, served in fields.items() if name not in needed},
        "choices": _some(random, PURPOSES),
        "age": random.random() < 0.4,
    }


def _recipient(random: Random) -> Plain:
    kind = random.choice(("affiliate", "processor", "partner", "authority"))
    signed = _day(random, -400, 0)
    agreement = {
        "kind": random.choice(("confidentiality", "confidentiality", "scc", "processing", "joint")),
        "signed": signed,
        "expires": random.choice((None, _day(random, 0, 400))),
        "confidential": random.random() < 0.9,
    }
    given = {name: _some(random, FIELDS, least=2) for name in PURPOSES if random.random() < 0.8}
    said = {"name": _WORDS, "kind": kind, "country": random.choice(COUNTRIES), "purposes": given}
    return said if random.random() < 0.1 else {**said, "agreement": agreement}


def _transfer(random: Random) -> Plain:
    return {
        "safeguard": random.choice(("scc", "scc", "scc", "scc", "scc", "safe-harbor")),
        "valid_from": _day(random, -400, 0),
        "valid_to": random.choice((None, _day(random, 0, 400))),
        "essential": random.random() < 0.4,
        "reason": _WORDS,
        "copy_at": _WORDS,
    }


def _day(random: Random, after: int, before: int) -> str:
    # The first and the last day of something are asked about more often than chance would have it.
    edge = random.random() < 0.25
    return str(TODAY + timedelta(days=random.choice((-1, 0, 1)) if edge else random.randint(after, before)))


def known(random: Random, plain: list[Plain]) -> Known:
    """Somebody who gave and said something."""
    records = []
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        version = random.randrange(len(plain))
        fields = frozenset(_some(random, (*FIELDS, "result"), least=3))
        chosen = frozenset(name for name in plain[version]["purposes"] if random.random() < 0.6)
        point = random.choice(POINTS)
        fields &= _held_at(plain[version], point)
        if fields:
            accepted = random.choice((0, *range(len(plain))))
            records.append((Kind(version, point, chosen, fields, accepted), ON - _age_in_days(random)))
    yes = frozenset((offer, random.randrange(len(plain))) for offer in _offers() if random.random() < 0.85)
    objected = frozenset(about for about in objections() if random.random() < 0.08)
    stance = Stance(yes, objected, random.random() < 0.1, random.random() < 0.1)
    years = random.choice((0, 16, 17, 18, 40, 40))
    born_by = random.choice((FOREVER, ON - years * 365 - years // 4 + random.choice((-2, -1, 0, 1, 2))))
    return Known(tuple(records), stance, born_by)


def _held_at(plain: Plain, point: str) -> frozenset[str]:
    """What can be held of a record of a point: what it asks for, and what is added to it."""
    asked = plain["collection"].get(point)
    if asked is None:
        return frozenset()
    added = (one["field"] for one in plain["supplements"].values() if one["point"] == point)
    return frozenset((*asked["required"], *asked["optional"], *added))


def _age_in_days(random: Random) -> int:
    length = random.choice((0, 1, 30, 31, 365, 730, random.randint(-1, 800)))
    return length + random.choice((-2, -1, 0, 0, 1, 2))


def _offers() -> tuple[str, ...]:
    return (*PURPOSES, *(f"{purpose}.{party}" for purpose in PURPOSES for party in RECIPIENTS))


def objections() -> tuple[str, ...]:
    """Everything that somebody may object to."""
    return (
        *(f"purpose.{name}" for name in PURPOSES),
        *(f"transfer.{code}" for code in COUNTRIES),
        *(f"recipient.{name}" for name in RECIPIENTS),
    )


def questions(random: Random, count: int) -> Iterator[Wanted]:
    """What somebody may want, and some of what nobody declared."""
    for _ in range(count):
        recipient = random.choice(("", "", "", *RECIPIENTS, *RECIPIENTS, "stranger"))
        country = random.choice(("", "", "", "", "", *COUNTRIES, "DE"))
        yield Wanted(random.choice((*PURPOSES, "resale")), recipient, country)
