"""Visits the pages of a site in one state, one after another, in one browser profile of its own."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TypeVar
from urllib.parse import urljoin

from playwright.async_api import Browser, BrowserContext, Error, Frame
from playwright.async_api import Page as Tab
from playwright.async_api import TimeoutError as TookTooLong
from pydantic import ValidationError

from troth.crawl.address import Own, address
from troth.crawl.pressing import Buttons, Wish, look
from troth.crawl.seen import Banner, Kind, Page, Probe, State, Stored, Trouble, Visit
from troth.crawl.watching import DAY, Watch

T = TypeVar("T")
_PROBE = (files(__package__) / "probe.js").read_text("utf-8")
_GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true, configurable: true})"
_MOST_FRAMES = 20
_MOST_TOLD = 2_000_000
_QUIET = 0.4
_PAUSE = 0.05
_ENDS_WITHIN = 5
_TRIES = 3
_NET = {
    "ERR_TOO_MANY_REDIRECTS": "page-redirects",
    "ERR_CERT": "page-certificate",
    "ERR_SSL": "page-certificate",
    "crashed": "page-crashed",
}
# After these nobody answers.
LOST = {"page-crashed", "page-busy"}
# A window of such a page goes on with it for a while.
_RESTLESS = {*LOST, "page-slow", "page-dialogs", "page-popups"}


@dataclass(frozen=True)
class How:
    """How a site is visited: seconds for a page to be there and to come to rest, its own hosts, and its controls."""

    own: Own
    buttons: Buttons = field(default_factory=lambda: Buttons({}))
    timeout: float = 20.0
    rest: float = 3.0

    @property
    def patience(self) -> float:
        """Seconds for a page that is there to answer."""
        return min(_ENDS_WITHIN, self.timeout)


class Visitor:
    """One browser profile in which nothing was ever visited."""

    def __init__(self, context: BrowserContext, state: State, how: How) -> None:
        self.visit = Visit(state)
        self._context, self._how = context, how
        self._watch = Watch(context, time.time())
        self._tab: Tab | None = None

    @classmethod
    async def arrives(cls, browser: Browser, state: State, how: How) -> "Visitor":
        """A visitor in a profile of their own; one that sends the signal does so with every request and to scripts."""
        headers = {"Sec-GPC": "1"} if state == "gpc" else {}
        context = await browser.new_context(accept_downloads=False, extra_http_headers=headers, locale="en-GB")
        if headers:
            await context.add_init_script(_GPC)
        return cls(context, state, how)

    async def leave(self) -> None:
        """Closes the profile; one that does not let itself be closed goes with the browser."""
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(self._context.close(), _ENDS_WITHIN)

    async def see(self, url: str) -> Page:
        """Goes to a page, waits until it has come to rest, and notes what is there."""
        page = await self.go(url)
        if page.is_html:
            await self.note(page)
        if page.is_html or (page.troubles and not page.is_file) or not self.visit.pages:
            self.visit.pages.append(page)  # the rest are files; only the first address has to be a page
        return page

    async def go(self, url: str) -> Page:
        """Goes to a page, and waits until it has come to rest."""
        page = Page(url)
        await self._turn_away()
        tab = await self._own_tab()
        self._watch.begin(page)
        try:
            await self._navigate(tab, page)
        except TookTooLong:
            self._watch.trouble("page-slow")
            page.is_html = await self._is_there(tab)
        except TimeoutError:
            self._watch.trouble("page-busy")
        except Error as error:
            self._refused(str(error))
        if not page.is_html and Trouble("page-downloads") in page.troubles:
            page.is_file = True
        if page.is_html:
            await self._rest()
        return page

    async def _navigate(self, tab: Tab, page: Page) -> None:
        answer = await asyncio.wait_for(
            tab.goto(page.url, timeout=self._how.timeout * 1000), self._how.timeout + _ENDS_WITHIN
        )
        if answer is None:
            return
        found = address(tab.url)
        if found is None or found.host not in self._how.own:
            self._watch.trouble("page-elsewhere")
        elif answer.status >= 400:  # noqa: PLR2004 - what HTTP calls an error
            self._watch.trouble("page-broken", str(answer.status))
            page.is_html = True
        else:
            kind = (await answer.header_value("content-type") or "").partition(";")[0].strip().lower()
            page.is_html = kind in ("text/html", "application/xhtml+xml", "")
        page.url = tab.url if page.is_html else page.url

    def _refused(self, message: str) -> None:
        """Notes why there is no page: by what the browser says, the name of its error and no more."""
        if "Download is starting" in message:
            self._watch.page.is_file = True
            return
        code = next((code for said, code in _NET.items() if said in message), "page-unreachable")
        found = re.search(r"net::(ERR_[A-Z_]+)", message)
        self._watch.trouble(code, found.group(1) if found and code == "page-unreachable" else "")

    async def _is_there(self, tab: Tab) -> bool:
        """Whether what has come so far of a page that never ends can be looked at."""
        found = address(tab.url)
        if found is None or found.host not in self._how.own:
            return False
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(tab.evaluate("() => window.stop()"), self._how.patience)
            return True
        self._watch.trouble("page-busy")
        return False

    async def note(self, page: Page) -> None:
        """Notes what stands in the profile and on the page."""
        tab = await self._own_tab()
        for cookie in await self._context.cookies():
            end = cookie.get("expires", -1)
            days = (end - time.time()) / DAY if end > 0 else None
            page.stored.add(Stored("cookie", cookie["name"], cookie["domain"].lstrip("."), days))
        for frame in tab.frames[:_MOST_FRAMES]:
            await self._note_frame(page, frame, main=frame is tab.main_frame)
        if self.visit.state in ("accepted", "declined"):
            page.reopen = await self.finds("reopen")

    async def _note_frame(self, page: Page, frame: Frame, *, main: bool) -> None:
        probe = await self._probe(frame, main=main)
        where = address(frame.url) or address(page.url)
        if probe is None or where is None:
            return
        for kind, names in _storage(probe):
            page.stored.update(Stored(kind, name, where.host) for name in names)
        if where.host in self._how.own:
            page.forms += probe.forms
            page.ticked += probe.ticked
        if main:
            page.links += probe.links

    async def _probe(self, frame: Frame, *, main: bool) -> Probe | None:
        """What the frame tells; a page's own frame that does not is in trouble, one within it may come and go."""
        trouble = "page-busy"
        for _ in range(_TRIES):
            try:
                text = await asyncio.wait_for(frame.evaluate(_PROBE), self._how.patience)
                return Probe.model_validate_json(str(text)[:_MOST_TOLD])
            except ValidationError:
                trouble = "page-untold"
                break
            except TimeoutError:
                break
            except Error:
                await asyncio.sleep(_QUIET)
        if main:
            self._watch.trouble(trouble)
        return None

    async def finds(self, wish: Wish) -> bool:
        """Whether a control for it can be seen on the page that is open."""
        return await self._within(self._how.buttons.find(await self._own_tab(), wish)) is not None

    async def answers(self, url: str, *wishes: Wish) -> bool:
        """Goes to a page and presses what is wished there, each in its turn; notes what happens from then on."""
        if not (await self.go(url)).is_html:
            return False
        tab = await self._own_tab()
        page = Page(url)
        self._watch.begin(page)
        for wish in wishes:
            if not await self._within(self._how.buttons.press(tab, wish)):
                return False
            await self._rest()
        self.visit.pages.append(page)
        await self.note(page)
        return True

    async def measures(self) -> Banner | None:
        """How the controls of the first layer look, if the page that is open asks for a choice."""
        tab, buttons = await self._own_tab(), self._how.buttons
        accept = await self._within(buttons.find(tab, "accept"))
        if accept is None:
            return None
        decline = await self._within(buttons.find(tab, "decline"))
        try:
            looks = await look(accept), await look(decline) if decline else None
        except (Error, ValidationError):
            return None
        return Banner(*looks, buttons.steps("decline"), buttons.steps("accept"))

    async def declares_gpc(self, url: str) -> bool:
        """Whether the site of this page says that it heeds the signal."""
        with suppress(Error, TimeoutError, ValueError):
            asking = self._context.request.get(urljoin(url, "/.well-known/gpc.json"), timeout=self._how.timeout * 1000)
            answer = await asyncio.wait_for(asking, self._how.timeout)
            told = json.loads(await answer.body())
            return answer.ok and isinstance(told, dict) and told.get("gpc") is True
        return False

    async def _within(self, doing: Awaitable[T]) -> T | None:
        """What comes of it; nothing on a page that does not answer."""
        with suppress(Error, TimeoutError):
            return await asyncio.wait_for(doing, self._how.patience)
        return None

    async def _rest(self) -> None:
        """Waits until nothing is being asked for, as long as a page is given to come to rest."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while loop.time() - begun < self._how.rest:
            await asyncio.sleep(_PAUSE)
            if not self._watch.waiting and loop.time() - max(begun, self._watch.last) >= _QUIET:
                break
        await self._watch.end()

    async def _own_tab(self) -> Tab:
        """The one window that is used all along: what lasts as long as a window is seen as well."""
        if self._tab is None or self._tab.is_closed():
            self._watch.tab = None
            self._tab = await self._context.new_page()
            self._watch.over(self._tab)
        return self._tab

    async def _turn_away(self) -> None:
        """Ends the page that is open, so that nothing it still does is taken for the next one's."""
        if self._tab is None:
            return
        if _RESTLESS & self._watch.page.codes():
            await self._close()
            return
        try:
            await asyncio.wait_for(self._tab.goto("about:blank"), _ENDS_WITHIN)
        except (Error, TimeoutError):
            await self._close()

    async def _close(self) -> None:
        tab, self._tab, self._watch.tab = self._tab, None, None
        if tab:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(tab.close(), _ENDS_WITHIN)


def _storage(probe: Probe) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    yield "local-storage", probe.local
    yield "session-storage", probe.session
    yield "indexed-db", probe.databases
    yield "cache", probe.caches
    yield "service-worker", probe.workers
