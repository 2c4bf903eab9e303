"""The integrity of what is registered: forged and repeated forms are refused, and nothing of them is stored."""

import re
from typing import Any

import httpx
import pytest

from tests.support import disk, documents, points
from tests.support.documents import Document
from tests.support.outsider import Log
from tests.support.site import Running, http

POINT = "information"
MARKER = "Zebulon-Forged-7732"


def filled(client: httpx.Client, site: Running, point: str = POINT, **fields: str) -> dict[str, str]:
    """Valid answers at `point` as its form holds them."""
    given = points.answers(points.described(client, site, point)["shown"], optional=False)
    return {**documents.typed(given), **{f"field.{name}": value for name, value in fields.items()}}


def shown(client: httpx.Client, site: Running, point: str = POINT, *, embedded: bool = False) -> Document:
    """The page of `point`, freshly opened."""
    return documents.opened(client, documents.address_of(site, point, embedded=embedded))


def refused(answer: httpx.Response, status: int, code: str) -> None:
    """The page says in plain words that this was refused, and under which code."""
    assert answer.status_code == status
    assert code in Document(answer).text
    assert MARKER not in answer.text
    assert "location" not in answer.headers


@pytest.mark.promise("P10")
@pytest.mark.parametrize("missing", ["cookie", "csrfmiddlewaretoken", "token"])
def test_a_form_nobody_opened_is_refused(client: httpx.Client, site: Running, missing: str) -> None:
    """A form sent without the cookie or the tokens of its page is refused as forged."""
    page = shown(client, site)
    said = filled(client, site, message=MARKER)
    sender = client
    if missing != "cookie":
        page.controls = [one for one in page.controls if one.name != missing]
    with disk.nothing_kept(client, site, MARKER), http() as stranger:
        sender = stranger if missing == "cookie" else client
        refused(documents.send(sender, page, said), 403, "collection.forged")


@pytest.mark.promise("P10")
@pytest.mark.parametrize("embedded", [False, True])
def test_a_token_of_another_point_is_refused(client: httpx.Client, site: Running, *, embedded: bool) -> None:
    """The token of one form does not open another."""
    page, other = shown(client, site, embedded=embedded), shown(client, site, "quote", embedded=embedded)
    said = {**filled(client, site, message=MARKER), "token": other.hidden["token"]}
    with disk.nothing_kept(client, site, MARKER):
        refused(documents.send(client, page, said), 403, "collection.forged")


@pytest.mark.promise("P10")
@pytest.mark.parametrize("place", [0, 20, -1])
@pytest.mark.parametrize("embedded", [False, True])
def test_a_token_that_was_changed_is_refused(
    client: httpx.Client, site: Running, place: int, *, embedded: bool
) -> None:
    """One changed letter of a token, and it is not the site's any more."""
    page = shown(client, site, embedded=embedded)
    letters = list(page.hidden["token"])
    letters[place] = "x" if letters[place] != "x" else "y"
    with disk.nothing_kept(client, site, MARKER):
        answer = documents.send(client, page, {**filled(client, site, message=MARKER), "token": "".join(letters)})
        refused(answer, 403, "collection.forged")


@pytest.mark.promise("P10")
@pytest.mark.parametrize("origin", ["https://attacker.example", "null", "http://127.0.0.1"])
@pytest.mark.parametrize("embedded", [False, True])
def test_a_form_sent_from_another_site_is_refused(
    client: httpx.Client, site: Running, origin: str, *, embedded: bool
) -> None:
    """A page of another site cannot send our form in somebody's name, not even with all tokens at hand."""
    page = shown(client, site, embedded=embedded)
    with disk.nothing_kept(client, site, MARKER):
        answer = documents.send(client, page, filled(client, site, message=MARKER), origin=origin)
        refused(answer, 403, "collection.forged")


@pytest.mark.promise("P10")
def test_an_embedded_form_needs_its_origin(client: httpx.Client, site: Running) -> None:
    """An embedded form that does not say where it was sent from is refused: no cookie guards it."""
    page = shown(client, site, embedded=True)
    parts: Any = {name: (None, value) for name, value in {**page.hidden, **filled(client, site)}.items()}
    refused(client.post(page.url, files=parts), 403, "collection.forged")


@pytest.mark.promise("P10")
@pytest.mark.parametrize("embedded", [False, True])
def test_a_form_counts_once(client: httpx.Client, site: Running, log: Log, *, embedded: bool) -> None:
    """The same form sent twice is stored once; the second time says so."""
    page, said = shown(client, site, embedded=embedded), filled(client, site)
    before = log.settled()
    first = documents.send(client, page, said)
    assert first.status_code == (200 if embedded else 303)
    refused(documents.send(client, page, said), 409, "collection.replayed")
    refused(documents.send(client, page, said), 409, "collection.replayed")
    assert [entry["point"] for entry in log.since(before)] == [POINT]


@pytest.mark.promise("P10")
def test_a_form_cannot_be_sent_again_with_other_content(client: httpx.Client, site: Running, log: Log) -> None:
    """A form that was sent is used up: other words in it are refused, and what was sent first stays."""
    page = shown(client, site)
    before = log.settled()
    assert documents.send(client, page, filled(client, site)).status_code == 303
    answer = documents.send(client, page, filled(client, site, message=MARKER))
    assert answer.status_code == 409
    assert [entry["point"] for entry in log.since(before)] == [POINT]
    assert disk.traces(site, MARKER) == {}


@pytest.mark.promise("P10")
def test_forms_are_told_apart(client: httpx.Client, site: Running) -> None:
    """Each opening of a form is a form of its own, so that nobody is refused for what another sent."""
    tokens = {shown(client, site).hidden["token"] for _ in range(5)}
    assert len(tokens) == 5
    pages = [shown(client, site) for _ in range(2)]
    assert [documents.send(client, page, filled(client, site)).status_code for page in pages] == [303, 303]


@pytest.mark.promise("P10")
def test_the_statement_says_what_the_cookie_is_for(client: httpx.Client, site: Running) -> None:
    """The statement says that the form's cookie guards against forgery and why it needs no consent."""
    text = documents.opened(client, f"{site.url}/privacy/").text
    assert re.search(r"belongs to the form on your screen", text)
