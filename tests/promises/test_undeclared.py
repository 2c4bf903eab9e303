"""Collection: nothing beyond what is declared and typed on purpose; each kind of information is checked."""

from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.support import disk, documents, points
from tests.support.site import Running

EVERYWHERE = pytest.mark.parametrize(("site", "point"), points.all_points(), indirect=["site"])
# What is said to people is the same whatever keeps the rows.
SQLITE_ALONE = pytest.mark.usefixtures("sqlite")
MARKER = "Zebulon-Undeclared-7731"
FILLED = "all => all.filter(one => one.checked || (one.type != 'checkbox' && one.value)).map(one => one.name)"


def changed(client: httpx.Client, site: Running, point: str, **parts: Any) -> httpx.Response:
    """A valid submission at `point` with `parts` of it changed."""
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"], optional=False)
    body = points.submission(asked, given)
    for part, value in parts.items():
        body[part] = {**body[part], **value} if isinstance(value, dict) and isinstance(body.get(part), dict) else value
    return points.post(client, site, point, body, given.files)


@pytest.mark.promise("P05")
@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"fields": {"shoe-size": MARKER}}, "shoe-size"),
        ({"fields": {"serial-number": MARKER}}, "serial-number"),
        ({"choices": {"newsletter": True}}, "newsletter"),
        ({"age": {"born": "1980-02-29", "country": "TW"}}, "age"),
    ],
)
def test_what_is_not_declared_is_refused(client: httpx.Client, site: Running, parts: Any, named: str) -> None:
    """A field or choice that the point does not declare is refused by name, with its clause, and nothing is stored."""
    with disk.nothing_kept(client, site, MARKER):
        error = points.refused(changed(client, site, "information", **parts), 422, "collection.not-declared")
    assert (error["field"], error["clause"]) == (named, "collection.information")
    assert MARKER not in str(error)


@pytest.mark.promise("P05")
def test_a_form_takes_nothing_more_either(client: httpx.Client, site: Running) -> None:
    """An input smuggled into a form is refused by name, and what was typed is still in the form."""
    given = points.answers(points.described(client, site, "information")["shown"], optional=False)
    page = documents.opened(client, documents.address_of(site, "information"))
    for smuggled in ("field.shoe-size", "shoe-size", "choice.newsletter"):
        with disk.nothing_kept(client, site, MARKER):
            answer = documents.send(client, page, {**documents.typed(given), smuggled: MARKER})
        assert answer.status_code == 422
        again = documents.Document(answer)
        assert smuggled.rpartition(".")[2] in again.text
        assert {one.filled for one in again.asked} >= {given.fields["email"]}


@pytest.mark.promise("P05")
def test_an_undeclared_file_is_refused(client: httpx.Client, site: Running) -> None:
    """A file where none is declared is refused by name and does not stay."""
    asked = points.described(client, site, "information")
    body = points.submission(asked, points.answers(asked["shown"], optional=False))
    with disk.nothing_kept(client, site, MARKER):
        answer = points.post(client, site, "information", body, {"cv": ("cv.pdf", points.PDF + MARKER.encode(), "")})
    assert points.refused(answer, 422, "collection.not-declared")["field"] == "cv"


@SQLITE_ALONE
@pytest.mark.promise("P05")
def test_nothing_is_filled_in_beforehand(client: httpx.Client, site: Running, page: Page) -> None:
    """No box is ticked and no field filled by the site: not in what it serves, not after its script ran."""
    for point in points.points(site.directory.name):
        for embedded in (False, True):
            served = documents.opened(client, documents.address_of(site, point, embedded=embedded))
            for control in served.asked:
                expected = "yes" if control.kind == "checkbox" else ""
                assert (control.filled, "checked" in control.attributes) == (expected, False), (point, control.name)
        page.goto(documents.address_of(site, point))
        inputs = page.locator("form.asking :is(input, select, textarea):not([type=hidden])")
        assert inputs.count() > 0, point
        assert inputs.evaluate_all(FILLED) == [], point


