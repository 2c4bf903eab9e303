"""The same statements as Cedar policies, written from their plain text: a second opinion that shares no code with ours.

Cedar allows what any policy permits and none forbids. Each version that judges has policies of its own, and all of
them must allow. Dates are worked out here, since Cedar counts no months.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import cedarpy
import isodate

from tests.support.uses import World
from troth.use.gates import Wanted
from troth.use.known import Kind, Known

Plain = dict[str, Any]
FITTING = {
    "processor": {"processing", "confidentiality", "scc"},
    "affiliate": {"processing", "confidentiality", "scc", "bcr", "joint"},
    "partner": {"partner", "confidentiality", "scc", "joint"},
}


class Opinion:
    """What Cedar says of a world on one day."""

    def __init__(self, world: World, day: date) -> None:
        self._world, self._day = world, day
        self._policies: dict[tuple[int, bool], cedarpy.PolicySet] = {}

    def may_use(self, known: Known, number: int, wanted: Wanted, fields: Iterable[str], *, own: bool) -> set[str]:
        """Which `fields` of one record may be used; `own` says whether it is for that record's own transaction."""
        kind, _ = known.records[number]
        allowed = {field for field in fields if field in kind.fields}
        for judge in self._world.judges(kind):
            asked = sorted(allowed)
            of = known, number, judge
            requests = [self._request(of, wanted, field, own=own) for field in asked]
            found = cedarpy.is_authorized_batch(requests, self._of(judge), []) if asked else []
            allowed = {field for field, one in zip(asked, found, strict=True) if one.allowed}
        return allowed

    def _of(self, judge: int) -> cedarpy.PolicySet:
        in_force = judge == len(self._world.plain) - 1
        if (judge, in_force) not in self._policies:
            text = "\n".join(policies(self._world.plain[judge], self._day, in_force=in_force))
            self._policies[judge, in_force] = cedarpy.PolicySet.from_str(text)
        return self._policies[judge, in_force]

    def _request(self, of: tuple[Known, int, int], wanted: Wanted, field: str, *, own: bool) -> dict[str, Any]:
        known, number, judge = of
        kind, given_on = known.records[number]
        now, mine = self._world.plain[-1], self._world.plain[judge]
        stance = known.stance
        parties = now["recipients"]
        destination = wanted.country or parties.get(wanted.recipient, {}).get("country", "")
        least = now["service"].get("minimum_age") or 0
        context = {
            "purpose": wanted.purpose, "recipient": wanted.recipient, "country": wanted.country,
            "destination": destination, "point": kind.point, "field": field, "own": own, "on": self._day.toordinal(),
            "since": given_on, "yes": sorted({offer for offer, _ in stance.yes}),
            "covered": sorted({one[0] for one in stance.yes if one not in self._world.stale}),
            "objected": sorted(stance.objected), "restricted": stance.restricted, "young": stance.young,
            "born": known.born_by, "least": _years_ago(self._day, least),
            "least_of_children": _years_ago(self._day, max(least, 16)),
            "has_least": least > 0, "end": min(self._kept(kind, field, given_on), _end(mine, wanted.purpose, given_on)),
        }  # fmt: skip
        return {"principal": 'P::"1"', "action": 'Action::"use"', "resource": 'R::"1"', "context": context}

    def _kept(self, kind: Kind, field: str, given_on: int) -> int:
        """When what was given is not held any more: after the longest of what it was given for."""
        plain = self._world.plain[kind.version]
        point = plain["collection"][kind.point]
        served = {**point["required"], **point["optional"]}.get(field)
        if served is None:
            return date.max.toordinal()
        bases = {name: plain["purposes"][name]["basis"] for name in served}
        kept_for = [name for name in served if bases[name] != "consent" or name in kind.chosen]
        return max((_end(plain, name, given_on) for name in kept_for), default=given_on)


def _end(plain: Plain, purpose: str, given_on: int) -> int:
    period = plain["purposes"].get(purpose, {}).get("retention", "P0D")
    length = isodate.parse_duration(period)
    return int((date.fromordinal(given_on) + length).toordinal())


def _years_ago(day: date, years: int) -> int:
    year = day.year - years
    return (date(year, 3, 1) - timedelta(1) if (day.month, day.day) == (2, 29) else day.replace(year=year)).toordinal()


def policies(plain: Plain, day: date, *, in_force: bool) -> Iterator[str]:
    """What one version permits and forbids."""
    yield "forbid(principal, action, resource) when { context.on < context.since || context.on >= context.end };"
    yield from _permits(plain)
    for name, purpose in plain["purposes"].items():
        yield from _of_purpose(plain, name, purpose, in_force=in_force)
    yield _to_recipients(plain)
    yield from _abroad(plain)
    if in_force:
        yield from _standing(plain, day)


def _when(*conditions: str) -> str:
    return f"when {{ {' && '.join(conditions)} }}"


