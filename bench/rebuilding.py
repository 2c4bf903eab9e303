"""Verifies the ledger of the installation that ``TROTH_DATA`` names, and prints how fast, beside its floors."""

import json
import sys
import time
from hashlib import sha256

import django

django.setup()

from django.db import connection  # noqa: E402 - after the installation is known

from troth.ledger import reads  # noqa: E402
from troth.ledger.verify import verify_store  # noqa: E402

_READ, _AT_ONCE = 200_000, 4096
_ROWS = 'SELECT data, leaf FROM ledger_entry WHERE "index" >= %s AND "index" < %s ORDER BY "index"'


def main() -> None:
    begun = time.perf_counter()
    verified = verify_store(reads)
    verifying = verified.checked / (time.perf_counter() - begun)
    assert not verified.findings
    json.dump({"verifying": verifying, **_floors(min(verified.size, _READ))}, sys.stdout)


def _floors(size: int) -> dict[str, float]:
    """Entries a second that are hashed, and that are read and hashed, by a loop that does nothing else."""
    reading = hashing = 0.0
    for start in range(0, size, _AT_ONCE):
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, [start, start + _AT_ONCE])
            rows = cursor.fetchall()
        read = time.perf_counter()
        for data, _leaf in rows:
            sha256(b"\0" + data).digest()
        reading, hashing = reading + read - begun, hashing + time.perf_counter() - read
    return {"hashing": size / hashing, "both": size / (reading + hashing)}


main()
