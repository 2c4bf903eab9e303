"""An outsider who reads a site's ledger by the published layout (C2SP tlog-tiles) and knows none of its code."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import httpx

from tests.support import points
from tests.support.site import Running
from tests.support.waiting import until

WIDTH = 256
# Both examples declare it; it asks for an address and a message and nothing else is required.
PLAIN_POINT = "information"


class Log:
    """The ledger of one site as everybody can read it."""

    def __init__(self, client: httpx.Client, site: Running) -> None:
        self._client = client
        self._site = site

    def settled(self) -> int:
        """How many entries there are, now that whatever was taken before has its place.

        What was taken a moment ago still waits for its place, so that no checkpoint says how many there are. A
        submission made now does, once it has its own place: it stands behind all of them, and is counted here.
        """
        taken = points.taken(points.give(self._client, self._site, PLAIN_POINT))
        return self.index(taken["entry"]["leaf"]) + 1

    def since(self, settled: int) -> list[dict[str, Any]]:
        """The entries of whatever was taken after it was `settled`, each at its place."""
        end = self.settled() - 1
        return self.entries(settled)[: end - settled]

    def entries(self, start: int = 0) -> list[dict[str, Any]]:
        """The entries from `start` to the end of the newest checkpoint."""
        return [json.loads(data) for data in self.raw(start)]

    def raw(self, start: int = 0) -> list[bytes]:
        """The same, as they were hashed."""
        size = int(self._get("checkpoint").split(b"\n")[1])
        found: list[bytes] = []
        for number in range(start // WIDTH, -(-size // WIDTH)):
            width = min(WIDTH, size - number * WIDTH)
            found += _bundled(self._get(f"tile/entries/{number:03d}" + (f".p/{width}" if width < WIDTH else "")))
        return found[start % WIDTH :] if start < size else []

    def index(self, leaf: str) -> int:
        """Where the entry with this leaf hash stands; waits until it has its place."""
        leaves: list[str] = []

        def found() -> bool:
            leaves.extend(hashlib.sha256(b"\0" + data).hexdigest() for data in self.raw(len(leaves)))
            return leaf in leaves

        until(found, f"{leaf} has its place in the ledger")
        return leaves.index(leaf)

    def entry(self, leaf: str) -> dict[str, Any]:
        """The entry with this leaf hash."""
        return self.entries(self.index(leaf))[0]

    def _get(self, path: str) -> bytes:
        answer = self._client.get(f"{self._site.url}/log/{path}")
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.content


def _bundled(bundle: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        yield bundle[at + 2 : at + 2 + length]
        at += 2 + length
