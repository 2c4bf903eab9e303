"""A form is opened, filled in and sent with the keyboard alone, and with JavaScript switched off."""

from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import NewProfile
from tests.support import documents, points
from tests.support.site import Running, troth

# Keys go the same way whatever keeps the rows.
SQLITE_ALONE = pytest.mark.usefixtures("sqlite")
MOST_STEPS = 150
# How it can be seen that an element is in focus; nothing if it is not.
FOCUS = """one => {
    const { outlineStyle, boxShadow } = getComputedStyle(one);
    return one === document.activeElement ? outlineStyle + boxShadow : "";
}"""
SEND = {"en": "Send", "zh-Hant": "送出"}


def reach(page: Page, goal: Locator) -> None:
    """Goes from one element to the next with the tab key until `goal` is in focus, and can be seen to be."""
    for _ in range(MOST_STEPS):
        if style := goal.evaluate(FOCUS):
            assert style != "nonenone", "focus cannot be seen"
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{goal} cannot be reached with the tab key")


@SQLITE_ALONE
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_the_newsletter_by_keyboard(client: httpx.Client, infortrend: Running, page: Page, language: str) -> None:
    """From the front page to the receipt of a newsletter without touching a mouse."""
    prefix = "" if language == "en" else "/zh-hant"
    page.goto(f"{infortrend.url}{prefix}/")
    reach(page, page.locator(f'main a[href="{prefix}/collect/newsletter/"]').first)
    page.keyboard.press("Enter")
    page.wait_for_url(documents.address_of(infortrend, "newsletter", language))
    reach(page, page.locator('[name="field.email"]'))
    page.keyboard.type(points.address())
    reach(page, page.locator('[name="field.name"]'))
    page.keyboard.type("Lin Mei-Hua")
    box = page.locator('[name="choice.newsletter"]')
    reach(page, box)
    expect(box).not_to_be_checked()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    reach(page, page.get_by_role("button", name=SEND[language]))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{infortrend.url}{prefix}/receipts/*/")
    points.receipt(client, page.url)
    reach(page, page.locator("a[download]"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.startswith("receipt-")
    assert troth("verify", "--receipt", download.value.path()).startswith("Verified: ")


@SQLITE_ALONE
def test_the_age_by_keyboard(synology: Running, page: Page) -> None:
    """A date of birth and a country can be given with the keyboard."""
    page.goto(documents.address_of(synology, "promotion"))
    reach(page, page.locator('[name="born"]'))
    page.keyboard.type("11111980")  # the same day, whichever comes first
    expect(page.locator('[name="born"]')).to_have_value("1980-11-11")
    residence = page.locator('[name="residence"]')
    for _ in range(5):  # day, month, year and the calendar are steps of their own
        page.keyboard.press("Tab")
        if residence.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.type("Taiwan")
    expect(residence).to_have_value("TW")


@SQLITE_ALONE
def test_the_content_is_one_key_away(infortrend: Running, page: Page) -> None:
    """The first step of the tab key offers to skip what every page repeats."""
    page.goto(f"{infortrend.url}/privacy/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.wait_for_url("**/privacy/#main")


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_without_javascript(
    client: httpx.Client, infortrend: Running, profile: NewProfile, language: str, tmp_path: Path
) -> None:
    """With JavaScript switched off, a job application with its document goes through, problems included."""
    page = profile(java_script_enabled=False).new_page()
    page.goto(documents.address_of(infortrend, "job-application", language))
    cv = tmp_path / "cv.pdf"
    cv.write_bytes(points.PDF)
    page.locator('[name="field.email"]').fill("nobody")
    page.locator('[name="field.name"]').fill("Lin Mei-Hua")
    page.locator('[name="field.position"]').fill("Engineer")
    page.get_by_role("button", name=SEND[language]).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator('[name="field.name"]')).to_have_value("Lin Mei-Hua")
    page.locator('[name="field.email"]').fill(points.address())
    page.locator('[name="field.cv"]').set_input_files(cv)
    page.get_by_role("button", name=SEND[language]).click()
    page.wait_for_url("**/receipts/*/")
    points.receipt(client, page.url)
    with page.expect_download() as download:
        page.locator("a[download]").click()
    assert troth("verify", "--receipt", download.value.path()).startswith("Verified: ")
