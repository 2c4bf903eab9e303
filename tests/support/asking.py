"""A program that asks what may be used: its token from the command line, its questions over HTTP."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.site import Running, troth

Answer = dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """A program with a token."""

    client: httpx.Client
    site: Running
    ref: str
    token: str

    @classmethod
    def new(cls, client: httpx.Client, site: Running, *purposes: str, **options: object) -> "Asking":
        """A program with a new token for `purposes`."""
        named = [part for purpose in purposes for part in ("--purpose", purpose)]
        # An option that is only said has no value.
        given = [str(p) for name, value in options.items() for p in (f"--{name}", value) if p is not True]
        told = troth("token", "new", *named, *given, "--data", site.directory).split()
        return cls(client, site, told[1].rstrip(","), told[-1])

    def post(self, body: object, **headers: str) -> httpx.Response:
        """Whatever is answered to `body`."""
        authorized = {"Authorization": f"Bearer {self.token}", **headers}
        return self.client.post(f"{self.site.url}/api/v1/decide", json=body, headers=authorized)

    def ask(self, *questions: Answer) -> list[Answer]:
        """The answer to each question."""
        answer = self.post({"questions": list(questions)})
        assert answer.status_code == 200, answer.text
        found: list[Answer] = answer.json()["answers"]
        return found

    def may(self, person: str, purpose: str, *fields: str, **wanted: str) -> list[str]:
        """The fields that may be used."""
        (answer,) = self.ask({"person": person, "purpose": purpose, "fields": list(fields), **wanted})
        assert set(answer["allowed"]) | answer["refused"].keys() == set(fields)
        allowed: list[str] = answer["allowed"]
        return allowed

    def why_not(self, person: str, purpose: str, field: str, **wanted: str) -> Answer:
        """Why a field may not be used."""
        (answer,) = self.ask({"person": person, "purpose": purpose, "fields": [field], **wanted})
        assert answer["allowed"] == []
        found: Answer = answer["refused"][field]
        return found


def wishes(site: Running, person: str, *wish: object) -> None:
    """Notes a wish of somebody, by the real command."""
    troth("person", wish[0], person, *wish[1:], "--data", site.directory)
