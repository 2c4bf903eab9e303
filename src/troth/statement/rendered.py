"""Pages that are the same for everybody: rendered once, and again when anything changes that they depend on."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock


@dataclass(frozen=True)
class Content:
    """What a page answers with, and the tag that it is known by (RFC 9110, 8.8.3)."""

    body: bytes
    tag: str


class Rendered:
    """Keeps the pages that were asked for last, never more than `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Content] = OrderedDict()
        self._lock = Lock()

    def get(self, depends_on: Hashable, render: Callable[[], str | bytes]) -> Content:
        """The page that depends on nothing but `depends_on`."""
        with self._lock:
            if found := self._kept.get(depends_on):
                self._kept.move_to_end(depends_on)
                return found
        made = render()
        body = made.encode() if isinstance(made, str) else made
        content = Content(body, f'"{sha256(body).hexdigest()[:32]}"')
        with self._lock:
            self._kept[depends_on] = content
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return content
