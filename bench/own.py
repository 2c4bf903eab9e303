"""The pages of a person with five hundred values, as the server makes them.

As a program it fills the installation that ``TROTH_DATA`` names, and prints how long each page takes and what it asks.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.table import Row, told
from tests.support.site import EXAMPLES, troth

VALUES, ROUNDS, DAYS = 500, 20, 300
_PAGES = {"me": "/me/", "my-data": "/me/data/", "my-choices": "/me/choices/"}


def rows(directory: Path) -> list[Row]:
    """Each page, in milliseconds."""
    told(f"       the pages of a person with {VALUES} values")
    home = directory / "own"
    troth("init", home, "--from", EXAMPLES / "infortrend")
    troth("publish", home / "statement.yaml", "--effective", "today", "--data", home)
    environment = {**os.environ, "TROTH_DATA": str(home), "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    done = subprocess.run([sys.executable, "-m", "bench.own"], env=environment, check=True, capture_output=True)
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return [
        Row.within(
            f"`{_PAGES[name]}` of a person with {one['values']} values, server time", one["ms"], 100, "ms",
            f"questions to the store: {one['asked']}; for {one['few']} values: {one['asked-few']}",
        )
        for name, one in found.items()
    ]  # fmt: skip


def _main() -> None:
    import django  # noqa: PLC0415 - as a program

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - as a program
    from django.db import connections  # noqa: PLC0415 - as a program
    from django.test import Client  # noqa: PLC0415 - as a program
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as a program
    from django.urls import reverse  # noqa: PLC0415 - as a program

    from troth import clock  # noqa: PLC0415 - as a program
    from troth.control import sessions  # noqa: PLC0415 - as a program
    from troth.control.door import COOKIE  # noqa: PLC0415 - as a program
    from troth.control.rules import Device  # noqa: PLC0415 - as a program
    from troth.entry.service import prepare  # noqa: PLC0415 - as a program
    from troth.ledger.actions import sequence  # noqa: PLC0415 - as a program

    prepare()

    def client(values: int) -> Client:
        person, address = _given(values)
        sequence()
        token, _ = sessions.begin(person, address, "code", Device(), "", at=clock.now())
        found = Client(headers={"host": settings.TROTH_URL.partition("://")[2]})
        found.cookies[COOKIE] = token
        return found

    def asked(who: Client, name: str) -> int:
        who.get(reverse(name))
        with CaptureQueriesContext(connections["default"]) as rows_, CaptureQueriesContext(connections["keys"]) as keys:
            assert who.get(reverse(name)).status_code == 200
        return len(rows_) + len(keys)

    many, few = client(VALUES), client(5)
    printed: dict[str, dict[str, Any]] = {}
    for name in _PAGES:
        told_ = {"values": VALUES, "few": 5, "asked": asked(many, name), "asked-few": asked(few, name)}
        taken = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            many.get(reverse(name))
            taken.append((time.perf_counter() - begun) * 1000)
        printed[name] = {**told_, "ms": median(taken)}
    sys.stdout.write(json.dumps(printed))


def _given(values: int) -> tuple[str, str]:
    """Somebody of whom so many values are held, five with each request for a quote, on different days."""
    from datetime import timedelta  # noqa: PLC0415 - as a program

    from django.conf import settings  # noqa: PLC0415 - as a program

    from troth import clock  # noqa: PLC0415 - as a program
    from troth.collection.reads import asking  # noqa: PLC0415 - as a program
    from troth.consent.actions import agree  # noqa: PLC0415 - as a program
    from troth.consent.rules import Agreeing  # noqa: PLC0415 - as a program
    from troth.ledger.work import unit_of_work  # noqa: PLC0415 - as a program
    from troth.vault.actions import Holding, Value, hold  # noqa: PLC0415 - as a program
    from troth.vault.rules import new_ref  # noqa: PLC0415 - as a program

    address, person = f"{new_ref(clock.now())}@example.com", ""
    plain = {"name": b"Lin Mei-Hua", "email": address.encode(), "company": b"Example", "country": b"TW",
             "message": b"It began on Monday."}  # fmt: skip

    @unit_of_work
    def keep(number: int) -> str:
        now = clock.now() - timedelta(days=number * DAYS // values)
        shown = asking(settings.TROTH_SERVICE, "quote", "en", clock.now())
        compiled, record = shown.version.compiled, new_ref(now)
        held = [
            Value(field, text, compiled.keep_until(compiled.served("quote", field, 0), now))
            for field, text in plain.items()
        ]
        (one,) = hold([Holding(record, held, address)], at=now)
        agree([Agreeing(record, one.person, shown.shown, {}, one.digests, one.salt)], at=now)
        return one.person

    for number in range(0, values, len(plain)):
        person = keep(number)
    return person, address


if __name__ == "__main__":
    _main()
