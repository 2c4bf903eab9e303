"""Nobody who is signed in types the same again: forms hold what they gave before, where from, and only where it may be.

Choices stay empty, and so does whatever is delicate.
"""

import re
from typing import Any

import httpx
import pytest

from tests.support import documents, points
from tests.support.asking import wishes
from tests.support.outsider import Log
from tests.support.signed import Registered, give

FILLED = "We filled in what you gave before."
GIVEN = {"name": "Quinn Xwood", "company": "Quixwood Ltd.", "country": "JP", "title": "Keeper of otters"}
ANY_TOKEN = re.compile(rb'(name="(?:token|csrfmiddlewaretoken)" value=")[^"]*')


def form(one: Registered, point: str, language: str = "en", *, embedded: bool = False) -> documents.Document:
    """The form of a point as they see it."""
    return documents.opened(one.client, documents.address_of(one.site, point, language, embedded=embedded))


def filled(page: documents.Document) -> dict[str, str]:
    """What stands in a form before anybody typed, choices included."""
    ticked = {one.name: "yes" for one in page.asked if one.kind == "checkbox" and "checked" in one.attributes}
    typed = {one.name: one.filled for one in page.asked if one.kind not in ("checkbox", "file") and one.filled}
    return {name.partition(".")[2] or name: value for name, value in {**typed, **ticked}.items()}


def untouched(answer: httpx.Response) -> bytes:
    """A form's page without its tokens."""
    return ANY_TOKEN.sub(rb"\1", answer.content)


@pytest.mark.promise("P09")
def test_a_form_holds_what_was_given_before(people):
    """Each field that is filled in says at which point and when it was given; everything else is empty."""
    one = people.registered(**GIVEN)
    for language, told in (("en", "You gave this at “"), ("zh-Hant", "提供此資料。")):
        page = form(one, "quote", language)
        assert filled(page) == {**GIVEN, "email": one.address}
        assert page.text.count(told) == len(GIVEN) + 1
        links = page.attributes("a", "href")
        prefix = "" if language == "en" else "/zh-hant"
        assert {f"{prefix}/privacy/#purpose.prefill", f"{prefix}/me/choices/#objection-purpose-prefill"} <= set(links)


@pytest.mark.promise("P09")
def test_a_screen_reader_hears_where_it_comes_from(people):
    """Each field that is filled in is described by the line that says so, and no other field is."""
    page = form(people.registered(**GIVEN), "quote")
    described = [one.name for one in page.asked if "-before" in one.attributes.get("aria-describedby", "")]
    assert sorted(described) == sorted(f"field.{name}" for name in (*GIVEN, "email"))


@pytest.mark.promise("P09")
def test_it_may_be_changed(people):
    """What stands in a form can be typed over and sent; from then on the newer one is filled in, and says so."""
    one = people.registered(**GIVEN)
    page = form(one, "quote")
    typed = {f"field.{name}": value for name, value in filled(page).items()}
    typed |= {"field.company": "Another Ltd.", "field.product": "The large one"}
    assert documents.send(one.client, page, typed).status_code == 303
    again = form(one, "quote")
    assert filled(again) == {**GIVEN, "email": one.address, "company": "Another Ltd."}
    assert "You gave this at “Ask for a quote”" in again.text


@pytest.mark.promise("P09")
def test_a_form_that_comes_back_holds_what_was_typed(people):
    """Whatever is wrong with it: a form that comes back holds the words that were sent, and no earlier ones."""
    one = people.registered(**GIVEN)
    page = form(one, "quote")
    answer = documents.send(one.client, page, {"field.name": "", "field.company": "Another Ltd."})
    assert answer.status_code == 422
    assert filled(documents.Document(answer)) == {"company": "Another Ltd."}
    assert FILLED not in answer.text


