"""Publishing at the desk is publishing: the same plan and refusals, and what was shown is what is published (P53)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.site import Running, troth
from tests.support.staff import Staff, at_desk, hidden
from tests.support.versions import NOTICE, keep_longer, reword, statement

PATH = "/desk/publish/"


@pytest.fixture
def site(new_site) -> Running:
    """A site of its own."""
    made: Running = new_site("infortrend")
    return made


@pytest.fixture
def officer(client: httpx.Client, site: Running) -> Staff:
    """Who may publish."""
    return at_desk(client, site, "privacy-officer", "publish")


def sent(officer: Staff, page: httpx.Response, **typed: str) -> httpx.Response:
    """The form of this page with what is typed, and whatever the page itself carries."""
    carried = {
        name: hidden(page.text, name)
        for name in ("csrfmiddlewaretoken", "digest", "against")
        if f'name="{name}"' in page.text
    }
    whole = {name: (None, value) for name, value in {**carried, **typed}.items()}
    return officer.client.post(officer.site.url + PATH, files=whole)


def looked(officer: Staff, change: Callable[[dict[str, Any]], object]) -> tuple[str, httpx.Response]:
    """The file with a change, and the page that says what it would mean."""
    text = statement(change).decode()
    return text, sent(officer, officer.get(PATH), statement=text, do="look")


def in_days(notice: timedelta) -> str:
    return str(datetime.now(UTC).date() + notice)


@pytest.mark.promise("P53")
def test_a_change_is_looked_at_published_and_retracted(officer: Staff) -> None:
    """What is material, why, whom it touches, and the first day; then published, shown on each page, and taken back."""
    text, page = looked(officer, keep_longer)
    assert page.status_code == 200, page.text
    assert "Material changes" in page.text
    first = re.search(r'min="([\d-]+)"', page.text)
    assert first
    assert first[1] == in_days(NOTICE)
    early = sent(officer, page, statement=text, do="publish", day=in_days(NOTICE - timedelta(days=1)))
    assert (early.status_code, "statement.too-early" in early.text) == (409, True)
    assert "P7Y" in early.text
    done = sent(officer, early, statement=text, do="publish", day=in_days(NOTICE))
    assert done.status_code == 303, done.text
    told = officer.get(PATH).text
    assert "Version 2 is to come" in told
    assert "statement-text" not in told
    home = officer.client.get(officer.site.url)
    assert "/privacy/versions/1/diff/2/" in home.text
    again = sent(officer, page, statement=text, do="look")
    assert (again.status_code, "statement.scheduled" in again.text) == (409, True)
    token = hidden(told, "csrfmiddlewaretoken")
    gone = officer.client.post(f"{officer.site.url}/desk/retract/", data={"csrfmiddlewaretoken": token, "version": "2"})
    assert gone.status_code == 303
    assert "statement-text" in officer.get(PATH).text
    twice = officer.client.post(
        f"{officer.site.url}/desk/retract/", data={"csrfmiddlewaretoken": token, "version": "2"}
    )
    assert twice.status_code in (404, 409)
    assert troth("verify", "--data", officer.site.directory).startswith("Verified: ")


@pytest.mark.promise("P53")
def test_what_was_shown_is_what_is_published(officer: Staff) -> None:
    """Another file than was looked at, or after somebody else has published: nothing is done, and it is shown anew."""
    text, page = looked(officer, reword(1))
    other = statement(reword(2)).decode()
    changed = sent(officer, page, statement=other, do="publish", day=in_days(timedelta()))
    assert (changed.status_code, "desk.stale" in changed.text) == (409, True)
    assert "Wording 2" in changed.text
    assert sent(officer, changed, statement=other, do="publish", day=in_days(timedelta())).status_code == 303
    late = sent(officer, page, statement=text, do="publish", day=in_days(timedelta()))
    assert (late.status_code, "desk.stale" in late.text) == (409, True)
    none = sent(officer, late, statement=text, do="publish", day="soon")
    assert (none.status_code, "desk.no-day" in none.text) == (422, True)


@pytest.mark.promise("P53", "P55")
def test_a_typo_is_put_right(officer: Staff) -> None:
    """At once and without notice; what says something else is refused as a typo, and nothing typed is lost."""
    wrong, right, other = (
        statement(lambda plain, words=words: plain["collection"]["quote"]["intro"].update(en=words)).decode()
        for words in ("Tell us whatt you need.", "Tell us what you need.", "Tell us whom you know.")
    )
    page = sent(officer, officer.get(PATH), statement=wrong, do="look")
    assert sent(officer, page, statement=wrong, do="publish", day=in_days(timedelta())).status_code == 303
    page = sent(officer, officer.get(PATH), statement=other, do="look")
    refused = sent(officer, page, statement=other, do="typo")
    assert (refused.status_code, "statement.not-a-typo" in refused.text) == (409, True)
    assert "Tell us whom you know." in refused.text
    page = sent(officer, refused, statement=right, do="look")
    assert sent(officer, page, statement=right, do="typo").status_code == 303
    assert "Version 3 has been in force" in officer.get(PATH).text


@pytest.mark.promise("P53")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Line 1:"),
        ("a: [b", "Line 1:"),
        ("\x00", "Line 1:"),
        ("a: &a [x]\nb: *a\n", "Line "),
        ("id: other\n", "Line 1:"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(officer: Staff, text: str, said: str) -> None:
    """With its line, and what was typed is still there."""
    answer = sent(officer, officer.get(PATH), statement=text, do="publish", day=in_days(NOTICE))
    assert answer.status_code == 200
    assert said in answer.text
    assert "Publish it" not in answer.text


@pytest.mark.promise("P53")
def test_a_file_too_large_is_refused(officer: Staff) -> None:
    """Ten megabytes are no statement."""
    answer = sent(officer, officer.get(PATH), statement="x" * 10_000_000, do="look")
    assert answer.status_code == 413


@pytest.mark.promise("P44", "P53")
def test_only_who_may_publishes(client: httpx.Client, site: Running) -> None:
    """Another duty does not suffice, to look or to publish."""
    writer = at_desk(client, site, "writer", "letters", "visits")
    assert writer.get(PATH).status_code == 403
    token = hidden(writer.get("/desk/").text, "csrfmiddlewaretoken")
    for path in (PATH, "/desk/retract/"):
        answer = client.post(site.url + path, data={"csrfmiddlewaretoken": token, "version": "1", "do": "publish"})
        assert answer.status_code == 403
        assert "desk.not-yours" in answer.text
