"""Fills the installation that ``TROTH_DATA`` names with so many people who ordered something, as its doors would."""

import os
import sys

import django

_AT_ONCE = 1000


def main() -> None:
    """Gives each an address with its number in it; as a program."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - as a program

    from troth import clock  # noqa: PLC0415 - as a program
    from troth.collection.reads import asking  # noqa: PLC0415 - as a program
    from troth.consent.actions import agree  # noqa: PLC0415 - as a program
    from troth.consent.rules import Agreeing  # noqa: PLC0415 - as a program
    from troth.ledger.actions import sequence  # noqa: PLC0415 - as a program
    from troth.ledger.work import unit_of_work  # noqa: PLC0415 - as a program
    from troth.vault.actions import Holding, Value, hold  # noqa: PLC0415 - as a program
    from troth.vault.rules import new_ref  # noqa: PLC0415 - as a program

    @unit_of_work
    def give(start: int, stop: int) -> None:
        now = clock.now()
        shown = asking(settings.TROTH_SERVICE, "order", "en", now)
        compiled = shown.version.compiled
        ends = {name: compiled.keep_until(compiled.served("order", name, 0), now) for name in ("email", "product")}
        holdings = []
        for number in range(start, stop):
            email = address(number)
            product = "EonStor GS 3024" if number % 3 else "JB 3060"
            values = [Value("email", email.encode(), ends["email"])]
            values.append(Value("product", product.encode(), ends["product"]))
            holdings.append(Holding(new_ref(now), values, email))
        held = hold(holdings, at=now)
        agree(
            [
                Agreeing(one.record, it.person, shown.shown, {}, it.digests, it.salt)
                for one, it in zip(holdings, held, strict=True)
            ],
            at=now,
        )

    count = int(sys.argv[1])
    for start in range(0, count, _AT_ONCE):
        give(start, min(count, start + _AT_ONCE))
        sequence()
    sys.stdout.flush()
    # The committer is a thread that never ends.
    os._exit(0)


def address(number: int) -> str:
    """The address of one of them."""
    return f"person{number}@example.com"
