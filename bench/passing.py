"""Makes pages with and without counting visits, in turns, in the installation that ``TROTH_DATA`` names.

Processor time is what counts: with it goes all that becomes of a visit, up to the row it is kept in.
"""

import io
import json
import sys
import time
from datetime import datetime
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the installation is known

from tests.support.beacons import FIREFOX  # noqa: E402
from troth.entry.handler import Handler  # noqa: E402
from troth.visits.intake import intake  # noqa: E402

_PAGES = ("/", "/products/", "/privacy/", "/collect/", "/collect/support/")
# As many in one round of the intake as a busy server makes in a second.
_TIMES, _ROUNDS = 40, 21


def _asked(path: str) -> dict[str, Any]:
    address = urlsplit(settings.TROTH_URL)
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "HTTP_HOST": address.netloc,
        "SERVER_NAME": address.hostname, "SERVER_PORT": str(address.port), "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "198.51.100.7", "HTTP_USER_AGENT": FIREFOX, "HTTP_ACCEPT": "text/html",
        "HTTP_REFERER": f"{settings.TROTH_URL}/", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }  # fmt: skip


def _took(handler: Handler) -> float:
    """Processor time of one page in ms."""
    statuses: set[str] = set()
    begun = time.process_time()
    for _ in range(_TIMES):
        for path in _PAGES:
            b"".join(handler(_asked(path), lambda status, _headers: statuses.add(status)))
    intake.round(_nobody)
    took = time.process_time() - begun
    assert statuses == {"200 OK"}, statuses
    return 1000 * took / _TIMES / len(_PAGES)


def _nobody(_token: str, _at: datetime) -> None:
    """Nobody is signed in."""


def main() -> None:
    """Measures both in turns."""
    counting = Handler()
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != "troth.visits.middleware.Seen"]
    bare = Handler()
    pairs = [(_took(bare), _took(counting)) for _ in range(_ROUNDS + 1)][1:]
    assert intake.outcomes["kept"]
    more = sorted(100 * (with_it / without - 1) for without, with_it in pairs)
    said = {"page": median(one for one, _ in pairs), "more": median(more), "least": more[0], "most": more[-1]}
    sys.stdout.write(json.dumps({**said, "rounds": _ROUNDS}))


if __name__ == "__main__":
    main()
