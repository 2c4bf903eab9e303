"""Other sites: nobody leaves without being told, and nothing about them goes along.

Reading writes nothing, and pages are the same whatever keeps the rows, so that they are read on SQLite alone.
"""

from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page

from tests.support import documents
from tests.support.declared import declared
from tests.support.site import Running

pytestmark = pytest.mark.usefixtures("sqlite")


def elsewhere(page: documents.Document) -> set[str]:
    """The links of a page that lead to another host."""
    own = urlsplit(page.url).netloc
    return {url for url in page.links() if urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != own}


@pytest.mark.promise("P52")
def test_links_out_pass_the_notice(site: Running) -> None:
    """On every page in every language, links to other hosts stand on the leave notice only."""
    pages = documents.walked(site)
    leaving = {url: page for url, page in pages.items() if "/leave/" in url}
    assert {url: elsewhere(page) for url, page in pages.items() if url not in leaving and elsewhere(page)} == {}
    links = declared(site.directory.name).links
    assert set(leaving) == {f"{site.url}{prefix}/leave/{name}/" for name in links for prefix in ("", "/zh-hant")}
    for url, page in leaving.items():
        assert elsewhere(page) == {links[url.rstrip("/").rpartition("/")[2]].url}


@pytest.mark.promise("P52")
def test_nothing_goes_along(client: httpx.Client, site: Running) -> None:
    """The leave notice sends no referrer, opens no way back for the other site, and sets no cookie."""
    for name, link in declared(site.directory.name).links.items():
        answer = client.get(f"{site.url}/leave/{name}/")
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
        page = documents.Document(answer)
        (out,) = [found for tag, found in page.elements if tag == "a" and found.get("href") == link.url]
        assert {"noopener", "noreferrer"} <= set(out["rel"].split())
        assert link.url in page.text


@pytest.mark.promise("P52")
def test_links_out_are_marked(site: Running, page: Page) -> None:
    """A link that leaves says so, to those who see it and to those who hear it."""
    page.goto(f"{site.url}/")
    for name in declared(site.directory.name).links:
        link = page.locator(f'a[href="/leave/{name}/"]').first
        assert "leaves this site" in (link.text_content() or "")
        link.click()
        page.wait_for_url(f"{site.url}/leave/{name}/")
        page.go_back()


@pytest.mark.promise("P52")
def test_only_declared_links_lead_out(client: httpx.Client, site: Running) -> None:
    """The notice cannot be made to lead anywhere that the statement does not name."""
    for link in ("nowhere/", "nowhere/?url=https://attacker.example", "https%3A%2F%2Fattacker.example/"):
        answer = client.get(f"{site.url}/leave/{link}")
        assert answer.status_code == 404
        assert elsewhere(documents.Document(answer)) == set()
