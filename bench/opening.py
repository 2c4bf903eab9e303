"""Fills the installation that ``TROTH_DATA`` names with subscribers, opens one field of all, and prints how fast."""

import gc
import json
import os
import secrets
import sys
import time
from statistics import median

import django
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

django.setup()

from django.conf import settings  # noqa: E402 - after the installation is known

from troth import clock  # noqa: E402
from troth.collection.reads import asking  # noqa: E402
from troth.consent.actions import agree  # noqa: E402
from troth.consent.rules import Agreeing  # noqa: E402
from troth.entry.service import prepare  # noqa: E402
from troth.ledger.actions import sequence  # noqa: E402
from troth.ledger.work import unit_of_work  # noqa: E402
from troth.use.actions import open_values  # noqa: E402
from troth.use.audience import audience  # noqa: E402
from troth.use.gates import Wanted  # noqa: E402
from troth.vault.actions import Holding, Value, hold  # noqa: E402
from troth.vault.rules import new_ref  # noqa: E402

_AT_ONCE, _ROUNDS = 2000, 4
_NEWS = Wanted("newsletter")


@unit_of_work
def subscribe(start: int, stop: int) -> list[str]:
    """What the collection door keeps of somebody who gives their address and name, and says yes."""
    now = clock.now()
    shown = asking(settings.TROTH_SERVICE, "newsletter", "en", now)
    compiled = shown.version.compiled
    until = compiled.keep_until(compiled.purposes.mask(["newsletter", "handle-subscription"]), now)
    holdings = []
    for number in range(start, stop):
        email = f"person{number}@example.com"
        values = [Value("email", email.encode(), until), Value("name", b"Lin", until)]
        holdings.append(Holding(new_ref(now), values, email))
    held = hold(holdings, at=now)
    agree(
        [
            Agreeing(one.record, it.person, shown.shown, {"newsletter": True}, it.digests, it.salt)
            for one, it in zip(holdings, held, strict=True)
        ],
        at=now,
    )
    return [one.person for one in held]


def _rate(persons: list[str]) -> float:
    begun = time.process_time()
    values = open_values(persons, _NEWS, ("email",), service=settings.TROTH_SERVICE, by="bench", at=clock.now())
    assert len(values.opened) == len(persons)
    return len(persons) / (time.process_time() - begun)


def _cipher() -> float:
    """Unwrapping a key and opening a value with it, and nothing besides: the floor."""
    key, nonce, place = secrets.token_bytes(32), secrets.token_bytes(12), b"c" * 60
    outer = AESGCM(key)
    wrapped, sealed = outer.encrypt(nonce, key, place), outer.encrypt(nonce, b"somebody@example.com", place)
    begun = time.process_time()
    for _ in range(50_000):
        AESGCM(outer.decrypt(nonce, wrapped, place)).decrypt(nonce, sealed, place)
    return 50_000 / (time.process_time() - begun)


def main() -> None:
    count = int(sys.argv[1])
    prepare()
    persons: list[str] = []
    for start in range(0, count, _AT_ONCE):
        persons += subscribe(start, min(count, start + _AT_ONCE))
        sequence()
    # As a server does once it has started.
    gc.collect()
    gc.freeze()
    cold = _rate(persons)
    assert len(audience(_NEWS, service=settings.TROTH_SERVICE, at=clock.now())) == count
    warm = median(_rate(persons) for _ in range(_ROUNDS))
    json.dump({"cold": cold, "warm": warm, "cipher": _cipher()}, sys.stdout)
    sys.stdout.flush()
    # The committer is a thread that never ends; nothing is left to be written.
    os._exit(0)


if __name__ == "__main__":
    main()
