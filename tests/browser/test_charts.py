"""Charts of visits are for everybody: drawn without script, readable by machine, with every number beneath."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Inspector
from tests.conftest import NewSite
from tests.support.planted import busy, month_before, plant
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("sqlite")


def test_charts(new_site: NewSite, page: Page, inspector: Inspector) -> None:
    """No barrier, wide or narrow, in light or dark, in both languages; each chart has a name, words and a table."""
    site = new_site("synology-2006")
    site.stop()
    today = datetime.now(UTC).date()
    plant(site, [one for months in (1, 2) for one in busy(month_before(today, months))])
    site.start()

    def drawn() -> bool:
        page.goto(f"{site.url}/visits/")
        return page.locator("section.chart").count() >= 7

    until(drawn, "what is over is released")
    for path, scheme in (("/visits/", "light"), ("/zh-hant/visits/", "dark")):
        page.emulate_media(color_scheme=scheme)
        page.goto(site.url + path)
        for summary in page.locator("section.chart summary").all():
            summary.click()
        for width in (1280, 375, 320):
            page.set_viewport_size({"width": width, "height": 800})
            assert inspector.barriers() == "", (path, width)
    for chart in page.locator("section.chart svg").all():
        named = chart.get_attribute("aria-labelledby") or ""
        said = [page.locator(f"#{one}").text_content() or "" for one in named.split()]
        assert len(said) == 2
        assert all(one.strip() for one in said)
    assert page.locator("section.chart table").count() == page.locator("section.chart").count()
