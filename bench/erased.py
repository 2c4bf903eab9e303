"""Fills the installation that ``TROTH_DATA`` names, erases people of whom little and much is held, and prints how fast.

All are there from the beginning, so that each is erased from tables of the same size.
"""

import json
import os
import sys
import time
from datetime import timedelta
from statistics import median

import django

django.setup()

from troth import clock  # noqa: E402 - after the installation is known
from troth.control.erasing import let_go  # noqa: E402
from troth.entry import rotation  # noqa: E402
from troth.entry.service import prepare  # noqa: E402
from troth.ledger.work import unit_of_work  # noqa: E402
from troth.vault.actions import Holding, Value, hold  # noqa: E402
from troth.vault.jobs import sweep_erased  # noqa: E402
from troth.vault.rules import new_ref  # noqa: E402

_AT_ONCE, _KEPT = 1000, 10_000


@unit_of_work
def _given(emails: list[str], each: int) -> list[str]:
    now = clock.now()
    values = [
        Value(f"field-{number}", b"a value as people type them", now + timedelta(days=9)) for number in range(each)
    ]
    return [one.person for one in hold([Holding(new_ref(now), values, email) for email in emails], at=now)]


def _person(name: str, values: int) -> str:
    (person,) = _given([f"{name}@example.com"], min(values, _AT_ONCE))
    for _ in range(1, values // _AT_ONCE):
        _given([f"{name}@example.com"], _AT_ONCE)
    return person


def _milliseconds(person: str) -> float:
    begun = time.perf_counter()
    let_go(person, at=clock.now())
    return (time.perf_counter() - begun) * 1000


def _rate(persons: int) -> float:
    begun = time.perf_counter()
    assert rotation.rotate(lambda _done, _total: None) == persons
    return time.perf_counter() - begun


def main() -> None:
    many, rounds = map(int, sys.argv[1:])
    prepare()
    for start in range(0, _KEPT, _AT_ONCE):
        _given([f"kept{number}@example.com" for number in range(start, start + _AT_ONCE)], 1)
    alone = _rate(_KEPT)
    # Who has much is erased several times over: once for each round they are somebody else.
    pairs = [(_person(f"one{number}", 1), _person(f"many{number}", many)) for number in range(rounds)]
    taken = [tuple(map(_milliseconds, pair)) for pair in pairs]
    one, most = (median(side) for side in zip(*taken, strict=True))
    begun = time.perf_counter()
    swept = sweep_erased(clock.now()) / (time.perf_counter() - begun)
    _person("last", many)
    sealed = many / max(_rate(_KEPT + 1) - alone, 0.001)
    json.dump({"one": one, "many": most, "swept": swept, "exchanged": _KEPT / alone, "sealed": sealed}, sys.stdout)
    sys.stdout.flush()
    # The committer is a thread that never ends; nothing is left to be written.
    os._exit(0)


main()
