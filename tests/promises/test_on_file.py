"""Nobody finds out by asking whether somebody's information is held."""

import httpx
import pytest

from tests.support import documents, points
from tests.support.site import Running

POINT = "information"


def _shape(answer: httpx.Response) -> tuple[object, ...]:
    """What tells one answer from another, but for what is random in each."""
    body = answer.json() if "json" in answer.headers["content-type"] else None
    told = {name: len(str(value)) for name, value in body.items()} if body else answer.text
    random = ("date", "location", "content-length")
    return answer.status_code, told, {name: value for name, value in answer.headers.items() if name not in random}


@pytest.mark.promise("P43")
def test_a_known_address_is_answered_as_any_other(client: httpx.Client, site: Running) -> None:
    """Who has sent something and who never has get the same answer, by the API and by the form."""
    known = points.address()
    first = points.taken(points.give(client, site, POINT, email=known, message="The otter sleeps."))
    again, new = (points.give(client, site, POINT, email=one) for one in (known, points.address()))
    assert points.taken(again)["person"] == first["person"] != points.taken(new)["person"]
    assert _shape(again) == _shape(new)
    answers = []
    for address in (known, points.address()):
        page = documents.opened(client, documents.address_of(site, POINT))
        answers.append(documents.send(client, page, {"field.email": address, "field.message": "x"}))
    assert answers[0].status_code == 303
    assert _shape(answers[0]) == _shape(answers[1])
    receipt = documents.opened(client, site.url + answers[0].headers["location"])
    assert "The otter sleeps." not in receipt.text
    assert known not in receipt.text


@pytest.mark.promise("P43")
def test_a_refusal_tells_nothing_either(client: httpx.Client, site: Running) -> None:
    """The same mistake is answered in the same words, whoever's address stands beside it."""
    known = points.address()
    points.taken(points.give(client, site, POINT, email=known))
    refused = [points.give(client, site, POINT, email=one, message=None) for one in (known, points.address())]
    assert refused[0].status_code == 422
    assert refused[0].json() == refused[1].json()
