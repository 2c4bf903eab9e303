"""Tells people of a change, and notes that it has begun, in a process of its own: ``python -m tests.support.telling``.

Its arguments are the installation, and how many days its clock is ahead. It waits until its input is closed, so that
several begin together.
"""

import os
import sys
import time

import time_machine


def main(directory: str, days: str) -> None:
    """Goes on until nothing is left to do."""
    os.environ |= {"TROTH_DATA": directory, "DJANGO_SETTINGS_MODULE": "troth.entry.settings"}
    import django  # noqa: PLC0415 - needs the environment

    django.setup()
    from troth import clock  # noqa: PLC0415 - needs the settings
    from troth.desk.jobs import Publishing  # noqa: PLC0415 - needs the settings
    from troth.ledger.actions import sequence  # noqa: PLC0415 - needs the settings

    sys.stdin.read()
    with time_machine.travel(time.time() + int(days) * 24 * 3600, tick=True):
        Publishing().go_on(clock.now())
        sequence()


if __name__ == "__main__":
    main(*sys.argv[1:])
