"""What happens in a browser before a choice, after a no, after a yes, and under Global Privacy Control.

Pages are the same whatever keeps the rows, so that they are looked at on SQLite alone.
"""

import pytest
from playwright.sync_api import Page, expect

from tests.support.banner import BANNER, PURPOSE, banner, kept, press, ready, shown, signals
from tests.support.declared import declared
from tests.support.outsider import Log
from tests.support.site import Running
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("sqlite")

PLACES = ("/", "/products/", "/privacy/", "/zh-hant/products/")
SCRIPT = '<script src="/troth.js" async></script>'
VIEW = ".viewing select"


def look_around(site: Running, page: Page) -> list[str]:
    """Opens some pages until all of each is there; answers whom the browser asked that is not this site."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PLACES:
        page.goto(site.url + path)
        ready(page)
    return [url for url in asked if not url.startswith((f"{site.url}/", "data:"))]


@pytest.mark.promise("P36")
@pytest.mark.promise("P01")
def test_before_a_choice_nothing_is_kept(site: Running, page: Page, log: Log) -> None:
    """Nothing is kept and nobody else is asked before a choice; closing the banner is none, and it asks again."""
    before = log.settled()
    assert look_around(site, page) == []
    expect(banner(page)).to_be_visible()
    assert page.evaluate(f"troth.may('{PURPOSE}')") is False
    press(page, "close")
    expect(banner(page)).to_be_hidden()
    assert kept(page) == set()
    page.goto(site.url)
    expect(banner(page)).to_be_visible()
    page.locator("a[data-troth=choices]").click()
    assert page.locator("dialog input:checked").count() == 0
    press(page, "close", "dialog")
    assert kept(page) == set()
    assert log.since(before) == []


@pytest.mark.promise("P36")
@pytest.mark.promise("P37")
def test_a_no_is_kept_and_holds(site: Running, page: Page, log: Log) -> None:
    """A no is entered and remembered as a yes is; only the part that needs what was refused is missing."""
    before = log.settled()
    page.goto(site.url)
    press(page, "decline")
    expect(banner(page)).to_be_hidden()
    assert look_around(site, page) == []
    expect(banner(page)).to_be_hidden()
    assert kept(page) == {"choices"}
    page.goto(f"{site.url}/products/")
    expect(page.locator("troth-placeholder")).to_contain_text("settings")
    assert page.locator("main section:visible").count() > 1
    (entry,) = log.since(before)
    assert set(entry["choices"].values()) == {False}


@pytest.mark.promise("P36")
@pytest.mark.promise("P35")
def test_a_yes_allows_what_it_names(site: Running, page: Page) -> None:
    """After a yes what was named works and keeps what is declared, all of it; taken back, it is gone at once."""
    cookies = declared(site.directory.name).cookies
    page.goto(f"{site.url}/products/")
    press(page, "accept")
    page.select_option(VIEW, "1")
    expect(page.locator("main section:visible")).to_have_count(1)
    assert kept(page) == {"choices", *(name for name, one in cookies.items() if one.consent)}
    page.reload()
    expect(page.locator(VIEW)).to_have_value("1")
    expect(page.locator("main section:visible")).to_have_count(1)
    assert look_around(site, page) == []
    page.locator("a[data-troth=choices]").click()
    page.locator(f"dialog input[name={PURPOSE}]").uncheck()
    press(page, "save", "dialog")
    expect(page.locator("troth-placeholder")).to_be_visible()
    expect(page.locator("main section:visible")).not_to_have_count(1)
    until(lambda: kept(page) == {"choices"}, "what was kept for it is gone")


@pytest.mark.promise("P37")
def test_one_thing_is_allowed_where_it_stands(site: Running, page: Page) -> None:
    """A part that waits says which cookie it needs and allows just that; the rest stays refused."""
    page.goto(f"{site.url}/products/")
    press(page, "decline")
    press(page, "allow", "troth-placeholder")
    expect(page.locator(VIEW)).to_be_visible()
    value = next(str(one.get("value")) for one in page.context.cookies())
    assert (value.count("=1"), f"{PURPOSE}=1" in value) == (1, True)


@pytest.mark.promise("P36")
def test_the_signal_is_honoured_and_shown(site: Running, page: Page) -> None:
    """With Global Privacy Control nothing is kept or sent; the banner, the choices and the page of choices say so."""
    signals(page.context)
    assert look_around(site, page) == []
    expect(banner(page)).to_contain_text("Global Privacy Control")
    assert kept(page) == set()
    press(page, "choose")
    expect(page.locator("dialog")).to_contain_text("Global Privacy Control")
    page.goto(f"{site.url}/choices/")
    expect(page.locator("main")).to_contain_text("Global Privacy Control")
    assert kept(page) == set()


@pytest.mark.promise("P35")
def test_what_is_not_registered_is_removed_and_reported(infortrend: Running, page: Page) -> None:
    """What a script keeps that the statement does not name is gone a moment later, and its name, no more, is told."""
    page.goto(infortrend.url)
    ready(page)
    with page.expect_response("**/choices/found") as told:
        page.evaluate("""() => {
            document.cookie = "tracker=quixwood; Path=/; Max-Age=1000";
            localStorage.setItem("fingerprint", "quixwood");
            sessionStorage.setItem("settings", "quixwood");
        }""")
        page.wait_for_function("() => !document.cookie && !localStorage.length && !sessionStorage.length")
    assert told.value.status == 204
    said = str(told.value.request.post_data)
    assert ("tracker" in said or "fingerprint" in said, "quixwood" in said) == (True, False)
    page.evaluate("document.cookie = 'settings=1; Path=/'")
    page.wait_for_function("() => !document.cookie")
    assert kept(page) == set()


@pytest.mark.promise("P36")
def test_scripts_frames_and_pictures_wait(infortrend: Running, page: Page) -> None:
    """Under a strict policy: what waits loads in its order and only after a yes, and Google's tags hear of it first."""
    waiting = f'data-troth="{PURPOSE}"'
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.removeprefix(infortrend.url)))
    page.route(
        "**/first.js", lambda route: route.fulfill(content_type="text/javascript", body="window.ran = ['first']")
    )
    page.route("**/frame", lambda route: route.fulfill(content_type="text/html", body="<title>in</title>"))
    shown(
        page,
        f"{infortrend.url}/elsewhere",
        f"""<script type="text/plain" {waiting} src="/first.js"></script>
        <script type="text/plain" {waiting} nonce="n0nce">ran.push(dataLayer.length)</script>
        <iframe {waiting} data-src="/frame" width="400" height="300" title="A film"></iframe>
        <img {waiting} data-src="/pixel.gif" alt="">{SCRIPT}""",
    )
    expect(page.locator("troth-placeholder")).to_have_count(1)
    assert [url for url in loaded if url in ("/first.js", "/frame", "/pixel.gif")] == []
    press(page, "accept")
    page.wait_for_function("() => window.ran?.length === 2")
    assert page.evaluate("ran") == ["first", 2]
    consent = page.evaluate("Array.from(dataLayer, (one) => [one[1], one[2].ad_storage, one[2].functionality_storage])")
    assert consent == [["default", "denied", None], ["update", "denied", "granted"]]
    expect(page.locator("iframe")).to_have_attribute("src", "/frame")
    page.wait_for_function("() => document.querySelector('img').src.endsWith('/pixel.gif')")
    # A page that has no link of its own to the choices gets a button.
    page.locator("troth-choices [data-troth=choices]").click()
    with page.expect_navigation():
        press(page, "decline", "dialog")
    expect(page.locator("troth-placeholder")).to_have_count(1)
    assert page.evaluate("window.ran") is None


@pytest.mark.promise("P36")
def test_a_choice_that_cannot_be_kept_does_not_hold(infortrend: Running, page: Page) -> None:
    """When the server does not answer nothing is allowed, and the banner says that nothing was saved."""
    page.goto(f"{infortrend.url}/products/")
    page.route("**/api/v1/choices", lambda route: route.abort())
    press(page, "accept")
    expect(page.locator(f"{BANNER} [role=alert]")).to_contain_text("Nothing was saved")
    assert page.evaluate(f"troth.may('{PURPOSE}')") is False
    page.unroute("**/api/v1/choices")
    press(page, "accept")
    expect(page.locator(VIEW)).to_be_visible()
