"""Visiting: nobody has to say who they are, and nothing is set or stored before they choose.

Reading writes nothing, and pages are the same whatever keeps the rows, so that they are read on SQLite alone.
"""

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.conftest import NewProfile
from tests.support import documents, points
from tests.support.site import Running

pytestmark = pytest.mark.usefixtures("sqlite")

STORED = """async () => [
    localStorage.length, sessionStorage.length, document.cookie.length,
    (await indexedDB.databases()).length, (await caches.keys()).length,
    (await navigator.serviceWorker.getRegistrations()).length,
]"""


def seen(context: BrowserContext) -> list[str]:
    """The addresses that this browser profile asks for from now on."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    return asked


def stored(page: Page) -> list[int]:
    """How much the site has stored in the browser, of each kind there is."""
    found: list[int] = page.evaluate(STORED)
    return found


@pytest.mark.promise("P01")
def test_visitors_stay_unknown(site: Running, page: Page) -> None:
    """Whoever reads every public page ends with an empty cookie jar, empty storage, and nobody else was asked."""
    asked = seen(page.context)
    pages = [
        url for url in documents.walked(site) if "/collect/" not in url.removesuffix("/collect/") and "/me/" not in url
    ]
    assert len(pages) > 15
    for url in pages:
        page.goto(url)
        assert stored(page) == [0] * 6
    assert page.context.cookies() == []
    assert [url for url in asked if not url.startswith(f"{site.url}/")] == []


@pytest.mark.promise("P01")
def test_pages_need_no_script(site: Running, profile: NewProfile, page: Page) -> None:
    """Every page says the same without script as with it."""
    reader = profile(java_script_enabled=False).new_page()
    for url in sorted(url for url in documents.walked(site) if "/zh-hant/" not in url):
        page.goto(url)
        reader.goto(url)
        assert reader.locator("main").inner_text() == page.locator("main").inner_text()


@pytest.mark.promise("P01")
def test_pages_are_whole_without_others(site: Running) -> None:
    """No page loads anything from elsewhere, holds a script of its own, or carries a tracking address."""
    for url, page in documents.walked(site).items():
        loaded = [one for tag in ("script", "img", "iframe") for one in page.attributes(tag, "src")]
        loaded += [
            found["href"]
            for tag, found in page.elements
            if tag == "link" and found.get("rel") in ("stylesheet", "icon")
        ]
        assert [
            one for one in loaded if not one.startswith(("/static/", "/troth.js", "/theme", "/zh-hant/theme"))
        ] == [], url
        assert [found for tag, found in page.elements if tag == "script" and "src" not in found] == [], url
        assert not any(name.startswith("on") for _, found in page.elements for name in found), url


@pytest.mark.promise("P10")
def test_a_form_sets_the_one_cookie_it_needs(site: Running, page: Page) -> None:
    """The only cookie before a choice is the one that guards the form being filled in: unreadable, gone with it."""
    asked = seen(page.context)
    for language in ("en", "zh-Hant"):
        page.goto(documents.address_of(site, points.asking_age("infortrend"), language))
        assert stored(page) == [0] * 6
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == ("form", True, "Lax", -1)
    assert [url for url in asked if not url.startswith((site.url, "data:"))] == []


@pytest.mark.promise("P10")
def test_only_pages_with_a_form_set_it(client: httpx.Client, site: Running) -> None:
    """No page without a form sets a cookie, and no answer but a form's page ever sets one."""
    setting = set()
    for url in documents.walked(site):
        if "set-cookie" in client.get(url).headers:
            setting.add(url)
        client.cookies.clear()
    forms = {
        documents.address_of(site, point, language)
        for point in points.points(site.directory.name)
        for language in ("en", "zh-Hant")
    }
    assert setting == forms | {f"{site.url}{prefix}/me/sign-in/" for prefix in ("", "/zh-hant")}


@pytest.mark.promise("P01")
def test_the_statement_declares_the_cookie(client: httpx.Client, site: Running) -> None:
    """The statement names the form's cookie, what it holds and for how long."""
    statement = documents.opened(client, f"{site.url}/privacy/")
    assert "cookie.form" in [found.get("id") for _, found in statement.elements]
