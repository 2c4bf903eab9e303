"""Somebody who signs in to their own pages, as a browser does it."""

import json
import re
from typing import Any

import httpx

from tests.support import points
from tests.support.documents import Document
from tests.support.site import Running, http, troth
from tests.support.waiting import until

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_CODE = re.compile(r"\b\d{4} \d{4}\b")


def held(client: httpx.Client, site: Running, point: str = "newsletter") -> str:
    """A new address under which `site` holds what was given at `point`."""
    address = points.address()
    points.taken(points.give(client, site, point, email=address))
    return address


def mails(site: Running, to: str) -> list[dict[str, Any]]:
    """The letters to `to` that are kept on the machine itself, the newest first."""
    kept: list[dict[str, Any]] = json.loads(troth("mails", "--json", "--data", site.directory))
    return [one for one in kept if one["to"].casefold() == to.casefold()]


def codes(site: Running, address: str) -> list[str]:
    """The codes that were sent to `address` and are good still, the newest first."""
    return [code.group() for one in mails(site, address) if (code := _CODE.search(one["body"]))]


def code_for(site: Running, address: str, *known: str) -> str:
    """The newest code that was sent to `address`, as soon as there is one that is not among `known`."""
    return until(
        lambda: "".join([one for one in codes(site, address) if one not in known][:1]), f"a code for {address}"
    )


def post(client: httpx.Client, site: Running, path: str, page: Document | None = None, **said: str) -> httpx.Response:
    """Sends a form of `page`, or of the page at `path`, to `path`."""
    page = page or Document(client.get(site.url + path))
    hidden = {name: value for name, value in page.hidden.items() if name in ("csrfmiddlewaretoken", "token", "next")}
    return client.post(site.url + path, data={**hidden, **said}, headers={"Origin": site.url})


def asked(client: httpx.Client, site: Running, address: str) -> Document:
    """The page that asks for the code that was sent to `address`."""
    answer = post(client, site, "/me/sign-in/", address=address)
    assert answer.status_code == 200, answer.text
    return Document(answer)


def sign_in(client: httpx.Client, site: Running, address: str) -> None:
    """Signs this client in with a code."""
    known = codes(site, address)
    page = asked(client, site, address)
    answer = post(client, site, "/me/sign-in/code/", page, code=code_for(site, address, *known))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/me/"


def signed_in(site: Running, address: str) -> httpx.Client:
    """A client of its own that is signed in as whoever `address` belongs to."""
    client = http(headers={"User-Agent": FIREFOX})
    sign_in(client, site, address)
    return client
