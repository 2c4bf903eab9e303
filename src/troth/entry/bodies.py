"""What a request carries, as it arrives: never more of it in memory than one piece."""

from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Final, Protocol

from troth.entry.errors import Crowded

# How many bodies may be arriving at once. The server has more threads than that, so that those who send slowly never
# take the last one from those who read.
PLACES: Final = 32
# Places change hands in moments, on a busy machine as well; where none does for so long, slow senders hold them all.
_PATIENCE: Final = 0.5
_LINGER: Final = 100 * 1024 * 1024
_CHUNK: Final = 64 * 1024


class _Places:
    def __init__(self) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        self._left = monotonic()
        for _ in range(PLACES):
            self._free.put(None)

    def take(self) -> None:
        while True:
            try:
                return self._free.get(timeout=_PATIENCE)
            except Empty:
                if monotonic() - self._left > _PATIENCE:
                    message = "Too many requests are arriving at once. Nothing of this one was kept. Send it again."
                    raise Crowded(message) from None

    def leave(self) -> None:
        self._left = monotonic()
        self._free.put(None)


_places = _Places()


class Source(Protocol):
    """``wsgi.input`` as the server hands it over: it answers with fewer bytes only where the body ends."""

    def read(self, size: int, /) -> bytes: ...


class Body:
    """A body of `length` bytes. Where its sender stops before that, reading fails instead of ending early."""

    def __init__(self, source: Source, length: int) -> None:
        self._source = source
        self._placed = False
        self.left = length

    def read(self, size: int) -> bytes:
        """The next `size` bytes, or what is left; raises :class:`Crowded` where too many others are arriving."""
        self._enter()
        wanted = min(size, self.left)
        taken = self._source.read(wanted)
        self.left = self.left - len(taken) if len(taken) == wanted else 0
        if not self.left:
            self.leave()
        if len(taken) < wanted:
            message = "the request broke off"
            raise ConnectionError(message)
        return taken

    readline = read  # Django takes hold of it and never calls it

    def drop(self) -> None:
        """Takes in what is left and forgets it, unless it is more than anybody would send by mistake."""
        enough = max(self.left - _LINGER, 0)
        with suppress(ConnectionError, Crowded):
            while self.left > enough:
                self.read(_CHUNK)
        self.leave()

    def leave(self) -> None:
        """Nobody waits for this body any more."""
        if self._placed:
            self._placed = False
            _places.leave()

    def _enter(self) -> None:
        if self.left and not self._placed:
            _places.take()
            self._placed = True