def _is(name: str, value: str) -> str:
    return f"context.{name} == {json.dumps(value)}"


def _permits(plain: Plain) -> Iterator[str]:
    for point, asked in plain["collection"].items():
        fields = {**asked["required"], **asked["optional"]}
        for field, served in fields.items():
            for name in served:
                given = _when(_is("purpose", name), _is("point", point), _is("field", field))
                yield f"permit(principal, action, resource) {given};"
        for added in plain["supplements"].values():
            if added["point"] == point and added["field"] not in fields:
                given = _when(
                    _is("purpose", added["purpose"]), _is("point", point), _is("field", added["field"]), "context.own"
                )
                yield f"permit(principal, action, resource) {given};"


def _of_purpose(plain: Plain, name: str, purpose: Plain, *, in_force: bool) -> Iterator[str]:
    mine = _is("purpose", name)
    if purpose["basis"] == "consent":
        offers = [(_is("recipient", one), f"{name}.{one}") for one in (*plain["recipients"], "stranger")]
        if not purpose["per_recipient"]:
            offers = [("true", name)]
        for words in ("yes", "covered") if in_force else ("yes",):
            given = " || ".join(f"({whom} && context.{words}.contains({json.dumps(offer)}))" for whom, offer in offers)
            yield f"forbid(principal, action, resource) {_when(mine)} unless {{ {given} }};"
    if purpose["per_recipient"]:
        yield f"forbid(principal, action, resource) {_when(mine, _is('recipient', ''))};"
    if purpose["basis"] in ("legitimate-interest", "public-task"):
        against = f"context.objected.contains({json.dumps('purpose.' + name)})"
        yield f"forbid(principal, action, resource) {_when(mine, against)};"
    if purpose["basis"] not in ("legal-obligation", "vital-interest"):
        yield f"forbid(principal, action, resource) {_when(mine, 'context.restricted')};"
    aged = any(point["age"] and name in point["choices"] for point in plain["collection"].values())
    if aged:
        yield f"forbid(principal, action, resource) {_when(mine, 'context.born > context.least')};"
        child = ("context.young", "context.born > context.least_of_children")
        yield f"forbid(principal, action, resource) {_when(mine, *child)};"
    else:
        young = ("context.young", "context.has_least", "context.born > context.least")
        yield f"forbid(principal, action, resource) {_when(mine, *young)};"


def _to_recipients(plain: Plain) -> str:
    may = [
        " && ".join((_is("recipient", party), _is("purpose", name), f"{json.dumps(fields)}.contains(context.field)"))
        for party, one in plain["recipients"].items()
        for name, fields in one["purposes"].items()
        if fields
    ]
    given = " || ".join(f"({one})" for one in may) or "false"
    return f'forbid(principal, action, resource) when {{ context.recipient != "" }} unless {{ {given} }};'


def _abroad(plain: Plain) -> Iterator[str]:
    told = sorted({*plain["stored_in"], *plain["transfers"]})
    known = f"{json.dumps(told)}.contains(context.destination)"
    yield f'forbid(principal, action, resource) when {{ context.destination != "" }} unless {{ {known} }};'
    for code, transfer in plain["transfers"].items():
        if transfer["essential"] or code in plain["stored_in"]:
            continue
        there = _is("destination", code)
        against = [f"context.objected.contains({json.dumps('transfer.' + code)})"]
        against += [
            f"({_is('recipient', party)} && context.objected.contains({json.dumps('recipient.' + party)}))"
            for party in ("house", "friend", "office", "stranger")
        ]
        yield f"forbid(principal, action, resource) {_when(there, '(' + ' || '.join(against) + ')')};"


def _standing(plain: Plain, day: date) -> Iterator[str]:
    for party, one in plain["recipients"].items():
        elsewhere = (
            _is("recipient", party),
            'context.country != ""',
            f"context.country != {json.dumps(one['country'])}",
        )
        yield f"forbid(principal, action, resource) {_when(*elsewhere)};"
        if not _agreed(one, day):
            yield f"forbid(principal, action, resource) {_when(_is('recipient', party))};"
    for code, transfer in plain["transfers"].items():
        begun = transfer["valid_from"] <= str(day)
        over = transfer["valid_to"] is not None and transfer["valid_to"] < str(day)
        if code not in plain["stored_in"] and (not begun or over or transfer["safeguard"] == "safe-harbor"):
            yield f"forbid(principal, action, resource) {_when(_is('destination', code))};"


def _agreed(party: Plain, day: date) -> bool:
    if party["kind"] == "authority":
        return True
    agreement = party.get("agreement")
    if not agreement or agreement["kind"] not in FITTING[party["kind"]]:
        return False
    if party["kind"] in ("processor", "partner") and not agreement["confidential"]:
        return False
    expires = agreement["expires"]
    return bool(agreement["signed"] <= str(day) and (expires is None or str(day) <= expires))
