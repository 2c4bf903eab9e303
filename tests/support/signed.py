"""Somebody who registered with the first example or the second, and what their site then knows of them."""

import json
from contextlib import ExitStack
from typing import Any, NamedTuple

import httpx

from tests.support import me, points
from tests.support.site import Running, troth

# Of each example: an answer to what interests somebody, the products that fit it, and one that does not.
INTERESTS = {
    "infortrend": ("block", ("EonStor DS 4024", "EonStor DS 1012"), "EonStor GS 3024"),
    "synology-2006": ("cube-station", ("Cube Station CS-406e", "Cube Station CS-406"), "Disk Station DS-106"),
}
ALLOWED = ("recommendations", "remember-settings")


class Registered(NamedTuple):
    """Their address and reference, the site, and a client of theirs that is signed in."""

    address: str
    person: str
    site: Running
    client: httpx.Client

    def uses(self, purpose: str = "") -> list[dict[str, Any]]:
        """What was used of them, the newest first, for one purpose or any."""
        found = json.loads(troth("person", "uses", self.person, "--json", "--data", self.site.directory))
        return [one for one in found if purpose in ("", one["purpose"])]


class People:
    """Makes people of one site, and closes their clients in the end."""

    def __init__(self, client: httpx.Client, site: Running, opened: ExitStack) -> None:
        self._client, self._site, self._opened = client, site, opened

    def registered(self, *choices: str, **changed: Any) -> Registered:
        """Somebody new who registered, with a yes to `choices` alone, and is signed in."""
        said = {"interests": INTERESTS[self._site.directory.name][0], "preferred_language": "zh-hant", **changed}
        return self.giving("registration", *choices, **said)

    def giving(self, point: str, *choices: str, **changed: Any) -> Registered:
        """Somebody new who gave everything at `point`, and is signed in."""
        address = points.address()
        person = give(self._client, self._site, point, address, *choices, **changed)["person"]
        return self.signed_in(address, person)

    def signed_in(self, address: str, person: str) -> Registered:
        """They have signed in, in a session of its own."""
        client = me.signed_in(self._site, address)
        self._opened.callback(client.close)
        return Registered(address, person, self._site, client)


def give(
    client: httpx.Client, site: Running, point: str, address: str, *choices: str, **changed: Any
) -> dict[str, Any]:
    """Somebody with this address gives everything at `point`, with a yes to `choices` alone."""
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"])
    given.choices = {name: name in choices for name in given.choices}
    given.fields |= {"email": address, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return points.taken(points.post(client, site, point, points.submission(asked, given), given.files))
