"""Fills the ledger of the installation that ``TROTH_DATA`` names, and prints what that took, as JSON."""

import json
import os
import sys
import time
from hashlib import sha256
from statistics import median

import django
import psutil

django.setup()

from django.core.management import call_command  # noqa: E402 - after the installation is known
from django.db import connections  # noqa: E402

from troth import clock  # noqa: E402
from troth.ledger import actions, reads  # noqa: E402
from troth.ledger.rules import JSON  # noqa: E402
from troth.ledger.work import unit_of_work  # noqa: E402

_AT_ONCE = 10_000
_BATCH, _PROBES, _PROOFS = 700, 15, 1000


@unit_of_work
def _append(start: int, count: int) -> list[bytes]:
    """Entries as large as those that tell of a submission."""
    at = clock.rfc3339(clock.now())
    blank = "c" * 64
    facts: dict[str, JSON] = {"commitment": blank, "record": "r" * 26, "statement": "s" * 64}
    written = actions.stencil("measured", facts, {"at": at, "commitment": blank})
    digests = (sha256(b"%d" % number).hexdigest() for number in range(start, start + count))
    return [(leaf, at) for leaf in actions.append_written([written.filled(at=at, commitment=one) for one in digests])]


def _placing(size: int) -> tuple[float, list[bytes]]:
    """Milliseconds in which a second's entries get their place, and the leaves of some."""
    taken, some = [], []
    for probe in range(_PROBES):
        some += _append(size + probe * _BATCH, _BATCH)
        begun = time.perf_counter()
        assert actions.sequence() == _BATCH
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken), some


def _proving(leaves: list[bytes]) -> float:
    taken = []
    for leaf in leaves[:: max(1, len(leaves) // _PROOFS)]:
        begun = time.perf_counter()
        assert reads.proof(*leaf)
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)


def main() -> None:
    upto = int(sys.argv[1])
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0)
    size, leaves = reads.size(), []
    probed = _BATCH * _PROBES
    while size < upto - probed:
        count = min(_AT_ONCE, upto - probed - size)
        leaves += _append(size, count)[:: _AT_ONCE // 100]
        size += actions.sequence()
    placing, newest = _placing(size)
    memory = psutil.Process().memory_info().rss / 1e6
    found = {"placing": placing, "batch": _BATCH, "memory": memory, "proving": _proving(leaves + newest[::100])}
    json.dump(found, sys.stdout)
    sys.stdout.flush()
    # The committer is a thread that never ends; nothing is left to be written.
    os._exit(0)


main()
