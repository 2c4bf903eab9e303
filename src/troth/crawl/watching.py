"""What goes on around a page while it is open: whom it asks, what it is told to keep, what it opens by itself."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import Any

from playwright.async_api import BrowserContext, Dialog, Error, Request, Response, WebSocket
from playwright.async_api import Page as Tab

from troth.crawl.address import address, is_under
from troth.crawl.seen import MOST, Page, Stored, Trouble

DAY = 86_400
_HEADERS_WITHIN = 5
_LONGEST = 300


class Watch:
    """Listens to one browser profile, and notes everything on the page that is being seen."""

    def __init__(self, context: BrowserContext, now: float) -> None:
        self.page = Page("")
        self.waiting = set[Request]()
        self.last = 0.0
        self.tab: Tab | None = None
        self._tasks = set[asyncio.Task[None]]()
        context.on("request", self._asked)
        context.on("requestfinished", self._over)
        context.on("requestfailed", self._over)
        context.on("response", lambda answer: self.soon(_answered(answer, self.page, now)))
        context.on("page", self._opened)

    def over(self, tab: Tab) -> None:
        """From now on `tab` is the one that is driven; every other window was opened by a page."""
        self.tab = tab
        for window in tab.context.pages:
            self._opened(window)
        tab.on("dialog", lambda dialog: self._dialog(tab, dialog))
        tab.on("popup", lambda _: self._of(tab, "page-popups"))
        tab.on("download", lambda _: self._of(tab, "page-downloads"))
        tab.on("crash", lambda _: self._of(tab, "page-crashed"))
        tab.on("websocket", self._connected)

    def begin(self, page: Page) -> None:
        """What happens from now on happens on `page`."""
        self.page = page
        self.waiting.clear()

    async def end(self) -> None:
        """Waits for what is still being noted."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def trouble(self, code: str, detail: str = "") -> None:
        """Notes what is wrong with the page, once."""
        if (found := Trouble(code, detail)) not in self.page.troubles:
            self.page.troubles.append(found)

    def soon(self, doing: Coroutine[Any, Any, None]) -> None:
        """Does this beside the rest; a window that is gone by then needs nothing done."""

        async def quietly() -> None:
            with suppress(Error, TimeoutError):
                await asyncio.wait_for(doing, _HEADERS_WITHIN)

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _opened(self, window: Tab) -> None:
        if self.tab and window is not self.tab:
            self.soon(window.close())

    def _of(self, tab: Tab, code: str) -> None:
        """Notes what a window did, unless it is one that was closed: what it did last comes late."""
        if tab is self.tab:
            self.trouble(code)

    def _dialog(self, tab: Tab, dialog: Dialog) -> None:
        if dialog.type == "beforeunload":  # whoever has pressed something is asked whether to go
            self.soon(dialog.accept())
            return
        self._of(tab, "page-dialogs")
        self.soon(dialog.dismiss())

    def _connected(self, socket: WebSocket) -> None:
        self._host(socket.url)

    def _asked(self, request: Request) -> None:
        self.last = asyncio.get_running_loop().time()
        if len(self.waiting) < MOST:
            self.waiting.add(request)
        if not self._leads_on(request):
            self._host(request.url)

    def _leads_on(self, request: Request) -> bool:
        """Whether the tab itself goes there: that is visiting it, not asking it for a part of a page."""
        with suppress(Error):
            return request.is_navigation_request() and request.frame.parent_frame is None
        return False

    def _host(self, url: str) -> None:
        if (found := address(url)) and len(self.page.hosts) < MOST:
            self.page.hosts.add(found.host)

    def _over(self, request: Request) -> None:
        self.waiting.discard(request)
        self.last = asyncio.get_running_loop().time()


async def _answered(answer: Response, page: Page, now: float) -> None:
    """What an answer tells the browser to keep, whether the browser does so or not."""
    found = address(answer.url)
    for line in await answer.header_values("set-cookie"):
        if found and len(page.stored) < MOST and (kept := set_by(line, found.host, now)):
            page.stored.add(kept)


def set_by(line: str, host: str, now: float) -> Stored | None:
    """The cookie that a ``Set-Cookie`` line sets; None where it removes one, or sets none."""
    first, *others = line.split(";")
    name = first.partition("=")[0].strip()
    said = {key.strip().lower(): value.strip() for key, _, value in (one.partition("=") for one in others)}
    days = _days(said, now)
    if not name or (days is not None and days <= 0):
        return None
    domain = said.get("domain", "").lstrip(".").lower() or host
    return Stored("cookie", name[:_LONGEST], domain if is_under(host, domain) else host, days)


def _days(said: dict[str, str], now: float) -> float | None:
    """For how many days a cookie stays, by its attributes; None if only as long as the browser is open."""
    with suppress(ValueError):
        if "max-age" in said:
            return int(said["max-age"]) / DAY
    with suppress(ValueError, OverflowError):
        if "expires" in said:
            return (parsedate_to_datetime(said["expires"]).timestamp() - now) / DAY
    return None
