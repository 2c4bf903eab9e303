"""Somebody at the desk: a post made at the command line, an invitation taken up, a password and a telephone."""

import base64
import html
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from tests.support.site import Running, troth

PASSWORD = "seven otters under a blue bridge"


@dataclass(frozen=True)
class Staff:
    """Who holds a post, with what they come in by."""

    client: httpx.Client
    site: Running
    name: str
    secret: bytes = b""
    password: str = PASSWORD

    def code(self, at: datetime | None = None) -> str:
        """What the telephone shows at this moment."""
        made = TOTP(self.secret, 6, SHA1(), 30)  # noqa: S303 - as RFC 6238 and telephones have it
        return made.generate(int((at or datetime.now(UTC)).timestamp())).decode()

    def get(self, path: str) -> httpx.Response:
        """Opens a page of the desk."""
        return self.client.get(f"{self.site.url}{path}")

    def send(self, path: str, **typed: str) -> httpx.Response:
        """Sends a form of the page at `path`."""
        token = hidden(self.get(path).text, "csrfmiddlewaretoken")
        return self.client.post(f"{self.site.url}{path}", data={"csrfmiddlewaretoken": token, **typed})

    def sign_out(self) -> httpx.Response:
        """Ends the session, by the button on each page."""
        token = hidden(self.get("/desk/").text, "csrfmiddlewaretoken")
        return self.client.post(f"{self.site.url}/desk/sign-out/", data={"csrfmiddlewaretoken": token})

    def sign_in(self, code: str, **other: str) -> httpx.Response:
        """Types post, password and this code."""
        typed = {"post": self.name, "password": self.password, "code": code, **other}
        return self.send("/desk/sign-in/", **typed)


def invited(site: Running, name: str, *duties: str) -> str:
    """The invitation of a new post."""
    may = [word for one in duties for word in ("--may", one)]
    return troth("desk", "add", name, *may, "--data", site.directory).split()[-1]


def chosen(staff: Staff, invitation: str) -> tuple[Staff, httpx.Response]:
    """Takes the invitation up: reads the secret off the page, and chooses the password."""
    page = staff.send("/desk/welcome/", invitation=invitation)
    assert page.status_code == 200, page.text
    secret = re.search(r"secret=([A-Z2-7]+)", html.unescape(page.text))
    assert secret, page.text
    with_phone = replace(staff, secret=base64.b32decode(secret[1]))
    typed = {name: hidden(page.text, name) for name in ("csrfmiddlewaretoken", "invitation", "secret")}
    typed |= {"password": staff.password, "code": with_phone.code()}
    return with_phone, staff.client.post(f"{staff.site.url}/desk/welcome/", data=typed)


def at_desk(client: httpx.Client, site: Running, name: str, *duties: str) -> Staff:
    """Somebody who has just come to the desk of `site`."""
    staff, answer = chosen(Staff(client, site, name), invited(site, name, *duties))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/"), answer.text
    return staff


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', page)
    assert found, f"{name} is not on the page"
    return html.unescape(found[1])
