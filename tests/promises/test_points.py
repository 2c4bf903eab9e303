"""Collection: every place where information is asked for, and what people are told there."""

import json
import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support import documents, points
from tests.support.documents import Document
from tests.support.outsider import Log
from tests.support.points import Answers
from tests.support.site import Running

EVERYWHERE = pytest.mark.parametrize(("site", "point"), points.all_points(), indirect=["site"])
# What is said to people is the same whatever keeps the rows.
SQLITE_ALONE = pytest.mark.usefixtures("sqlite")
BY_FORM = ("quote", "registration", "newsletter", "partner-listing")
LANGUAGES = ("en", "zh-Hant")
_KEYBOARDS = {"email": "email", "phone": "tel", "url": "url", "date": "date"}


def sent_by_form(client: httpx.Client, site: Running, point: str, given: Answers, language: str = "en") -> str:
    """Sends the form of `point` and answers its receipt's address."""
    page = documents.opened(client, documents.address_of(site, point, language))
    answer = documents.send(client, page, documents.typed(given), given.files)
    assert answer.status_code == 303, Document(answer).text
    return site.url + answer.headers["location"]


@pytest.mark.promise("P03")
@EVERYWHERE
def test_every_point_works(client: httpx.Client, site: Running, log: Log, point: str) -> None:
    """Each declared point is a page, an embeddable form and an API, and takes what it asks for."""
    asked = points.described(client, site, point)
    for embedded in (False, True):
        page = documents.opened(client, documents.address_of(site, point, embedded=embedded))
        assert asked["shown"]["title"] in page.text
        assert {f"field.{one['id']}" for one in asked["shown"]["fields"]} <= {one.name for one in page.asked}
    given = points.answers(asked["shown"])
    accepted = points.taken(points.post(client, site, point, points.submission(asked, given), given.files))
    entry = log.entry(accepted["entry"]["leaf"])
    assert (entry["kind"], entry["point"], entry["service"]) == ("collected", point, site.directory.name)
    assert entry["fields"] == sorted([*given.fields, *given.files])
    assert accepted["not_kept"] == []
    assert client.get(accepted["receipt"]).status_code == 200


@pytest.mark.promise("P03")
@EVERYWHERE
def test_every_point_takes_what_it_needs_alone(client: httpx.Client, site: Running, point: str) -> None:
    """What is optional can be left out at every point, in the other language too."""
    asked = points.described(client, site, point, "zh-Hant")
    given = points.answers(asked["shown"], optional=False)
    points.taken(points.post(client, site, point, points.submission(asked, given), given.files))


@pytest.mark.promise("P03")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("point", BY_FORM)
def test_forms_take_the_same(client: httpx.Client, site: Running, log: Log, point: str, language: str) -> None:
    """A form sent from its page is taken as by the API, and leads to a receipt in the same language."""
    before = log.settled()
    given = points.answers(points.described(client, site, point, language)["shown"])
    receipt = sent_by_form(client, site, point, given, language)
    assert ("/zh-hant/" in receipt) == (language == "zh-Hant")
    (entry,) = log.since(before)
    assert (entry["point"], entry["language"]) == (point, language)
    assert json.loads(points.receipt(client, receipt).json()["entry"]) == entry


@pytest.mark.promise("P03")
def test_a_job_application_brings_a_document(client: httpx.Client, site: Running) -> None:
    """Who applies for a job sends their curriculum vitae along, as a PDF, and is given a receipt."""
    given = points.answers(points.described(client, site, "job-application")["shown"])
    assert given.files["cv"][1].startswith(b"%PDF-")
    receipt = documents.opened(client, sent_by_form(client, site, "job-application", given))
    assert "Curriculum vitae" in receipt.text


@pytest.mark.promise("P03", "P07")
def test_support_takes_details_and_a_log(client: httpx.Client, site: Running) -> None:
    """Who asks for support sends details line by line and a log file along."""
    given = points.answers(points.described(client, site, "support")["shown"])
    assert given.files["log-file"][2] == "text/plain"
    receipt = documents.opened(client, sent_by_form(client, site, "support", given))
    assert "Hardware and software details" in receipt.text
    assert "Log file or picture" in receipt.text


@pytest.mark.promise("P03")
def test_the_list_of_points_is_whole(client: httpx.Client, site: Running) -> None:
    """One page leads to every point that the statement declares, and the statement describes each."""
    declared = points.points(site.directory.name)
    listed = documents.opened(client, f"{site.url}/collect/").links()
    described = {found.get("id") for _, found in documents.opened(client, f"{site.url}/privacy/").elements}
    assert {documents.address_of(site, point) for point in declared} <= listed
    assert {f"collection.{point}" for point in declared} <= described


@SQLITE_ALONE
@pytest.mark.promise("P04")
@pytest.mark.parametrize("language", LANGUAGES)
@EVERYWHERE
def test_page_and_schema_and_statement_agree(client: httpx.Client, site: Running, point: str, language: str) -> None:
    """Page, API schema and statement say the same of each field: required or optional, why, and what if not."""
    asked = points.described(client, site, point, language)
    prefix = "" if language == "en" else "/zh-hant"
    statement = documents.opened(client, f"{site.url}{prefix}/privacy/")
    clauses = {found.get("id") for _, found in statement.elements}
    page = documents.opened(client, documents.address_of(site, point, language))
    controls = {one.name: one for one in page.asked}
    schema = asked["schema"]["properties"]["fields"]
    assert set(schema["required"]) == {
        one["id"] for one in asked["shown"]["fields"] if one["required"] and one["input"] != "file"
    }
    for one in asked["shown"]["fields"]:
        assert ("required" in controls[f"field.{one['id']}"].attributes) == one["required"]
        assert one["why"]
        assert one["without"]
        for said in (one["label"], one["needed"], one["why"], one["without"]):
            assert " ".join(said.split()) in page.text
        if one["input"] != "file":
            described = schema["properties"][one["id"]]
            assert (described["title"], one["why"] in described["description"]) == (one["label"], True)
            assert one["without"] in described["description"]
        assert one["clause"] in clauses
    assert " ".join(asked["shown"]["without"].split()) in page.text


@SQLITE_ALONE
@pytest.mark.promise("P04")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screen_reader_hears_the_same(client: httpx.Client, site: Running, page: Page, language: str) -> None:
    """What assistive technology reads out for a field says what it is and whether it is required.

    On a phone the field brings the keyboard that suits it.
    """
    for point in points.points(site.directory.name):
        asked = points.described(client, site, point, language)["shown"]
        page.goto(documents.address_of(site, point, language))
        for one in asked["fields"]:
            control = page.locator(f'[name="field.{one["id"]}"]')
            expect(control, point).to_have_accessible_name(f"{one['label']} {one['needed']}")
            expect(control, point).to_have_accessible_description(_holding(one["why"], one["without"]))
            assert control.evaluate("one => one.required") == one["required"], point
            kind = control.evaluate("one => one.type")
            assert kind == _KEYBOARDS.get(one["input"], kind), point
        for choice in asked["choices"]:
            box = page.get_by_role("checkbox", name=choice["question"])
            expect(box, point).to_have_accessible_description(_holding(choice["text"]))


def _holding(*said: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(" ".join(one.split())) for one in said))
