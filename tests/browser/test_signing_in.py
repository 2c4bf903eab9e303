"""Signing in as people do it: by keyboard, without script, with a passkey of the browser, and without a barrier."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Inspector
from tests.browser.test_accessible import LANGUAGES, barriers
from tests.browser.test_by_hand import reach
from tests.conftest import NewProfile
from tests.support import me
from tests.support.documents import Document
from tests.support.site import EXAMPLES, Running, free_port, http, troth

pytestmark = pytest.mark.usefixtures("sqlite")

SIGN_IN = {"en": "Sign in", "zh-Hant": "登入"}
OUT = {"en": "Sign out", "zh-Hant": "登出"}
AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def prefix(language: str) -> str:
    """What stands before every path in this language."""
    return "" if language == "en" else "/zh-hant"


def sign_in(page: Page, site: Running, address: str, language: str = "en") -> None:
    """Signs in with a code, with the mouse."""
    known = me.codes(site, address)
    page.goto(f"{site.url}{prefix(language)}/me/sign-in/")
    page.locator("#address").fill(address)
    page.locator("form:has(#address) button").click()
    page.locator("#code").fill(me.code_for(site, address, *known))
    page.get_by_role("button", name=SIGN_IN[language]).click()
    page.wait_for_url(f"{site.url}/**/me/" if prefix(language) else f"{site.url}/me/")


@LANGUAGES
def test_signing_in_by_keyboard(client: httpx.Client, infortrend: Running, page: Page, language: str) -> None:
    """From the front page to one's own pages and out again without touching a mouse."""
    address, start = me.held(client, infortrend), infortrend.url + prefix(language)
    page.goto(f"{start}/")
    reach(page, page.locator(f'header a[href="{prefix(language)}/me/"]'))
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/sign-in/**")
    reach(page, page.locator("#address"))
    page.keyboard.type(address)
    page.keyboard.press("Enter")
    expect(page.locator("#code")).to_be_visible()
    reach(page, page.locator("#code"))
    page.keyboard.type("0000 0000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    reach(page, page.locator("#code"))
    page.keyboard.type(me.code_for(infortrend, address))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{start}/me/")
    reach(page, page.locator(f'nav.own a[href="{prefix(language)}/me/security/"]'))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{start}/me/security/")
    reach(page, page.get_by_role("button", name=OUT[language]))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{start}/me/sign-in/")
    assert [one["name"] for one in page.context.cookies() if one["name"] == "me"] == []


@LANGUAGES
def test_no_barriers(
    client: httpx.Client, infortrend: Running, page: Page, inspector: Inspector, language: str
) -> None:
    """Nothing stands in anybody's way, wide or narrow, also when something went wrong."""
    address, start = me.held(client, infortrend), infortrend.url + prefix(language)
    page.goto(f"{start}/me/sign-in/")
    assert page.locator("html").get_attribute("lang") == language
    page.locator("details.card summary").click()
    assert barriers(page, inspector) == []
    page.locator("#address").fill("nobody")
    page.locator("form:has(#address) button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert barriers(page, inspector) == []
    page.locator("#address").fill(address)
    page.locator("form:has(#address) button").click()
    expect(page.locator("#code")).to_be_visible()
    assert barriers(page, inspector) == []
    me.signed_in(infortrend, address).close()
    sign_in(page, infortrend, address, language)
    page.goto(f"{start}/me/security/")
    assert barriers(page, inspector) == []
    page.locator("#new-password").fill("too short")
    page.locator("form:has(#new-password) button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert barriers(page, inspector) == []
    page.goto(f"{start}/mails/")
    assert barriers(page, inspector) == []


def test_without_script(client: httpx.Client, infortrend: Running, profile: NewProfile) -> None:
    """With JavaScript switched off everything works but passkeys, and those are not offered."""
    page = profile(java_script_enabled=False).new_page()
    sign_in(page, infortrend, me.held(client, infortrend))
    page.goto(f"{infortrend.url}/me/security/")
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    page.locator("#new-password").fill("four plain horses walking")
    page.locator("form:has(#new-password) button").click()
    expect(page.locator("form[action$='password/remove/']")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/me/sign-in/")
    expect(page.locator("form[data-passkey]")).to_be_hidden()


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Running]:
    """A site with a name: browsers know no passkeys of a number."""
    site = Running(tmp_path / "named", free_port())
    site.url = f"http://localhost:{site.port}"
    site._http = http(base_url=site.url)  # noqa: SLF001 - it answers to its name alone
    troth("init", site.directory, "--from", EXAMPLES / "infortrend", "--url", site.url)
    troth("publish", site.directory / "statement.yaml", "--effective", "today", "--data", site.directory)
    site.start()
    yield site
    site.close()


def authenticator(page: Page) -> tuple[Any, str]:
    """A device with passkeys in this browser, and whoever holds it touches it at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]


def test_a_passkey(client: httpx.Client, named: Running, page: Page) -> None:
    """A passkey is made, signs in without a code, is told of by mail, and opens nothing once it is removed.

    It may be in a backup before it was ever used.
    """
    device, number = authenticator(page)
    address = me.held(client, named)
    sign_in(page, named, address)
    page.goto(f"{named.url}/me/security/")
    make = page.get_by_role("button", name="Make a passkey")
    reach(page, make)
    page.keyboard.press("Enter")
    remove = page.locator("form[action$='passkey/remove/'] button")
    expect(remove).to_be_visible()
    assert len(device.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]) == 1
    backup = named.directory.with_name("backup")
    troth("backup", backup, "--data", named.directory)
    page.get_by_role("button", name="Sign out").click()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or "") if asked.method == "POST" else None)
    use = page.get_by_role("button", name="Sign in with a passkey")
    use.click()
    page.wait_for_url(f"{named.url}/me/")
    subjects = [one["subject"] for one in me.mails(named, address)]
    assert sum("New sign-in" in one for one in subjects) == 2
    assert sum("was changed" in one for one in subjects) == 1
    replayed(client, named, sent[-1])
    page.goto(f"{named.url}/me/security/")
    expect(page.get_by_text("with a passkey").first).to_be_visible()
    remove.click()
    expect(remove).to_have_count(0)
    page.get_by_role("button", name="Sign out").click()
    use.click()
    expect(page.get_by_role("alert")).to_contain_text("control.passkey-refused")
    named.stop()
    troth("restore", backup, "--data", named.directory)
    named.start()


def replayed(client: httpx.Client, site: Running, body: str) -> None:
    """What a passkey has signed is good once, and for what it was asked for."""
    credential = httpx.QueryParams(body)["credential"]
    assert json.loads(credential)["response"]["signature"]
    page = Document(client.get(f"{site.url}/me/sign-in/"))
    answer = me.post(client, site, "/me/sign-in/passkey/", page, credential=credential)
    assert (answer.status_code, "control.passkey-refused" in answer.text) == (403, True)


def test_a_passkey_that_is_not_opened(client: httpx.Client, named: Running, page: Page) -> None:
    """Whoever holds the device and cannot unlock it is not let in, and is told that they can try again."""
    device, number = authenticator(page)
    sign_in(page, named, me.held(client, named))
    page.goto(f"{named.url}/me/security/")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.locator("form[action$='passkey/remove/'] button")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    device.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("form[data-passkey] [role=status]")).to_contain_text("try again")
    page.goto(f"{named.url}/me/")
    page.wait_for_url("**/me/sign-in/**")
