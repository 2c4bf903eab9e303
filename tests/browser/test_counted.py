"""Visits count with script and without; the use of a key element by script alone."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.banner import ready
from tests.support.beacons import FIREFOX, Row, rows
from tests.support.site import Running
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("sqlite")


def test_visits_count_with_script_and_without(synology: Running, browser: Browser) -> None:
    """A page counts once either way. A key link that is used arrives as a click, on the page that it stands on."""
    before = rows(synology)

    def new(number: int) -> list[Row]:
        found = rows(synology)
        for one in before:
            found.remove(one)
        return found if len(found) >= number else []

    # A browser that says it is driven by a program is counted as none.
    with browser.new_context(user_agent=FIREFOX) as context:
        page = context.new_page()
        page.goto(f"{synology.url}/")
        ready(page)
        with page.expect_request(f"{synology.url}/visit") as sent:
            page.locator("[data-troth-count=support]").click()
        assert sent.value.method == "POST"
        expect(page).to_have_url(f"{synology.url}/collect/support/")
        found = until(lambda: new(3), "both pages and the click are kept")
        assert sorted((one["page"], one["element"]) for one in found) == [
            ("/", ""), ("/", "support"), ("/collect/support/", ""),
        ]  # fmt: skip
        assert [one["referrer"] for one in found if one["page"] == "/collect/support/"] == ["/"]
        assert len({one["visitor"] for one in found}) == 1
        assert not [cookie for cookie in context.cookies() if cookie["name"] not in ("form", "__Host-form")]
    with browser.new_context(user_agent=FIREFOX, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{synology.url}/products/")
        page.goto(f"{synology.url}/")
        page.locator("[data-troth-count=see-products]").click()
        found = until(lambda: new(6), "three more pages are kept")
        assert sorted(one["page"] for one in found if not one["element"]) == [
            "/", "/", "/collect/support/", "/products/", "/products/",
        ]  # fmt: skip
        assert [one["element"] for one in found if one["element"]] == ["support"]
