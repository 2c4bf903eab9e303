"""Releasing a table: once it is made it is the same for whoever is given it, and each of them stands in the ledger."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings

from troth.ledger.actions import append
from troth.ledger.reads import entries_with
from troth.ledger.rules import JSON, canonical, sha256_hex
from troth.ledger.work import unit_of_work
from troth.sharing import noise, rules
from troth.sharing.errors import BudgetSpent, Exposing, TooFew
from troth.sharing.evidence import facts
from troth.sharing.models import Release
from troth.sharing.rules import Table
from troth.vault.rules import new_ref

EVERYBODY: Final = "everybody"
RESEARCH: Final = "research"
_WHY: Final = {
    "period": "Its days overlap with those of a table that was released before. Ask for the very same days.",
    "lost": "The same was released before, and what it was is lost: it would be another table. Ask for other days.",
    "dimensions": "With the tables that were released of these days it makes a circle. Ask by fewer dimensions.",
}


@dataclass(frozen=True)
class Asked:
    """Which table is to be released to whom. With an `epsilon`, in thousandths, it has noise."""

    service: str
    first: date
    last: date
    by: tuple[str, ...]
    recipient: str
    epsilon: int = 0


@dataclass(frozen=True)
class Made:
    """A release: its reference, the digest and the bytes of its table, and the leaf of its entry."""

    ref: str
    digest: str
    body: bytes
    leaf: bytes


@unit_of_work
def release(asked: Asked, count: Callable[[], Table], *, at: datetime) -> Made:
    """Releases a table, and answers it. What was released before is not made again: more noise would wear it off.

    Refused if it could expose a small number beside what was released before, or needs more than the year's budget.
    `count` makes the table without noise, or what noise is put on: bounded counts.
    """
    alike = [one for one in _of_the_days(asked) if set(one.by) == set(asked.by) and one.epsilon == asked.epsilon]
    for one in alike:
        if one.recipient == asked.recipient:
            return Made(one.ref, one.digest, bytes(one.body), bytes(one.leaf))
    body = bytes(alike[0].body) if alike else _new(asked, count)
    row = Release(
        ref=new_ref(at), service=asked.service, first=asked.first, last=asked.last, by=list(asked.by), body=body,
        epsilon=asked.epsilon, recipient=asked.recipient, digest=sha256_hex(body), at=at,
    )  # fmt: skip
    row.leaf = append("released", facts(row), at=at)
    row.save(force_insert=True)
    return Made(row.ref, row.digest, body, row.leaf)


def _of_the_days(asked: Asked) -> list[Release]:
    return list(Release.objects.filter(service=asked.service, first=asked.first, last=asked.last).order_by("pk"))


def _new(asked: Asked, count: Callable[[], Table]) -> bytes:
    left = list(_left(asked.service, noisy=bool(asked.epsilon)))
    wanted = rules.Released(str(asked.first), str(asked.last), asked.by)
    earlier = [rules.Released(one["first"], one["last"], tuple(one["by"])) for one in left]
    if not asked.epsilon and (why := rules.exposes(wanted, earlier)):
        raise Exposing(_WHY[why])
    body = _noisy(asked, count()) if asked.epsilon else _plain(asked, count())
    before = {
        one["digest"] for one, table in zip(left, earlier, strict=True)
        if table[:2] == wanted[:2] and set(table.by) == set(wanted.by) and one["epsilon"] == asked.epsilon
    }  # fmt: skip
    if before - {sha256_hex(body)}:
        raise Exposing(_WHY["lost"])
    return body


def _plain(asked: Asked, table: Table) -> bytes:
    if table.total is None:
        message = "Fewer than {k} visitors were there. Ask for more days."
        raise TooFew(message, k=rules.K)
    return _body(asked, table, {"k": rules.K})


def _noisy(asked: Asked, table: Table) -> bytes:
    left = settings.TROTH_EPSILON - spent(asked.service, asked.first.year)
    if asked.epsilon > left:
        message = "Of the budget of {year}, {left} is left. Ask for more noise, or not at all."
        raise BudgetSpent(message, year=asked.first.year, left=str(left / 1000))
    drawn, scale, threshold = noise.drawn(dict(table.shown), asked.epsilon / 1000)
    shown = tuple(sorted(drawn.items(), key=lambda one: (-one[1], one[0])))
    how: dict[str, JSON] = {
        "epsilon": str(asked.epsilon / 1000), "delta": str(noise.DELTA), "scale": str(scale),
        "threshold": threshold, "most": noise.MOST, "unit": "a visitor on one day",
    }  # fmt: skip
    return _body(asked, Table(asked.by, (), shown, 0, None), how)


def spent(service: str, year: int) -> int:
    """How much of a year's budget is spent, in thousandths. A table counts once, whoever was given it."""
    noisy = _left(service, noisy=True)
    return sum({one["digest"]: one["epsilon"] for one in noisy if one["first"].startswith(f"{year:04}-")}.values())


def _left(service: str, *, noisy: bool) -> Iterator[Mapping[str, Any]]:
    """What left so far: as the rows say, and the ledger, which knows of it also after an older store was put back."""
    told = (json.loads(data) for _, data in entries_with(b'"kind":"released"'))
    for one in (*map(facts, Release.objects.filter(service=service)), *told):
        if (one["service"], bool(one["epsilon"])) == (service, noisy):
            yield one


def _body(asked: Asked, table: Table, how: dict[str, JSON]) -> bytes:
    """The table as it leaves, in canonical JSON."""
    named: dict[str, JSON] = {
        "service": asked.service, "first": str(asked.first), "last": str(asked.last), "by": list(asked.by),
        "method": how, "counts": [[*key, visits] for key, visits in table.shown],
    }  # fmt: skip
    if table.total is not None:
        alone = {axis: list(values) for axis, values in zip(table.by, table.values, strict=True)}
        named |= {"total": table.total, "others": table.others, "values": alone}
    return canonical(named)


def table_of(body: bytes) -> Table:
    """The table that was released with these bytes."""
    told = json.loads(body)
    by = tuple(told["by"])
    shown = tuple((tuple(key), visits) for *key, visits in told["counts"])
    values = tuple(tuple(told.get("values", {}).get(axis, ())) for axis in by)
    return Table(by, values, shown, told.get("others", 0), told.get("total"))
