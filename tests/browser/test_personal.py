"""What fits a person can be seen and used, with the keyboard and without barriers, and is gone when they say so.

Pages are the same whatever keeps the rows, so that they are looked at on SQLite alone.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Inspector
from tests.browser.test_accessible import LANGUAGES, barriers
from tests.browser.test_by_hand import SEND, reach
from tests.support import documents
from tests.support.asking import wishes
from tests.support.signed import ALLOWED, People, Registered
from tests.support.site import Running

pytestmark = pytest.mark.usefixtures("sqlite")

FOR_YOU = {"en": "Recommended for you", "zh-Hant": "為您推薦"}
SETTINGS = {"en": "Your settings", "zh-Hant": "您的設定"}
FILLED = {"en": "We filled in what you gave before.", "zh-Hant": "已填入您先前提供的資料。"}
PREFIXES = {"en": "", "zh-Hant": "/zh-hant"}


@pytest.fixture
def one(client: httpx.Client, infortrend: Running, page: Page) -> Iterator[Registered]:
    """Somebody who allows everything and is signed in, in this browser too."""
    with ExitStack() as opened:
        found = People(client, infortrend, opened).registered(*ALLOWED, name="Quinn Xwood")
        page.context.add_cookies(
            [{"name": name, "value": value, "url": infortrend.url} for name, value in found.client.cookies.items()]
        )
        yield found


@LANGUAGES
def test_pages_that_fit_have_no_barrier(one: Registered, page: Page, inspector: Inspector, language: str) -> None:
    """Products and settings that fit, and a form that is filled in, have no barrier at either width."""
    page.goto(f"{one.site.url}{PREFIXES[language]}/products/")
    expect(page.get_by_role("heading", name=FOR_YOU[language])).to_be_visible()
    expect(page.get_by_role("complementary", name=SETTINGS[language])).to_be_visible()
    assert barriers(page, inspector) == []
    page.locator(f'nav.pages a[href="{PREFIXES[language]}/"]').click()
    expect(page.get_by_role("heading", name=FOR_YOU[language])).to_be_visible()
    assert barriers(page, inspector) == []
    page.goto(documents.address_of(one.site, "quote", language))
    expect(page.get_by_text(FILLED[language])).to_be_visible()
    assert barriers(page, inspector) == []


def test_in_the_dark(one: Registered, page: Page, inspector: Inspector) -> None:
    """Whoever prefers a dark screen can read it as well."""
    page.emulate_media(color_scheme="dark")
    page.goto(f"{one.site.url}/products/")
    expect(page.get_by_role("heading", name=FOR_YOU["en"])).to_be_visible()
    assert inspector.barriers() == ""


def test_it_is_seen_while_it_is_allowed(one: Registered, page: Page) -> None:
    """There when allowed, gone when not: at the next look at the page, each by itself, and back when it is allowed."""
    products = f"{one.site.url}/products/"
    heading = page.get_by_role("heading", name=FOR_YOU["en"])
    settings = page.get_by_role("complementary", name=SETTINGS["en"])
    page.goto(products)
    expect(heading).to_be_visible()
    expect(settings).to_be_visible()
    wishes(one.site, one.person, "withdraw", "recommendations")
    page.reload()
    expect(settings).to_be_visible()
    expect(heading).to_have_count(0)
    wishes(one.site, one.person, "withdraw", "remember-settings")
    page.reload()
    expect(page.get_by_role("heading", name="Products", level=1)).to_be_visible()
    expect(heading).to_have_count(0)
    expect(settings).to_have_count(0)
    wishes(one.site, one.person, "agree", "recommendations")
    page.reload()
    expect(heading).to_be_visible()


def test_the_language_is_remembered(one: Registered, page: Page) -> None:
    """The front page opens in the language that somebody likes, and lets them change to another one and stay there."""
    page.goto(f"{one.site.url}/")
    expect(page).to_have_url(f"{one.site.url}/zh-hant/")
    page.locator("nav.languages").get_by_role("link", name="English").click()
    expect(page).to_have_url(f"{one.site.url}/")
    page.get_by_role("complementary", name=SETTINGS["en"]).locator('a[hreflang="zh-Hant"]').click()
    expect(page).to_have_url(f"{one.site.url}/zh-hant/")


@LANGUAGES
def test_a_filled_form_by_keyboard(one: Registered, page: Page, language: str) -> None:
    """With the keyboard alone: what was filled in is changed, what is missing typed, and the form sent."""
    page.goto(documents.address_of(one.site, "quote", language))
    reach(page, page.locator(f'main a[href="{PREFIXES[language]}/me/choices/#objection-purpose-prefill"]'))
    name = page.locator('[name="field.name"]')
    reach(page, name)
    expect(name).to_have_value("Quinn Xwood")
    told = {"en": "You gave this at “Open an account”", "zh-Hant": "「註冊帳號」"}[language]
    expect(name).to_have_accessible_description(re.compile(told))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Quinn Younger")
    reach(page, page.locator('[name="field.product"]'))
    page.keyboard.type("EonStor DS 4024")
    reach(page, page.get_by_role("button", name=SEND[language]))
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/*/")
    page.goto(documents.address_of(one.site, "quote", language))
    expect(name).to_have_value("Quinn Younger")


@pytest.mark.parametrize(("path", "switch", "gone"), [
    ("/products/", "consent-recommendations", FOR_YOU["en"]),
    ("/products/", "consent-remember-settings", "We remember that you prefer"),
    ("/collect/quote/", "objection-purpose-prefill", FILLED["en"]),
])  # fmt: skip
def test_each_is_switched_off_by_keyboard(one: Registered, page: Page, path: str, switch: str, gone: str) -> None:
    """What is shown leads to its own switch; turned there with the keyboard, it is gone, and all else stays."""
    page.goto(one.site.url + path)
    expect(page.get_by_text(gone)).to_be_visible()
    reach(page, page.locator(f'main a[href="/me/choices/#{switch}"]'))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/me/choices/#{switch}")
    button = page.locator(f"#{switch}").get_by_role("switch")
    expect(button).to_have_attribute("aria-checked", "true")
    reach(page, button)
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-checked", "false")
    page.goto(one.site.url + path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(gone)).to_have_count(0)
