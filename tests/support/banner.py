"""What tests of the banner share: a browser that refuses to be sold, what it keeps, and a page with parts that wait."""

from typing import Any, Final

from playwright.sync_api import BrowserContext, Locator, Page, Route

BANNER: Final = "troth-choices section"
PURPOSE: Final = "remember-settings"
SIGNAL: Final = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true });"
"""What a browser that sends the signal tells scripts; Chromium has no setting for it."""
STORED: Final = """async () => [
    ...Object.keys(localStorage), ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()), ...(await caches.keys()),
]"""
SHIFTS: Final = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => shifts.push(value)))
    .observe({ type: "layout-shift", buffered: true });
"""
# Only scripts that carry the nonce, and those of the site; nothing inside the page, no style at all.
STRICT: Final = (
    "default-src 'none'; script-src 'self' 'nonce-n0nce'; connect-src 'self'; img-src 'self'; frame-src 'self'"
)


def signals(context: BrowserContext) -> None:
    """This browser sends Global Privacy Control from now on."""
    context.set_extra_http_headers({"Sec-GPC": "1"})
    context.add_init_script(SIGNAL)


def press(page: Page, what: str, within: str = BANNER) -> None:
    """Presses one of the banner's own buttons."""
    page.locator(f"{within} [data-troth={what}]").click()


def banner(page: Page) -> Locator:
    """The first layer."""
    return page.locator(BANNER)


def ready(page: Page) -> None:
    """Waits until the page knows what was chosen."""
    page.wait_for_function("() => globalThis.troth && document.querySelector('troth-choices')")


def kept(page: Page) -> set[str]:
    """The names of everything that the browser keeps of this site."""
    return {str(one.get("name")) for one in page.context.cookies()} | set(page.evaluate(STORED))


def shown(page: Page, url: str, body: str, **head: Any) -> None:
    """Opens `url`, where a page of somebody else's making stands that loads the script, under a strict policy."""

    def answer(route: Route) -> None:
        route.fulfill(
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": STRICT, **head},
            body=f'<!doctype html><html lang="en"><title>Elsewhere</title><body><h1>Elsewhere</h1>{body}</body></html>',
        )

    page.route(url, answer)
    page.goto(url)
