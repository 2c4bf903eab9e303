"""The link in a letter, opened as people open it: no barrier, both languages, and nothing done before the button.

Pages are the same whatever keeps the rows, so that they are looked at on SQLite alone.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Inspector
from tests.browser.test_accessible import barriers
from tests.conftest import NewProfile
from tests.support.inbound import Receiving, mail, requests_of, subscriber

pytestmark = pytest.mark.usefixtures("sqlite")

WRITTEN = {
    "en": ("Stop", "Delete my data", "What do you have about me?", "Please correct my address"),
    "zh-Hant": ("退訂", "請刪除我的資料", "你們有我的哪些資料？", "請更正我的地址"),
}


DONE = re.compile("Confirmed|已確認|Everything is erased|全部資料已刪除")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory, store: Any) -> Iterator[Receiving]:
    """A site that takes mail in, of this module's own."""
    with Receiving.new(tmp_path_factory.mktemp("mailed"), store()) as made:
        yield made


def opened(client: httpx.Client, inbox: Receiving, text: str) -> tuple[str, str]:
    """Somebody new writes this: their reference, and the address behind the link that they are sent."""
    one = subscriber(client, inbox.site)
    inbox.bring(mail(one.address, text))
    return one.person, inbox.site.url + inbox.link_in(inbox.letter_to(one.address))


@pytest.mark.parametrize("language", WRITTEN)
def test_no_page_has_a_barrier(
    client: httpx.Client, inbox: Receiving, page: Page, inspector: Inspector, language: str
) -> None:
    """Whatever was asked for, before and after the button, on a telephone and on a desktop, in the mail's language."""
    for text in WRITTEN[language]:
        person, link = opened(client, inbox, text)
        page.goto(link)
        assert page.locator("html").get_attribute("lang") == language
        assert barriers(page, inspector) == [], text
        assert requests_of(inbox, person)[0]["state"] == "open"
        page.locator("main form button").click()
        expect(page.locator("h1")).to_have_text(DONE)
        assert barriers(page, inspector) == [], text


def test_without_javascript(client: httpx.Client, inbox: Receiving, profile: NewProfile) -> None:
    """A browser that runs no script confirms as well."""
    person, link = opened(client, inbox, "Unsubscribe")
    page = profile(java_script_enabled=False).new_page()
    page.goto(link)
    page.locator("main form button").click()
    expect(page.locator("h1")).to_have_text(DONE)
    assert requests_of(inbox, person)[0]["state"] == "done"
