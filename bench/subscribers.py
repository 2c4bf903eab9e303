"""Fills the installation that ``TROTH_DATA`` names with subscribers, and prints where each unsubscribes."""

import os
import sys

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the installation is known
from django.urls import reverse  # noqa: E402

from bench.opening import subscribe  # noqa: E402
from troth.ledger.actions import sequence  # noqa: E402
from troth.mail import tokens  # noqa: E402

_AT_ONCE = 2000


def main() -> None:
    assert settings.TROTH_SERVICE
    for start in range(0, int(sys.argv[1]), _AT_ONCE):
        persons = subscribe(start, start + _AT_ONCE)
        sequence()
        tokens_of = [tokens.sealed("unsubscribe", person, "newsletter") for person in persons]
        sys.stdout.write("".join(f"{reverse('unsubscribe', args=[token])}\n" for token in tokens_of))
    sys.stdout.flush()
    # The committer is a thread that never ends; nothing is left to be written.
    os._exit(0)


main()