@SQLITE_ALONE
@pytest.mark.promise("P05")
@EVERYWHERE
def test_giving_is_voluntary(client: httpx.Client, site: Running, point: str) -> None:
    """No required field serves consent alone: everything that is required is needed for what was asked for."""
    shown = points.described(client, site, point)["shown"]
    asked = {one["id"] for one in shown["purposes"] if one["consent"]}
    assert [one["id"] for one in shown["fields"] if one["required"] and not set(one["purposes"]) - asked] == []
    assert shown["voluntary"] in documents.opened(client, documents.address_of(site, point)).text


WRONG = [
    ("information", "email", "nobody"),
    ("information", "email", "a b@example.com"),
    ("information", "email", "lin@localhost"),
    ("information", "email", ["lin@example.com"]),
    ("information", "phone", "call me"),
    ("information", "phone", "+886 2"),
    ("information", "country", "Taiwan"),
    ("information", "country", "XX"),
    ("information", "country", ["TW"]),
    ("information", "country", {"TW": "TW"}),
    ("information", "contact-by", "pigeon"),
    ("information", "contact-by", ["email"]),
    ("information", "message", 7),
    ("information", "message", True),
    ("information", "message", 1.5),
    ("information", "name", "Lin\x00Mei"),
    ("information", "name", "Lin\nMei"),
    ("quote", "quantity", "many"),
    ("quote", "quantity", "-1"),
    ("quote", "quantity", True),
    ("service", "purchase-date", "31.01.2026"),
    ("service", "purchase-date", "2026-02-30"),
    ("job-application", "website", "not a web site"),
    ("job-application", "website", "javascript:alert(1)"),
    ("support", "diagnostics", "no colon here"),
    ("support", "diagnostics", {"firmware": 5}),
    ("support", "diagnostics", {"firmware": {"deep": "5"}}),
    ("support", "diagnostics", ["5.2"]),
    ("support", "diagnostics", {"firm\x00ware": "5.2"}),
]


@pytest.mark.promise("P06")
@pytest.mark.parametrize(("point", "name", "value"), WRONG, ids=lambda one: repr(one)[:40])
def test_each_kind_is_checked(client: httpx.Client, site: Running, point: str, name: str, value: Any) -> None:
    """A value that is not of its field's kind is refused, naming the field and its clause."""
    error = points.refused(changed(client, site, point, fields={name: value}), 422, "collection.mistyped")
    assert (error["field"], error["clause"]) == (name, f"collection.{point}.{name}")


@pytest.mark.promise("P06")
def test_all_that_is_wrong_is_said_at_once(client: httpx.Client, site: Running) -> None:
    """Every problem of a submission is named in one answer, and nothing of it is stored."""
    wrong = {"email": "nobody", "country": "Atlantis", "name": MARKER * 20, "message": " "}
    with disk.nothing_kept(client, site, MARKER):
        answer = changed(client, site, "information", fields=wrong)
    found = {(one["field"], one["code"].partition(".")[2]) for one in answer.json()["errors"]}
    assert found == {("email", "mistyped"), ("country", "mistyped"), ("name", "too-long"), ("message", "missing")}


@pytest.mark.promise("P06")
def test_both_seeds_kinds_are_declared(client: httpx.Client, site: Running) -> None:
    """Name, title, company, e-mail, phone, addresses, job function and company details can all be given somewhere."""
    asked: dict[str, str] = {}
    for point in points.points(site.directory.name):
        asked |= {one["id"]: one["input"] for one in points.described(client, site, point)["shown"]["fields"]}
    kinds = {
        "name": "name", "title": "text", "company": "text", "email": "email", "phone": "phone",
        "work-address": "address", "home-address": "address", "job-function": "choice", "company-size": "choice",
        "payment-reference": "payment-reference",
    }  # fmt: skip
    assert {name: asked.get(name) for name in kinds} == kinds


@pytest.mark.promise("P06")
def test_what_is_right_is_taken(client: httpx.Client, site: Running) -> None:
    """Good values in unusual dress are not refused: other scripts, national phone numbers, long names."""
    for fields in (
        {"email": "lin.mei-hua+storage@mail.example.co.uk", "name": "林美華", "message": "您好，\n請回電。"},
        {"phone": "02 2345 6789", "country": "TW"},
        {"phone": "+44 20 7946 0958", "name": "O’Connor-Ångström, Zoë"},
        {"name": "x" * 100, "message": "🙂" * 4000},
    ):
        points.taken(changed(client, site, "information", fields=fields))
