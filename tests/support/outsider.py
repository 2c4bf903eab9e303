"""An outsider who reads a site's ledger by the published layout (C2SP tlog-tiles) and knows none of its code."""

import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.support.site import Running

WIDTH = 256
# The sequencer publishes within a second.
PATIENCE = 5.0


class Log:
    """The ledger of one site as everybody can read it."""

    def __init__(self, client: httpx.Client, site: Running) -> None:
        self._client = client
        self._url = f"{site.url}/log"

    def size(self) -> int:
        """How many entries the newest checkpoint covers."""
        return int(self._get("checkpoint").split(b"\n")[1])

    def entries(self, start: int = 0) -> list[dict[str, Any]]:
        """The entries from `start` to the end of the newest checkpoint."""
        return [json.loads(data) for data in self.raw(start)]

    def raw(self, start: int = 0) -> list[bytes]:
        """The same, as they were hashed."""
        size = self.size()
        found: list[bytes] = []
        for number in range(start // WIDTH, -(-size // WIDTH)):
            width = min(WIDTH, size - number * WIDTH)
            found += _bundled(self._get(f"tile/entries/{number:03d}" + (f".p/{width}" if width < WIDTH else "")))
        return found[start % WIDTH :] if start < size else []

    def index(self, leaf: str) -> int:
        """Where the entry with this leaf hash stands; waits until it has its place."""
        deadline = time.monotonic() + PATIENCE
        start = 0
        while True:
            entries = self.raw(start)
            for at, data in enumerate(entries, start):
                if hashlib.sha256(b"\0" + data).hexdigest() == leaf:
                    return at
            assert time.monotonic() < deadline, f"{leaf} got no place in the ledger"
            start += len(entries)
            time.sleep(0.05)

    def entry(self, leaf: str) -> dict[str, Any]:
        """The entry with this leaf hash."""
        return self.entries(self.index(leaf))[0]

    def _get(self, path: str) -> bytes:
        answer = self._client.get(f"{self._url}/{path}")
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.content


def _bundled(bundle: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        yield bundle[at + 2 : at + 2 + length]
        at += 2 + length
