"""A program that opens what people gave, again and again, and says of each time which entry counts it.

Its arguments are people, its installation the one that ``TROTH_DATA`` names, and its end when somebody kills it.
"""

import sys
from itertools import count


def main() -> None:
    """Opens until it is killed."""
    import django  # noqa: PLC0415 - in a process of its own

    django.setup()

    from django.conf import settings  # noqa: PLC0415 - after the installation is known

    from troth import clock  # noqa: PLC0415 - after the installation is known
    from troth.use.actions import open_values  # noqa: PLC0415 - after the installation is known
    from troth.use.gates import Wanted  # noqa: PLC0415 - after the installation is known

    persons = sys.argv[1:]
    for number in count():
        some = persons[: 1 + number % len(persons)]
        service = settings.TROTH_SERVICE
        values = open_values(some, Wanted("newsletter"), ("email",), service=service, by="a program", at=clock.now())
        # In one piece: half a line says nothing.
        sys.stdout.write(f"{values.leaf.hex()} {len(values.plain)}\n")
        sys.stdout.flush()
