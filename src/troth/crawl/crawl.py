"""The whole of a crawl: one Chromium, four profiles. The first finds the pages; the others visit the same ones."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from os import geteuid

from playwright.async_api import Browser, Error, async_playwright

from troth.crawl import browser as chromium
from troth.crawl.address import Origin, address, without_fragment
from troth.crawl.errors import NoBrowser
from troth.crawl.pressing import Wish
from troth.crawl.seen import Page, State, Visit
from troth.crawl.visiting import LOST, How, Visitor

Progress = Callable[[int, int], None]
Stage = Callable[[str], Progress]
_STARTS_WITHIN = 60_000
_ENDS_WITHIN = 20
# So many addresses are tried for each page that is wanted; others lead to files.
_TRIES_PER_PAGE = 3
_ANSWERS: dict[State, Wish] = {"declined": "decline", "accepted": "accept"}


@dataclass(frozen=True)
class Crawled:
    """What was seen of a site, state by state, and whether more pages were found than were to be visited."""

    visits: tuple[Visit, ...]
    more: bool


def crawl(url: str, how: How, *, pages: int, stage: Stage) -> Crawled:
    """Visits a site in its states. Whatever its pages do is noted; it raises only if there is no browser."""
    return asyncio.run(_crawl(url, how, pages, stage))


async def _crawl(url: str, how: How, pages: int, stage: Stage) -> Crawled:
    async with _browser() as browser:
        exploring = _Exploring(browser, how, url, pages)
        fresh = await exploring.done(stage("fresh"))
        urls = [page.url for page in fresh.pages if page.is_html and not LOST & page.codes()]
        later = await asyncio.gather(
            _with_the_signal(browser, how, urls, stage("gpc")),
            *(_answered(browser, how, fresh, urls, state, stage(state)) for state in _ANSWERS),
        )
        return Crawled((fresh, *(visit for visits in later for visit in visits)), exploring.more)


class _Exploring:
    """Finds the pages of a site by following its links, those nearest to the first one first."""

    def __init__(self, browser: Browser, how: How, url: str, most: int) -> None:
        self._browser, self._how, self._most = browser, how, most
        self._waiting = deque([url])
        self._known = {url}
        self._origin: Origin | None = None
        self.more = False

    async def done(self, progress: Progress) -> Visit:
        """The site as it is before anybody has chosen anything."""
        visitor = await Visitor.arrives(self._browser, "fresh", self._how)
        visit = visitor.visit
        visit.reached = True
        tried = 0
        while self._waiting and len(visit.pages) < self._most and tried < self._most * _TRIES_PER_PAGE:
            page = await visitor.see(self._waiting.popleft())
            if not tried:
                self._origin = self._begun(page)
            tried += 1
            self._follow(page)
            if visit.banner is None and page.is_html and not LOST & page.codes():
                visit.banner = await visitor.measures()
                visit.banner_page = page.url if visit.banner else ""
            progress(len(visit.pages), min(self._most, len(visit.pages) + len(self._waiting)))
        self.more = bool(self._waiting)
        await visitor.leave()
        return visit

    def _begun(self, page: Page) -> Origin | None:
        """The origin that the crawl stays with: the one to which the first address led."""
        found = address(page.url)
        return found.origin if found else None

    def _follow(self, page: Page) -> None:
        self._known.add(page.url)
        for link in map(without_fragment, page.links):
            found = address(link)
            if found and found.origin == self._origin and link not in self._known:
                self._known.add(link)
                self._waiting.append(link)


async def _with_the_signal(browser: Browser, how: How, urls: list[str], progress: Progress) -> list[Visit]:
    visitor = await Visitor.arrives(browser, "gpc", how)
    visitor.visit.reached = True
    if urls:
        visitor.visit.gpc_declared = await visitor.declares_gpc(urls[0])
    await _all(visitor, urls, progress)
    await visitor.leave()
    return [visitor.visit]


async def _answered(
    browser: Browser, how: How, fresh: Visit, urls: list[str], state: State, progress: Progress
) -> list[Visit]:
    """The site after one answer; after a yes also as it is when that is taken back."""
    visitor = await Visitor.arrives(browser, state, how)
    visits = [visitor.visit]
    where = fresh.banner_page
    if where and await visitor.answers(where, _ANSWERS[state]):
        visitor.visit.reached = True
        await visitor.go(where)
        visitor.visit.asked_again = await visitor.finds("accept")
        await _all(visitor, urls, progress)
        if state == "accepted":
            visitor.visit = Visit("withdrawn")
            visitor.visit.reached = await visitor.answers(where, "reopen", "decline") and bool(await visitor.see(where))
            visits.append(visitor.visit)
    await visitor.leave()
    return visits


async def _all(visitor: Visitor, urls: list[str], progress: Progress) -> None:
    for number, url in enumerate(urls, 1):
        await visitor.see(url)
        progress(number, len(urls))


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        try:
            opened = await playwright.chromium.launch(
                executable_path=chromium.find(),
                args=list(chromium.FLAGS),
                chromium_sandbox=geteuid() != 0,  # the system's administrator cannot have one
                timeout=_STARTS_WITHIN,
            )
        except Error as error:
            message = (
                "Chromium does not start. Install it, or name one with the environment variable CHROMIUM;"
                " `playwright install chromium` brings one."
            )
            raise NoBrowser(message) from error
        try:
            yield opened
        finally:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(opened.close(), _ENDS_WITHIN)
