"""What a statement says may be on a visitor's device, and whom a page may ask: pure values."""

from collections.abc import Iterator

from troth.crawl.address import Own, is_under
from troth.crawl.seen import Stored
from troth.statement.compile import length
from troth.statement.model import Cookie, Statement

SELF = "self"
_PREFIXES = ("__Host-Http-", "__Http-", "__Host-", "__Secure-")
_DAY = 86_400


class Register:
    """The statement's ``cookies``, to be asked."""

    def __init__(self, statement: Statement, own: Own) -> None:
        self._rows = statement.cookies
        self._own = own
        self.asks = any(row.consent for row in self._rows.values())

    def row(self, stored: Stored) -> Cookie | None:
        """What it is registered as; an exact name goes before one that ends in ``*``. A prefix that browsers guard
        may be left out.
        """
        names = (stored.name, *(stored.name.removeprefix(prefix) for prefix in _PREFIXES))
        rows = [
            (name, row)
            for name, row in self._rows.items()
            if row.kind == stored.kind and self._is_of(row, stored.host) and any(_fits(name, one) for one in names)
        ]
        return max(rows, key=lambda found: (not found[0].endswith("*"), len(found[0])))[1] if rows else None

    def declared(self, host: str) -> list[Cookie]:
        """What is registered for this host of others."""
        return [row for row in self._rows.values() if row.host != SELF and is_under(host, row.host.lower())]

    def _is_of(self, row: Cookie, host: str) -> bool:
        return host in self._own if row.host == SELF else is_under(host, row.host.lower())


def outlives(row: Cookie, stored: Stored) -> bool:
    """Whether it stays for longer than is said, by more than a day: clocks differ."""
    if stored.days is None:
        return False
    allowed = 0 if row.lifetime in (None, "session") else length(row.lifetime).total_seconds() / _DAY
    return stored.days > allowed + (1 if allowed else 0)


def _fits(registered: str, name: str) -> bool:
    return name.startswith(registered[:-1]) if registered.endswith("*") else name == registered


def purposes(rows: list[Cookie]) -> Iterator[str]:
    """The purposes that need a yes for these."""
    yield from sorted({row.consent for row in rows if row.consent})
