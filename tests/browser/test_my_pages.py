"""A person's own pages can be used by everybody: no barrier, by keyboard alone, and without JavaScript.

Pages are the same whatever keeps the rows, so that they are looked at on SQLite alone.
"""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Inspector
from tests.browser.test_accessible import WIDTHS, barriers, show
from tests.browser.test_by_hand import reach
from tests.conftest import NewProfile, NewSite
from tests.support import points
from tests.support.own import Own
from tests.support.site import Running
from tests.support.versions import NOTICE, keep_accounts_longer, publish, reword

pytestmark = pytest.mark.usefixtures("sqlite")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-Hant"])
PAGES = ("/me/", "/me/data/", "/me/choices/", "/me/restrict/", "/me/receipts/")


@pytest.fixture
def own(client: httpx.Client, infortrend: Running) -> Iterator[Own]:
    """Somebody who asked for support, with a file."""
    made = Own(client, infortrend, "support")
    yield made
    made.client.close()


def sign_in(context: BrowserContext, own: Own) -> None:
    """The browser has the session of `own` from now on."""
    context.add_cookies(
        [{"name": name, "value": value, "url": own.site.url} for name, value in own.client.cookies.items()]
    )


def address(own: Own, path: str, language: str) -> str:
    """A page in a language."""
    return own.site.url + ("" if language == "en" else "/zh-hant") + path


@LANGUAGES
def test_no_page_has_a_barrier(own: Own, page: Page, inspector: Inspector, language: str) -> None:
    """Neither on a telephone nor on a desktop, with everything unfolded, restricted or not."""
    sign_in(page.context, own)
    for path in (*PAGES, own.path("message"), own.path("country"), own.path("log-file"), "/me/address/"):
        page.goto(address(own, path, language))
        assert page.locator("html").get_attribute("lang") == language
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert barriers(page, inspector) == [], path
    page.goto(address(own, "/me/restrict/", language))
    page.get_by_role("switch").click()
    page.wait_for_url("**/me/restrict/#restriction")
    for path in PAGES:
        page.goto(address(own, path, language))
        assert barriers(page, inspector) == [], path


def test_in_the_dark(own: Own, page: Page, inspector: Inspector) -> None:
    """Whoever prefers a dark screen can read all of it as well."""
    page.emulate_media(color_scheme="dark")
    sign_in(page.context, own)
    for path in PAGES:
        page.goto(own.site.url + path)
        assert inspector.barriers() == "", path


def test_zoomed_to_four_times_the_size(own: Own, page: Page, inspector: Inspector) -> None:
    """At 320 pixels nothing is cut off (WCAG 1.4.10)."""
    sign_in(page.context, own)
    show(page, 320)
    for path in (*PAGES, own.path("diagnostics")):
        page.goto(own.site.url + path)
        assert inspector.cut_off() == "", path


@LANGUAGES
@pytest.mark.parametrize("width", WIDTHS)
def test_a_value_is_put_right_by_keyboard(
    own: Own, page: Page, inspector: Inspector, width: int, language: str
) -> None:
    """From the first page to the value, a mistake on the way that is said first thing, and back where it stands."""
    show(page, width)
    sign_in(page.context, own)
    page.goto(address(own, "/me/", language))
    reach(page, page.locator('nav.own a[href$="/me/data/"]'))
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/data/")
    correct = page.locator(f'a[href$="{own.path("product")}"]')
    reach(page, correct)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{own.path('product')}")
    value = page.locator("#field-product")
    reach(page, value)
    expect(value).to_have_value(own.given.fields["product"])
    page.keyboard.press("Control+A")
    page.keyboard.type("4111 1111 1111 1111")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert inspector.barriers() == ""
    reach(page, page.get_by_role("alert").locator("a"))
    page.keyboard.press("Enter")
    expect(value).to_be_focused()
    expect(value).to_have_value("")
    page.keyboard.type("EonStor 4016")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/me/data/#{own.record}-product")
    expect(page.locator(f"[id='{own.record}-product'] .what-is-held")).to_have_text("EonStor 4016")


@LANGUAGES
def test_a_choice_is_one_key(own: Own, page: Page, language: str) -> None:
    """A switch is reached with the tab key and turned with the space bar; giving takes as many keys as taking back."""
    sign_in(page.context, own)
    switch = page.locator("#consent-newsletter").get_by_role("switch")
    saved = page.locator("#consent-newsletter .saved")
    for before, after in (("false", "true"), ("true", "false")):
        page.goto(address(own, "/me/choices/", language))
        expect(switch).to_have_attribute("aria-checked", before)
        expect(saved).to_be_hidden()
        reach(page, switch)
        page.keyboard.press("Space")
        page.wait_for_url("**/me/choices/#consent-newsletter")
        expect(switch).to_have_attribute("aria-checked", after)
        expect(saved).to_be_visible()


def test_without_javascript(own: Own, profile: NewProfile) -> None:
    """With JavaScript switched off a choice is made, a value put right, and everything restricted."""
    page = profile(java_script_enabled=False).new_page()
    sign_in(page.context, own)
    page.goto(own.site.url + "/me/choices/")
    switch = page.locator("#consent-promotional-mail").get_by_role("switch")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    page.goto(own.site.url + own.path("name"))
    page.locator("#field-name").fill("Lin Mei-hua")
    page.locator("form.correcting button").click()
    page.wait_for_url("**/me/data/*")
    page.goto(own.site.url + "/me/restrict/")
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")


@LANGUAGES
def test_a_change_of_the_statement(
    new_site: NewSite, client: httpx.Client, page: Page, inspector: Inspector, language: str
) -> None:
    """What is newer and what is to come are accepted or objected to without a barrier, also at 320 pixels."""
    site = new_site("infortrend")
    own = Own(client, site, "registration")
    for number in (2, 3):
        publish(site, reword(number), "today")
    publish(site, keep_accounts_longer, points.today() + NOTICE)
    sign_in(page.context, own)
    own.close()
    for path in ("/me/", "/me/choices/", "/privacy/versions/", "/privacy/versions/1/diff/4/"):
        page.goto(address(own, path, language))
        assert barriers(page, inspector) == [], path
    show(page, 320)
    for path in ("/me/", "/privacy/versions/", "/privacy/versions/1/diff/4/"):
        page.goto(address(own, path, language))
        assert inspector.cut_off() == "", path
    page.goto(address(own, "/me/", language))
    page.locator("#coming button.secondary").click()
    page.wait_for_url("**/me/choices/#acceptance")
    expect(page.locator("#coming button")).to_have_count(1)
