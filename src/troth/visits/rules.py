"""What a visit is, as it is kept: nothing that leads to anybody. Pure: no Django, no store, no clock."""

from datetime import datetime
from typing import NamedTuple


class Visit(NamedTuple):
    """A page that was seen, or a key element that was used: only what the statement's `visits` declares.

    What is not declared is empty. The address is never in it; `prefix` is its first 24 bits (IPv4) or 48 (IPv6).
    """

    service: str
    at: datetime
    """UTC: the hour, where `time` is declared; otherwise the day."""
    page: str
    """A path without query and fragment."""
    referrer: str = ""
    """A path of this site, or the host of another."""
    country: str = ""
    isp: str = ""
    prefix: str = ""
    browser: str = ""
    element: str | None = None
    """The key element that was used; a page that was seen has none."""
    visitor: bytes = b""
    """16 bytes that are the same for one visitor on one day, under a salt that is gone after it."""
    person: str | None = None
    """Who agreed that their visits are joined. Such a visit shares its `visitor` with none that is not joined."""
