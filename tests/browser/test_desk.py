"""The desk as staff meet it: by keyboard and without a barrier, and a change walked from its draft until it holds."""

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Inspector
from tests.browser.test_accessible import LANGUAGES
from tests.browser.test_by_hand import reach
from tests.conftest import NewSite
from tests.support.clocks import Clock
from tests.support.planted import busy, month_before, plant
from tests.support.site import Running
from tests.support.staff import PASSWORD, Staff, at_desk, invited
from tests.support.versions import NOTICE, keep_longer, statement

pytestmark = pytest.mark.usefixtures("sqlite")
WORDS = {
    "en": ("Winter at our readers", "# Storage\n\nDear {name|reader}, see [the guide](https://example.com/guide)."),
    "zh-Hant": ("冬季消息", "# 冬季\n\n{name|讀者}您好。"),
}
# How much of its chart a bar fills.
WIDE = "one => one.getBoundingClientRect().width / one.ownerSVGElement.getBoundingClientRect().width"
SAID = {
    "en": ("Material changes", "Version 2 is to come", "Version 2 has been in force"),
    "zh-Hant": ("重大變更", "第 2 版將自", "第 2 版自"),
}


def prefix(language: str) -> str:
    """What stands before every path in this language."""
    return "" if language == "en" else "/zh-hant"


def enter(page: Page, staff: Staff) -> None:
    """The browser takes over the session of somebody who is at the desk."""
    token = next(one.value or "" for one in staff.client.cookies.jar if one.name == "desk")
    page.context.add_cookies([{"name": "desk", "value": token, "url": staff.site.url}])


@LANGUAGES
def test_coming_in_by_keyboard(
    client: httpx.Client, infortrend: Running, page: Page, inspector: Inspector, language: str
) -> None:
    """Invitation, telephone, password, desk, out, and in again, without touching a mouse and without a barrier."""
    name = f"keyboard-{language.lower()}"
    code, site = invited(infortrend, name, "letters", "visits", "publish"), infortrend.url + prefix(language)
    page.goto(f"{site}/desk/")
    page.wait_for_url("**/desk/sign-in/**")
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert inspector.barriers() == ""
    reach(page, page.locator("main a[href$='/desk/welcome/']"))
    page.keyboard.press("Enter")
    reach(page, page.locator("#invitation"))
    assert inspector.barriers() == ""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    secret = page.locator("code.long").inner_text()
    staff = Staff(client, infortrend, name, base64.b32decode(secret))
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert inspector.barriers() == ""
    assert page.locator(".drawn svg").bounding_box()
    reach(page, page.locator("#code"))
    page.keyboard.type(staff.code())
    reach(page, page.locator("#password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/desk/")
    assert inspector.barriers() == ""
    for part in ("letters", "publish", "visits"):
        expect(page.locator(f"main nav a[href$='/desk/{part}/']")).to_be_visible()
    reach(page, page.locator("form[action$='/desk/sign-out/'] button"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/sign-in/")
    for field, typed in (("#post", name), ("#password", PASSWORD)):
        reach(page, page.locator(field))
        page.keyboard.type(typed)
    reach(page, page.locator("#code"))
    page.keyboard.type(staff.code(datetime.now(UTC) + timedelta(seconds=30)))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/desk/")


@LANGUAGES
def test_a_change_is_walked_until_it_holds(
    client: httpx.Client,
    new_site: NewSite,
    page: Page,
    inspector: Inspector,
    tmp_path: Path,
    language: str,
) -> None:
    """From a file to what it would mean, to the notice on every page, to the day on which it holds by itself."""
    site, (material, comes, holds) = new_site("infortrend"), SAID[language]
    site.stop()
    clock = Clock(site)
    site.start()
    officer = at_desk(client, site, "privacy-officer", "publish")
    enter(page, officer)
    file = tmp_path / "next.yaml"
    file.write_bytes(statement(keep_longer))
    start = site.url + prefix(language)
    page.goto(f"{start}/desk/publish/")
    assert inspector.barriers() == ""
    before = page.locator("#statement-text").input_value()
    page.locator("#from-file").set_input_files(file)
    expect(page.locator("#statement-text")).not_to_have_value(before)
    page.locator("button[value=look]").click()
    expect(page.get_by_role("heading", name=material, exact=True)).to_be_visible()
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert inspector.barriers() == ""
    page.locator("#day").fill(str(datetime.now(UTC).date() + NOTICE))
    page.locator("button[value=publish]").click()
    expect(page.locator("#coming")).to_contain_text(comes)
    assert inspector.barriers() == ""
    page.goto(f"{start}/")
    notice = page.locator("a[href$='/privacy/versions/1/diff/2/']").first
    expect(notice).to_be_visible()
    notice.click()
    assert inspector.barriers() == ""
    clock.set(NOTICE + timedelta(days=1))
    client.cookies.clear()
    assert officer.sign_in(officer.code(clock.now())).status_code == 303
    enter(page, officer)
    page.goto(f"{start}/desk/publish/")
    expect(page.locator("main .lead")).to_contain_text(holds)


def test_what_staff_see_has_no_barrier(
    client: httpx.Client, new_site: NewSite, page: Page, inspector: Inspector
) -> None:
    """Composer, an issue with its previews and its audience, and the statistics: wide and narrow, both languages."""
    site = new_site("synology-2006")
    site.stop()
    today = datetime.now(UTC).date()
    plant(site, [one for months in (1, 2) for one in busy(month_before(today, months))])
    site.start()
    staff = at_desk(client, site, "marketing", "letters", "visits")
    enter(page, staff)
    for language in ("en", "zh-Hant"):
        start = site.url + prefix(language)
        page.goto(f"{start}/desk/letters/new/")
        looked_at(page, inspector)
        page.locator("#mail").select_option("newsletter")
        for one, (subject, words) in WORDS.items():
            page.locator(f"#subject-{one}").fill(subject)
            page.locator(f"#words-{one}").fill(words)
        page.locator("main form.wide button").click()
        page.wait_for_url(re.compile(r"/desk/letters/[a-z0-9]{30,}/$"))
        looked_at(page, inspector)
        page.locator(".letter a").first.click()
        expect(page.locator("h1")).to_be_visible()
        for path in ("/desk/letters/", "/desk/visits/"):
            page.goto(start + path)
            looked_at(page, inspector)
        longest = page.locator(".chart:has(details) svg:has(.label)").first
        assert longest.locator("rect").first.evaluate(WIDE) > 0.9


def looked_at(page: Page, inspector: Inspector) -> None:
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert inspector.barriers() == "", (page.url, width)
