"""Children: nothing is knowingly collected from them."""

from datetime import date
from typing import Any

import httpx
import pytest

from tests.support import disk, documents, points
from tests.support.declared import declared
from tests.support.site import Running


def asking(site: Running) -> list[str]:
    """The points of `site` that ask for the age."""
    return [name for name, point in declared(site.directory.name).collection.items() if point.age]


def years_ago(years: int) -> date:
    """The last day on which somebody was born who is of this age today."""
    today = points.today()
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # whoever is born on 1 March comes of age tomorrow
        return today.replace(year=today.year - years, day=28)


def born(client: httpx.Client, site: Running, point: str, age: Any) -> httpx.Response:
    """Valid answers at `point` with this answer to the age question."""
    asked = points.described(client, site, point)
    given = points.answers(asked["shown"])
    body = points.submission(asked, given)
    body.pop("age", None)
    return points.post(client, site, point, {**body, "age": age} if age else body, given.files)


@pytest.mark.promise("P50")
@pytest.mark.parametrize(("country", "least"), [("TW", 16), ("DE", 16), ("US", 16), ("GB", 16), ("IN", 18)])
def test_under_age_is_refused(client: httpx.Client, site: Running, country: str, least: int) -> None:
    """The day before the birthday nothing is stored; on the birthday the submission is taken."""
    birthday = years_ago(least)
    day_after = date.fromordinal(birthday.toordinal() + 1)
    for point in asking(site):
        with disk.nothing_kept(client, site, str(day_after)):
            answer = born(client, site, point, {"born": str(day_after), "country": country})
            error = points.refused(answer, 422, "collection.under-age")
        assert error["clause"] == "children"
        assert str(least) in error["message"]
        points.taken(born(client, site, point, {"born": str(birthday), "country": country}))


@pytest.mark.promise("P50")
def test_nobody_has_not_been_born(client: httpx.Client, site: Running) -> None:
    """A date of birth to come is no age."""
    tomorrow = date.fromordinal(points.today().toordinal() + 1)
    for day in (tomorrow, date(9999, 12, 31)):
        answer = born(client, site, asking(site)[0], {"born": str(day), "country": "TW"})
        points.refused(answer, 422, "collection.under-age")


@pytest.mark.promise("P50")
def test_the_age_is_asked_where_it_matters(client: httpx.Client, site: Running) -> None:
    """Where the age is asked for, a submission without it is refused and nothing of it stored."""
    wrong = [
        (None, "born"), ({"born": "", "country": "TW"}, "born"), ({"born": "29.02.1980", "country": "TW"}, "born"),
        ({"born": "1980-02-30", "country": "TW"}, "born"), ({"born": "1980-02-29", "country": "XX"}, "residence"),
        ({"born": "1980-02-29", "country": ""}, "residence"),
    ]  # fmt: skip
    with disk.nothing_kept(client, site):
        for age, field in wrong:
            error = points.refused(born(client, site, asking(site)[0], age), 422, "collection.missing")
            assert (error["field"], error["clause"]) == (field, "children")


@pytest.mark.promise("P50")
def test_elsewhere_it_is_not_asked(client: httpx.Client, site: Running) -> None:
    """A point that does not ask for the age takes none."""
    assert points.described(client, site, "information")["shown"]["age"] is None
    answer = born(client, site, "quote", points.GROWN_UP)
    assert points.refused(answer, 422, "collection.not-declared")["field"] == "age"


@pytest.mark.promise("P50")
def test_the_form_asks_and_keeps_nothing(client: httpx.Client, site: Running) -> None:
    """The page asks for birth and country, says that neither is kept, and turns a child away without a trace."""
    point = asking(site)[0]
    page = documents.opened(client, documents.address_of(site, point))
    assert {"born", "residence"} <= {one.name for one in page.asked}
    shown = points.described(client, site, point)["shown"]
    assert shown["age"]["why"] in page.text
    given = points.answers(shown)
    child = str(years_ago(9))
    with disk.nothing_kept(client, site, given.fields["email"], child):
        answer = documents.send(client, page, {**documents.typed(given), "born": child})
    assert answer.status_code == 422
    assert "collection.under-age" in documents.Document(answer).text
    assert given.fields["email"] not in answer.text


@pytest.mark.promise("P50")
def test_the_age_is_checked_and_forgotten(client: httpx.Client, site: Running) -> None:
    """The date of birth of somebody old enough is not stored either."""
    points.taken(born(client, site, asking(site)[0], {"born": "1967-08-09", "country": "TW"}))
    assert disk.traces(site, "1967-08-09") == {}
