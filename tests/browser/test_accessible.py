"""Every page can be used by everybody: WCAG 2.2 AA as far as axe-core sees, wide and narrow, in both languages.

Pages are the same whatever keeps the rows, so that they are looked at on SQLite alone.
"""

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Inspector
from tests.conftest import NewSite
from tests.support import documents, points
from tests.support.site import Running
from tests.support.versions import NOTICE, keep_longer, publish

pytestmark = pytest.mark.usefixtures("sqlite")

WIDTHS = (1280, 375)
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-Hant"])
PAGES = ["/", "/choices/", "/products/", "/collect/", "/privacy/", "/privacy/versions/", "/privacy/versions/1/",
         "/privacy/versions/1/diff/1/", "/leave/w3c/", "/nowhere/", "/receipts/none/"]  # fmt: skip


def show(page: Page, width: int) -> None:
    """The window has this width from now on."""
    page.set_viewport_size({"width": width, "height": 800})


def barriers(page: Page, inspector: Inspector) -> list[str]:
    """What stands in somebody's way on the page that is open, at each width."""
    found = []
    for width in WIDTHS:
        show(page, width)
        found.append(inspector.barriers())
    return [one for one in found if one]


@LANGUAGES
def test_pages(infortrend: Running, page: Page, inspector: Inspector, language: str) -> None:
    """No page has a barrier, and none is wider than a telephone."""
    for path in PAGES:
        page.goto(infortrend.url + ("" if language == "en" else "/zh-hant") + path)
        assert page.locator("html").get_attribute("lang") == language
        assert barriers(page, inspector) == [], path


def test_pages_in_the_dark(synology: Running, page: Page, inspector: Inspector) -> None:
    """Whoever prefers a dark screen can read it as well."""
    page.emulate_media(color_scheme="dark")
    for path in ("/", "/privacy/", "/collect/registration/"):
        page.goto(synology.url + path)
        assert inspector.barriers() == "", path


@LANGUAGES
def test_forms(infortrend: Running, page: Page, inspector: Inspector, language: str) -> None:
    """No form has a barrier, neither on the site nor embedded."""
    for point in points.points("infortrend"):
        for embedded in (False, True) if point in ("newsletter", "support") else (False,):
            page.goto(documents.address_of(infortrend, point, language, embedded=embedded))
            assert barriers(page, inspector) == [], (point, embedded)


@LANGUAGES
@pytest.mark.parametrize("width", WIDTHS)
def test_forms_with_problems(synology: Running, page: Page, inspector: Inspector, width: int, language: str) -> None:
    """A form that comes back says what is wrong, first thing, leads to each field, and has no barrier."""
    show(page, width)
    page.goto(documents.address_of(synology, "promotion", language))
    page.locator('[name="field.email"]').fill("nobody")
    page.locator("form.asking button[type=submit]").click()
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    assert inspector.barriers() == ""
    wrong = page.locator('[name="field.email"]')
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_value("nobody")
    alert.locator('a[href="#field-email"]').click()
    expect(wrong).to_be_focused()


@LANGUAGES
def test_receipts_and_refusals(
    client: httpx.Client, infortrend: Running, page: Page, inspector: Inspector, language: str
) -> None:
    """Neither the receipt nor the page that refuses has a barrier."""
    given = points.answers(points.described(client, infortrend, "promotion", language)["shown"])
    url = documents.address_of(infortrend, "promotion", language)
    answer = documents.send(client, documents.opened(client, url), documents.typed(given))
    page.goto(infortrend.url + answer.headers["location"])
    assert barriers(page, inspector) == []
    page.goto(url)
    page.context.clear_cookies()
    page.locator("form.asking button[type=submit]").click()
    expect(page.get_by_text("collection.forged")).to_be_visible()
    assert barriers(page, inspector) == []


def test_changes_ahead(new_site: NewSite, page: Page, inspector: Inspector) -> None:
    """Neither the notice of a change on every page nor the difference of two versions has a barrier.

    The version ahead itself looks like version 1, which is among the pages above, under the same notice.
    """
    own = new_site("infortrend")
    publish(own, keep_longer, points.today() + NOTICE)
    for prefix in ("", "/zh-hant"):
        for path in ("/", "/privacy/versions/", "/privacy/versions/1/diff/2/"):
            page.goto(own.url + prefix + path)
            expect(page.locator("aside.upcoming")).to_be_visible()
            assert barriers(page, inspector) == [], (prefix, path)
        page.goto(f"{own.url}{prefix}/privacy/versions/2/")
        expect(page.locator("aside.upcoming")).to_be_visible()
        assert inspector.cut_off() == ""


@LANGUAGES
def test_zoomed_to_four_times_the_size(infortrend: Running, page: Page, inspector: Inspector, language: str) -> None:
    """At 320 pixels, as wide as a page is at 400 per cent, nothing of any page is cut off (WCAG 1.4.10)."""
    show(page, 320)
    for path in (*PAGES, "/collect/support/", "/collect/registration/"):
        page.goto(infortrend.url + ("" if language == "en" else "/zh-hant") + path)
        assert inspector.cut_off() == "", path
