"""Finds the controls with which a choice is given, on any site, and presses them.

A site that uses troth's banner marks them: ``data-troth="accept"``, ``"decline"``, ``"reopen"``. On any other, whoever
asks names their words or a selector (``css=…``), once for each step; else usual words are looked for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from typing import Literal

from playwright.async_api import Error, Frame, Locator
from playwright.async_api import Page as Tab

from troth.crawl.seen import Look

Wish = Literal["accept", "decline", "reopen"]
_SELECTOR = "css="
_MOST_FRAMES = 20
_PRESSED_WITHIN = 5_000
_USUAL: dict[Wish, str] = {
    "accept": (
        "accept( all)?( cookies)?|allow all( cookies)?|agree( to all)?|agree and close"
        "|全部接受|接受(全部|所有)?( ?cookies?)?|同意(全部)?"
    ),
    "decline": (
        "(decline|reject|refuse|deny)( all)?( cookies)?|(use )?(only necessary|necessary only)( cookies)?"
        "|全部拒絕|拒絕(全部|所有)?( ?cookies?)?|不同意"
    ),
    "reopen": (
        "(your |my |change |manage )?(cookies?|privacy|consent|tracking) (settings|choices|preferences)|cookies"
        "|cookie ?(設定|偏好設定|選擇)|隱私(設定|選擇)"
    ),
}
_MARKS: dict[Wish, str] = {
    "accept": 'css=[data-troth="accept"]',
    "decline": 'css=[data-troth="decline"]',
    "reopen": 'css=[data-troth="reopen"], [data-troth="choices"]',
}
_LOOK = (files(__package__) / "look.js").read_text("utf-8")


class Buttons:
    """The steps to each wish: what whoever asks has named, else the marks, else usual words."""

    def __init__(self, named: Mapping[Wish, Sequence[str]]) -> None:
        self._named = {wish: tuple(steps) for wish, steps in named.items() if steps}

    def steps(self, wish: Wish) -> int:
        """How many controls are to be pressed for it."""
        return len(self._named.get(wish, ("",)))

    async def find(self, tab: Tab, wish: Wish, step: int = 0) -> Locator | None:
        """The control of this step, where one can be seen now."""
        for frame in tab.frames[:_MOST_FRAMES]:
            for candidate in self._candidates(frame, wish, step):
                with suppress(Error):
                    if await candidate.is_visible():
                        return candidate
        return None

    async def press(self, tab: Tab, wish: Wish) -> bool:
        """Presses every step; False where one cannot be seen or pressed."""
        for step in range(self.steps(wish)):
            control = await self.find(tab, wish, step)
            if control is None:
                return False
            try:
                await control.click(timeout=_PRESSED_WITHIN)
            except Error:
                return False
        return True

    def _candidates(self, frame: Frame, wish: Wish, step: int) -> Iterator[Locator]:
        if named := self._named.get(wish):
            text = named[step]
            if text.startswith(_SELECTOR):
                yield _seen(frame.locator(text))
            else:
                yield _called(frame, re.escape(text))
            return
        yield _seen(frame.locator(_MARKS[wish]))
        yield _called(frame, _USUAL[wish])


def _called(frame: Frame, words: str) -> Locator:
    """A button or link of this name."""
    name = re.compile(f"^\\s*({words})\\s*$", re.IGNORECASE)
    return _seen(frame.get_by_role("button", name=name).or_(frame.get_by_role("link", name=name)))


def _seen(controls: Locator) -> Locator:
    """The first of them that can be seen: a banner may have one that is hidden while the page has its own."""
    return controls.locator("visible=true").first


async def look(control: Locator) -> Look:
    """How a control looks."""
    return Look.model_validate_json(await control.evaluate(_LOOK, timeout=_PRESSED_WITHIN))
