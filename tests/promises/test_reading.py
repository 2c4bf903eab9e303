"""The statement's pages are made once and not for each visitor: still right at every moment, and in every language."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from tests.support import documents, points
from tests.support.clocks import Clock
from tests.support.guards import safe
from tests.support.site import Running, http
from tests.support.versions import NOTICE, keep_longer, publish, reword

PAGES = ["/privacy/", "/privacy/versions/", "/privacy/versions/1/", "/privacy/versions/1/diff/1/", "/privacy/feed/"]
ALL = [*PAGES, *(f"/zh-hant{page}" for page in PAGES), "/privacy/statement.jsonld"]


@pytest.mark.promise("P55")
def test_whoever_has_a_page_is_told_so(client: httpx.Client, site: Running) -> None:
    """A page has a tag. Whoever names it is not sent the same again; with any other tag, or none, they are."""
    tags = []
    for path in ALL:
        whole = client.get(site.url + path)
        tag = whole.headers["etag"]
        tags.append(tag)
        assert whole.headers["cache-control"] == "no-cache"
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = client.get(site.url + path, headers={"If-None-Match": known})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            assert "content-length" not in again.headers
            assert again.headers.get("vary") == whole.headers.get("vary")
            safe(again)
        for other in ('"other"', tag.strip('"'), tag.upper(), ""):
            again = client.get(site.url + path, headers={"If-None-Match": other})
            assert (again.status_code, again.content) == (200, whole.content)
    assert len(set(tags)) == len(ALL)


@pytest.mark.promise("P55")
def test_a_page_is_the_same_for_everybody(client: httpx.Client, site: Running) -> None:
    """Nothing of a visitor's request stands in a page: not what they ask for besides, not who they say they are."""
    marks = {
        "Cookie": "form=zebulon",
        "User-Agent": "zebulon",
        "Referer": "http://zebulon/",
        "Accept-Language": "zh-TW",
    }
    for path in [*ALL, "/collect/quote/", "/collect/newsletter/embed/"]:
        first = client.get(f"{site.url}{path}?zebulon=zebulon", headers=marks)
        assert first.status_code == 200
        assert "zebulon" not in first.text
        second = client.get(site.url + path)
        assert _without_tokens(second) == _without_tokens(first)


@pytest.mark.promise("P10")
def test_every_visitor_has_a_form_of_their_own(site: Running) -> None:
    """However often a form is shown, each time it has another number, and each visitor another cookie."""
    for embedded in (False, True):
        shown = []
        for _ in range(3):
            with http() as visitor:
                page = documents.opened(visitor, documents.address_of(site, "newsletter", embedded=embedded))
                shown.append(
                    (page.hidden["token"], page.hidden.get("csrfmiddlewaretoken"), visitor.cookies.get("form"))
                )
        for what in zip(*shown, strict=True):
            assert len(set(what)) == (1 if what[0] is None else 3)


@pytest.mark.promise("P55")
def test_languages_do_not_mix(client: httpx.Client, site: Running) -> None:
    """Many who read in both languages at once are each shown theirs, with links that stay in it."""
    alone = {path: client.get(site.url + path).text for path in ALL}

    def read(path: str) -> bool:
        with http() as visitor:
            return visitor.get(site.url + path).text == alone[path]

    with ThreadPoolExecutor(8) as readers:
        assert all(readers.map(read, ALL * 8))
    for path in ALL[:-1]:
        if path.endswith("/feed/"):
            continue
        page = documents.Document(client.get(site.url + path))
        language = "zh-Hant" if path.startswith("/zh-hant") else "en"
        assert page.attributes("html", "lang") == [language]
        prefix = f"{site.url}/zh-hant/privacy/" if language == "zh-Hant" else f"{site.url}/privacy/"
        assert f"{prefix}versions/" in page.links()


@pytest.mark.promise("P55", "P53")
def test_what_is_published_shows_at_once(client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """A version that was published a moment ago stands on every page that tells of it; what is to come is announced."""
    site = new_site("infortrend")
    before = {path: client.get(site.url + path) for path in [*ALL, "/collect/quote/", "/zh-hant/collect/quote/"]}
    publish(site, reword(2), "today")
    for path, earlier in before.items():
        answer = client.get(site.url + path, headers={"If-None-Match": earlier.headers.get("etag", "")})
        assert answer.status_code == (304 if "diff" in path else 200), path
        assert "diff" in path or answer.text != earlier.text, path
    assert "/privacy/versions/2/" in client.get(f"{site.url}/privacy/versions/").text
    assert "versions/2/" in client.get(f"{site.url}/zh-hant/privacy/feed/").text
    assert "Wording 2" in client.get(f"{site.url}/collect/quote/").text
    publish(site, keep_longer, points.today() + NOTICE)
    for path in (*PAGES[:-1], "/collect/quote/"):
        for prefix in ("", "/zh-hant"):
            page = documents.opened(client, site.url + prefix + path)
            assert f"{site.url}{prefix}/privacy/versions/3/" in page.links(), path


@pytest.mark.promise("P53")
def test_what_was_announced_holds_from_its_day(client: httpx.Client, new_site: Callable[[str], Running]) -> None:
    """When the day of an announced version comes, the pages that were read before say that it is in force."""
    site = new_site("infortrend")
    site.stop()
    clock = Clock(site)
    site.start()
    publish(site, keep_longer, points.today() + NOTICE)
    for path in ("/privacy/", "/zh-hant/privacy/"):
        page = documents.opened(client, site.url + path)
        assert page.text.count("7 years") == 0
        assert any(link.endswith("/privacy/versions/2/") for link in page.links())
    clock.set(NOTICE)
    assert "7 years" in documents.opened(client, f"{site.url}/privacy/").text
    assert not any("diff" in link for link in documents.opened(client, f"{site.url}/zh-hant/privacy/").links())
    clock.set(timedelta())
    assert "7 years" not in documents.opened(client, f"{site.url}/privacy/").text


def _without_tokens(answer: httpx.Response) -> str:
    return re.sub(r'(<input type="hidden" name="\w+" value=")[^"]*', r"\1", answer.text)