@pytest.mark.promise("P09")
@pytest.mark.promise("P05")
def test_nothing_delicate_is_filled_in(client, site, people):
    """Choices, letters, payment references, home addresses, files and dates of birth are never filled in."""
    one = people.registered("recommendations", "promotional-mail", **GIVEN)
    give(client, site, "order", one.address, **{name: GIVEN[name] for name in ("name", "company", "country")})
    for point in points.points(site.directory.name):
        asked = points.described(client, site, point)["shown"]
        never = {field["id"] for field in asked["fields"] if field["sensitivity"] != "ordinary"
                 or field["input"] in ("multiline", "payment-reference", "diagnostics", "file")}  # fmt: skip
        never |= {choice["id"] for choice in asked["choices"]} | {"born", "residence"}
        assert not never & filled(form(one, point)).keys(), point
    assert {"work-address", "phone"} <= filled(form(one, "order")).keys()


@pytest.mark.promise("P09")
@pytest.mark.promise("P22")
def test_it_ends_with_an_objection(client, site, people):
    """Whoever objects, or has everything restricted, finds the empty form at once; taking it back fills it again."""
    one = people.registered(**GIVEN)
    address = documents.address_of(site, "quote")
    empty = untouched(client.get(address))
    for wish in (["object", "purpose.prefill"], ["restrict"]):
        assert filled(form(one, "quote"))
        wishes(site, one.person, *wish)
        assert untouched(one.client.get(address)) == empty
        wishes(site, one.person, *wish, "--take-back")
    assert filled(form(one, "quote"))


@pytest.mark.promise("P09")
@pytest.mark.promise("P18")
def test_each_filled_form_is_counted(client, site, people):
    """Every form that is filled in is a use in the ledger; an empty one opens nothing, nor does asking for its head."""
    one = people.registered(**GIVEN)
    log = Log(client, site)
    before = log.settled()
    assert one.client.head(documents.address_of(site, "quote")).status_code == 200
    assert one.uses() == []
    form(one, "quote")
    form(one, "quote")
    (first, _) = one.uses("prefill")
    assert (first["fields"], first["by"]) == (dict.fromkeys(sorted([*GIVEN, "email"]), 1), "site")
    assert [entry["purpose"] for entry in log.since(before) if entry["kind"] == "used"] == ["prefill", "prefill"]
    wishes(site, one.person, "object", "purpose.prefill")
    form(one, "quote")
    assert len(one.uses()) == 2


@pytest.mark.promise("P09")
@pytest.mark.promise("P21")
def test_what_does_not_serve_it_stays_where_it_is(people):
    """What a point does not declare for filling in forms is filled in nowhere: a letter to us opens no order."""
    one = people.giving("information")
    for point in ("information", "quote", "order"):
        assert filled(form(one, point)) == {}
    assert one.uses() == []


@pytest.mark.promise("P09")
@pytest.mark.promise("P01")
def test_without_a_session_forms_are_as_ever(client, site, people):
    """A form is the same for anybody who is not signed in, and the embedded one for everybody."""
    address = documents.address_of(site, "quote")

    def anybody(**options: Any) -> bytes:
        client.cookies.clear()
        return untouched(client.get(address, **options))

    before = anybody()
    one = people.registered(**GIVEN)
    own = one.client.get(address)
    assert own.headers["cache-control"] == "no-store"
    assert GIVEN["company"] in own.text
    assert anybody() == before
    assert anybody(headers={"Cookie": "me=" + "x" * 43}) == before
    embedded = documents.address_of(site, "newsletter", embedded=True)
    assert untouched(one.client.get(embedded)) == untouched(client.get(embedded))
    assert FILLED not in form(one, "newsletter", embedded=True).text


@pytest.mark.promise("P09")
def test_nobody_finds_what_somebody_else_gave(people):
    """Each of two people finds their own, one after the other at the same form."""
    first = people.registered(**GIVEN)
    second = people.registered(**{**GIVEN, "company": "Another Ltd."})
    for _ in range(2):
        assert filled(form(first, "quote"))["company"] == GIVEN["company"]
        assert filled(form(second, "quote"))["company"] == "Another Ltd."
