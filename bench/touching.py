"""Fills the installation that ``TROTH_DATA`` names with people, and prints how long it takes to count whom one touches.

Only the rows stand that are asked: who is known, and where they gave something.
"""

import json
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the installation is known
from django.db import connection, transaction  # noqa: E402

from troth import clock  # noqa: E402
from troth.desk import reads  # noqa: E402
from troth.statement.loader import read  # noqa: E402
from troth.vault.rules import new_ref  # noqa: E402

_POINTS = ("newsletter", "registration", "quote", "support")
_AT_ONCE = 10_000
_PERSON = "INSERT INTO vault_person (ref, since) VALUES (%s, %s)"
_DIGEST = "0" * 64
_AGREEMENT = """
    INSERT INTO consent_agreement
        (record, person, service, point, statement, version, language, wording, at, digests, receipt, leaf)
    VALUES (%s, %s, %s, %s, %s, 1, 'en', %s, %s, '{}', %s, %s)
"""


def _fill(people: int) -> None:
    now = clock.now()
    for start in range(0, people, _AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            persons = sorted(new_ref(now) for _ in range(_AT_ONCE))
            cursor.executemany(_PERSON, [(person, now) for person in persons])
            cursor.executemany(
                _AGREEMENT,
                [
                    (
                        new_ref(now), person, settings.TROTH_SERVICE, _POINTS[(start + number) % len(_POINTS)],
                        _DIGEST, _DIGEST, now, _DIGEST, f"{start + number:032d}".encode(),
                    )
                    for number, person in enumerate(persons)
                ],
            )  # fmt: skip


def main(people: int) -> None:
    _fill(people)
    source = read(settings.TROTH_DIR / "statement.yaml").replace(b"retention: P2Y", b"retention: P9Y")
    begun = time.process_time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT person FROM consent_agreement")
        cursor.fetchall()
        cursor.execute("SELECT ref FROM vault_person")
        cursor.fetchall()
    reading = time.process_time() - begun
    begun = time.process_time()
    points = reads.plan(source, at=clock.now()).points
    planning = time.process_time() - begun
    begun = time.process_time()
    touched = reads.count_touched({"newsletter", "registration"})
    counting = time.process_time() - begun
    told = {"reading": reading, "planning": planning, "counting": counting, "touched": touched}
    sys.stdout.write(json.dumps({**told, "points": sorted(points or ())}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
