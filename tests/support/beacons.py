"""A browser's beacons, as a visitor's page sends them, and what is stored of them."""

import json
from typing import Any

import httpx

from tests.support.site import Running
from tests.support.tampering import connected
from tests.support.waiting import until

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15"
_WORDS = ("service", "page", "referrer", "country", "isp", "prefix", "browser", "element")
Row = dict[str, Any]


class Visitor:
    """Somebody who looks around, from an address that the proxy in front of the site tells."""

    def __init__(self, client: httpx.Client, site: Running, address: str, agent: str = FIREFOX) -> None:
        self.client, self.site, self.address, self.agent = client, site, address, agent

    def send(self, body: bytes | str, **headers: str) -> httpx.Response:
        """Sends `body` as a beacon."""
        head = {
            "Origin": self.site.url, "Content-Type": "text/plain;charset=UTF-8", "User-Agent": self.agent,
            "X-Forwarded-For": self.address, **headers,
        }  # fmt: skip
        return self.client.post(f"{self.site.url}/visit", content=body, headers=head)

    def see(self, page: str, referrer: str = "") -> None:
        """A page is seen that the site's server did not make."""
        self._sent(kind="view", page=page, referrer=referrer)

    def use(self, element: str, page: str = "/") -> None:
        """A key element is used."""
        self._sent(kind="click", page=page, element=element)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Opens a page without any script."""
        head = {"User-Agent": self.agent, "X-Forwarded-For": self.address, "Accept": "text/html", **headers}
        return self.client.get(self.site.url + path, headers=head)

    def _sent(self, **said: str) -> None:
        answer = self.send(json.dumps(said))
        assert (answer.status_code, answer.content) == (204, b""), answer.text


def rows(site: Running) -> list[Row]:
    """Every visit that is stored, in words."""
    names = ("day", "hour", *_WORDS, "visitor", "person")
    with connected(site.directory) as ask:
        found = ask(f"SELECT {', '.join(names)} FROM visits_seen")
        # After the rows: words are never kept later than what names them.
        words = dict(ask("SELECT id, text FROM visits_word"))
    made = [dict(zip(names, row, strict=True)) for row in found]
    return [
        {**one, "visitor": bytes(one["visitor"]), **{name: words.get(one[name], "") for name in _WORDS}} for one in made
    ]


def stored(site: Running, number: int) -> list[Row]:
    """The same, once there are so many."""

    def enough() -> list[Row]:
        found = rows(site)
        return found if len(found) >= number else []

    return until(enough, f"{number} visits are stored")
