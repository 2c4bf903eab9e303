"""What browser tests share: the checks of axe-core, and the pages that people meet."""

from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# What passed is not sent along: on a long page that is megabytes.
RUN = "options => axe.run(options).then(({ violations }) => ({ violations }))"


class Inspector:
    """Looks for barriers on the page that is open."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._axe = Axe()

    def barriers(self) -> str:
        """Every violation of WCAG 2.2 AA that axe-core sees, and content that is wider than the window."""
        if not self._page.evaluate("'axe' in window"):
            self._page.evaluate(self._axe.axe_script)
        found = AxeResults(self._page.evaluate(RUN, OPTIONS))
        return (found.generate_report() if found.violations_count else "") + self.cut_off()

    def cut_off(self) -> str:
        """Content that is wider than the window."""
        wider = self._page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return f"\nThe page is {wider} pixels wider than the window." if wider > 0 else ""


@pytest.fixture
def inspector(page: Page) -> Inspector:
    """Looks for barriers on `page`."""
    return Inspector(page)
