"""The banner can be used by everybody and leans to no side: size, colour, steps, keys, languages, directions, motion.

The checks are those that regulators make of banners (EDPB's taskforce and guidelines 03/2022), and WCAG 2.2 AA.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Inspector
from tests.support.banner import BANNER, SHIFTS, banner, press, ready, shown, signals
from tests.support.site import Running
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("sqlite")

WIDTHS = (1280, 375)
LOOKS = """(button) => {
    const { width, height } = button.getBoundingClientRect();
    const looks = getComputedStyle(button);
    const weighty = ["font-size", "font-weight", "padding", "color", "background-color", "border-color"];
    const found = weighty.map((one) => looks.getPropertyValue(one));
    return [button.localName, Math.round(width), Math.round(height), ...found];
}"""
FOCUSED = """() => {
    let found = document.activeElement;
    while (found?.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
    return found.dataset?.troth ?? found.name ?? found.localName;
}"""


def looks(button: Locator) -> list[object]:
    """What a button looks like: all of it that weighs."""
    found: list[object] = button.evaluate(LOOKS)
    return found


def presses(page: Page, what: str) -> int:
    """How many times somebody presses Tab from the page's beginning until `what` has the focus."""
    for count in range(1, 12):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == what:
            return count
    raise AssertionError(what)


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_barriers(synology: Running, page: Page, inspector: Inspector, width: int, language: str) -> None:
    """Neither banner, nor dialog, nor placeholder has a barrier, in either language, by day and in the dark."""
    page.set_viewport_size({"width": width, "height": 800})
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(synology.url + ("" if language == "en" else "/zh-hant") + "/products/")
        expect(banner(page)).to_be_visible()
        assert page.locator("troth-choices").get_attribute("lang") == language
        assert inspector.barriers() == ""
        press(page, "choose")
        assert inspector.barriers() == ""
        press(page, "close", "dialog")
        press(page, "close")
        expect(page.locator("troth-placeholder")).to_be_visible()
        assert inspector.barriers() == ""


def test_declining_is_as_easy_as_accepting(synology: Running, page: Page) -> None:
    """On each layer both stand side by side, alike in everything, a key press apart, and nothing is switched on."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(synology.url)
        expect(banner(page)).to_be_visible()
        assert page.evaluate(FOCUSED) == "body"
        for layer in (BANNER, "troth-choices dialog"):
            decline, accept = (page.locator(f"{layer} [data-troth={what}]") for what in ("decline", "accept"))
            assert looks(decline) == looks(accept)
            assert decline.bounding_box()["y"] == accept.bounding_box()["y"]  # type: ignore[index] # it is visible
            assert page.locator(f"{layer} :checked").count() == 0
            if layer == BANNER:
                assert (presses(page, "decline"), presses(page, "accept")) == (4, 1)
                press(page, "choose")


def test_by_keys_alone(synology: Running, page: Page) -> None:
    """The dialog takes the focus, keeps it, switches by space, closes by Escape and gives the focus back."""
    page.goto(synology.url)
    opener = page.locator("a[data-troth=choices]")
    ready(page)
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Your privacy here")
    expect(dialog).to_be_visible()
    assert page.evaluate(FOCUSED) == "h2"
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) != "choose"
    switch = page.get_by_role("switch", name="Remember your settings")
    switch.focus()
    said = page.locator("label").filter(has=switch).locator(".on, .off").filter(visible=True)
    expect(said).to_have_text("Off")
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    expect(said).to_have_text("On")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    expect(banner(page)).to_be_visible()
    assert page.context.cookies() == []
    page.evaluate("window.last = [...document.querySelectorAll('footer a')].at(-1); last.focus()")
    below = page.evaluate("last.getBoundingClientRect().bottom")
    assert below <= banner(page).bounding_box()["y"]  # type: ignore[index] # it is visible
    page.locator(f"{BANNER} [data-troth=decline]").focus()
    page.keyboard.press("Enter")
    expect(banner(page)).to_be_hidden()
    expect(page.locator("troth-choices [aria-live=polite]")).to_have_text("Your choice is saved.")


def test_nothing_moves(synology: Running, page: Page) -> None:
    """The page stands still when the banner comes, when a placeholder does, and when all goes again."""
    page.add_init_script(SHIFTS)
    page.emulate_media(reduced_motion="reduce")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for path in ("/", "/products/", "/privacy/"):
            page.goto(synology.url + path)
            expect(banner(page)).to_be_visible()
            page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert page.evaluate("shifts") == []
        press(page, "decline")
        expect(banner(page)).to_be_hidden()
        assert page.evaluate("shifts") == []
        page.context.clear_cookies()


def test_from_right_to_left_and_very_narrow(synology: Running, page: Page, inspector: Inspector) -> None:
    """Where a page is read from the right, so is the banner; at 320 pixels nothing is cut off, and half stays free."""
    shown(page, f"{synology.url}/elsewhere", '<script src="/troth.js"></script>')
    expect(banner(page)).to_be_visible()
    page.evaluate("document.documentElement.dir = 'rtl'")
    beside = (
        "() => document.querySelector('troth-choices').shadowRoot.querySelector('section').getBoundingClientRect().x"
    )
    until(lambda: page.evaluate(beside) > 600, "the banner stands at the right")
    press(page, "close")
    expect(page.get_by_role("button", name="Choices on cookies")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 640})
    page.reload()
    expect(banner(page)).to_be_visible()
    assert inspector.cut_off() == ""
    box = banner(page).bounding_box()
    assert box
    assert box["height"] < 480


def test_as_a_module(synology: Running, page: Page) -> None:
    """The same file works as a module, says when it is ready, and what changes, to whoever asks."""
    shown(page, f"{synology.url}/elsewhere", '<script type="module" src="/troth.js"></script>')
    signals(page.context)
    ready(page)
    page.evaluate("troth.on('change', (all) => { window.heard = all }); troth.open()")
    page.get_by_role("switch", name="Remember your settings").check()
    press(page, "save", "dialog")
    page.wait_for_function("() => window.heard")
    assert page.evaluate("heard") == {"remember-settings": True}
    assert page.evaluate("troth.may('remember-settings')") is True
