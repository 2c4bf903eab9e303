"""Somebody who gave something and is signed in to their own pages: what they see there, and what they send."""

import html
import re
from typing import Any

import httpx

from tests.support import me, points
from tests.support.documents import Document
from tests.support.points import described, submission
from tests.support.site import Running

_VALUE = re.compile(
    r'<li id="([a-z2-7]{35}-[a-z-]+)">.*?<(p|dl) class="(?:what-is-held|details)">(.*?)</\2>', re.DOTALL
)
_SWITCH = re.compile(
    r'<li class="choosing[^"]*" id="([^"]+)">.*?name="token"\s+value="([^"]+)".*?aria-checked="(true|false)"', re.DOTALL
)


class Own:
    """One person."""

    def __init__(self, client: httpx.Client, site: Running, point: str, *, optional: bool = True) -> None:
        self.site, self.point, self.address = site, point, points.address()
        asked = described(client, site, point)
        self.given = points.answers(asked["shown"], optional=optional)
        self.given.fields["email"] = self.address
        told = points.taken(points.post(client, site, point, submission(asked, self.given), self.given.files))
        self.person: str = told["person"]
        self.record: str = told["receipt"].rstrip("/").rpartition("/")[2]
        self.client = me.signed_in(site, self.address)

    def get(self, path: str) -> httpx.Response:
        """A page of theirs."""
        return self.client.get(self.site.url + path)

    def page(self, path: str) -> Document:
        """The same, which is there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return Document(answer)

    def post(self, path: str, **said: Any) -> httpx.Response:
        """Sends a form of theirs; a file stands in `files`."""
        files = said.pop("files", None)
        return self.client.post(self.site.url + path, data=said, files=files, headers={"Origin": self.site.url})

    # What is held.

    def shown(self) -> dict[str, str]:
        """Each value that the page shows, by the place it stands at."""
        found = _VALUE.findall(self.get("/me/data/").text)
        return {place: " ".join(html.unescape(re.sub(r"<[^>]+>", " ", value)).split()) for place, _, value in found}

    def path(self, field: str) -> str:
        """Where a value is put right."""
        return f"/me/data/{self.record}/{field}/"

    def correct(self, field: str, value: str, page: Document | None = None) -> httpx.Response:
        """Puts `value` in the place of a field, with its form or the form of `page`."""
        return self.post(self.path(field), **(page or self.page(self.path(field))).hidden, value=value)

    # What is chosen.

    def switches(self) -> dict[str, tuple[bool, str]]:
        """Each switch by its place on the page: whether it is on, and the token that it sends."""
        text = self.get("/me/choices/").text
        return {place: (on == "true", html.unescape(token)) for place, token, on in _SWITCH.findall(text)}

    def press(self, place: str) -> httpx.Response:
        """Opens the page and presses one switch of it."""
        _, token = self.switches()[place]
        return self.press_with(token)

    def acceptance(self) -> str:
        """What accepts the newer statement."""
        found = re.search(r'id="acceptance".*?name="token"\s+value="([^"]+)"', self.get("/me/choices/").text, re.DOTALL)
        assert found
        return html.unescape(found[1])

    def press_with(self, token: str, path: str = "/me/choices/") -> httpx.Response:
        """Sends what a switch sends."""
        return self.post(path, csrfmiddlewaretoken=self.page(path).hidden["csrfmiddlewaretoken"], token=token)


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """The page says in plain words that this was refused, and under which code."""
    assert (answer.status_code, code in Document(answer).text) == (status, True), Document(answer).text
