"""A program that opens what people gave, again and again, and says of each time which entry counts it.

``python -m tests.support.opener PERSON…`` in the installation that ``TROTH_DATA`` names, until somebody kills it.
"""

import sys
from itertools import count

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the installation is known

from troth import clock  # noqa: E402 - after the installation is known
from troth.use.actions import open_values  # noqa: E402 - after the installation is known
from troth.use.gates import Wanted  # noqa: E402 - after the installation is known


def main() -> None:
    persons = sys.argv[1:]
    for number in count():
        some = persons[: 1 + number % len(persons)]
        service = settings.TROTH_SERVICE
        values = open_values(some, Wanted("newsletter"), ("email",), service=service, by="a program", at=clock.now())
        # In one piece: half a line says nothing.
        sys.stdout.write(f"{values.leaf.hex()} {len(values.plain)}\n")
        sys.stdout.flush()


main()
