"""Asking, taking along, looking back and erasing oneself: with the keyboard alone, at both widths, in both languages.

Pages are the same whatever keeps the rows, so that they are looked at on SQLite alone.
"""

from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Inspector
from tests.browser.test_accessible import LANGUAGES, barriers
from tests.browser.test_by_hand import reach
from tests.conftest import NewProfile
from tests.support.asking import wishes
from tests.support.me import signed_in
from tests.support.packages import Package
from tests.support.persons import Somebody, somebody
from tests.support.site import Running, troth

pytestmark = pytest.mark.usefixtures("sqlite")


def lent(site: Running, one: Somebody) -> list[dict[str, str]]:
    """The cookies of a browser in which somebody is signed in, for another one."""
    with closing(signed_in(site, one.address)) as client:
        return [{"name": name, "value": value, "url": site.url} for name, value in client.cookies.items()]


def come_in(page: Page, site: Running, one: Somebody) -> None:
    """Somebody is signed in on `page`."""
    page.context.add_cookies(lent(site, one))


@LANGUAGES
def test_the_walk_by_keyboard(
    client: httpx.Client, infortrend: Running, page: Page, inspector: Inspector, language: str
) -> None:
    """Ask, have a package made and fetch it, look back, erase everything: no mouse, and no barrier on the way."""
    one, prefix = somebody(client, infortrend), "" if language == "en" else "/zh-hant"
    come_in(page, infortrend, one)
    page.goto(f"{infortrend.url}{prefix}/me/requests/")
    assert barriers(page, inspector) == []
    reach(page, page.locator("#right"))
    page.keyboard.press("End")
    reach(page, page.locator("#words"))
    page.keyboard.type("Which disk was it?")
    reach(page, page.locator("section.card button[type=submit]"))
    page.keyboard.press("Enter")
    expect(page.locator("li.request")).to_have_count(1)
    assert barriers(page, inspector) == []
    assert "Which disk was it?" not in page.content()

    reach(page, page.locator(f'nav.own a[href="{prefix}/me/export/"]'))
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/export/")
    assert barriers(page, inspector) == []
    reach(page, page.locator("#package button"))
    page.keyboard.press("Enter")
    expect(page.locator("#package a[download]")).to_be_visible()
    assert barriers(page, inspector) == []
    reach(page, page.locator("#package a[download]"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert Package(download.value.path().read_bytes()).values()["message"] == one.words[2]

    reach(page, page.locator(f'nav.own a[href="{prefix}/me/history/"]'))
    page.keyboard.press("Enter")
    expect(page.locator("ol.history > li")).to_have_count(5)
    assert barriers(page, inspector) == []

    reach(page, page.locator(f'nav.own a[href="{prefix}/me/erase/"]'))
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/erase/")
    reach(page, page.locator("button.grave"))
    page.keyboard.press("Enter")
    expect(page.locator("#sure-problem")).to_be_visible()
    assert barriers(page, inspector) == []
    reach(page, page.locator("#sure"))
    page.keyboard.press("Space")
    reach(page, page.locator("button.grave"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/erased/*/")
    assert barriers(page, inspector) == []
    reach(page, page.locator("main a[download]"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert troth("verify", "--receipt", download.value.path()).startswith("Verified: ")
    assert [cookie for cookie in page.context.cookies() if cookie.get("name") == "me"] == []


def test_every_kind_of_entry_and_answer(
    client: httpx.Client, infortrend: Running, page: Page, inspector: Inspector
) -> None:
    """A history with everything in it, and requests that were answered, late or refused, have no barrier."""
    one = somebody(client, infortrend)
    for wish in (("agree", "newsletter"), ("object", "transfer.JP"), ("restrict",)):
        wishes(infortrend, one.person, *wish)
    where = ("--data", infortrend.directory)
    for right, outcome in (("erase", ("refused", "--reason", "obliged")), ("correct", ("done",)), ("access", ())):
        ref = troth("requests", "new", right, "--person", one.person, *where).split()[1]
        if outcome:
            troth("requests", "close", ref, "--outcome", *outcome, *where)
    come_in(page, infortrend, one)
    for prefix in ("", "/zh-hant"):
        for path in ("requests/", "history/"):
            page.goto(f"{infortrend.url}{prefix}/me/{path}")
            assert barriers(page, inspector) == [], (prefix, path)


def test_without_script(client: httpx.Client, infortrend: Running, profile: NewProfile) -> None:
    """A package is made and fetched by whoever has no script: a link shows how far it is."""
    one = somebody(client, infortrend)
    context = profile(java_script_enabled=False)
    context.add_cookies(lent(infortrend, one))
    page = context.new_page()
    page.goto(f"{infortrend.url}/me/export/")
    page.locator("#package button").click()
    for _ in range(600):
        if page.locator("#package a[download]").count():
            break
        page.locator('#package a[href="/me/export/"]').click()
        page.wait_for_timeout(100)
    with page.expect_download() as download:
        page.locator("#package a[download]").click()
    assert Package(download.value.path().read_bytes()).told["person"] == one.person
