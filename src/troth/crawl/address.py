"""Addresses: which host is the site's own, which page is another, and how an address is shown."""

from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from troth.statement.letters import shown

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_LONGEST = 200
Origin = tuple[str, str, int]


class Address(NamedTuple):
    """An address, taken apart."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def origin(self) -> Origin:
        return self.scheme, self.host, self.port


def address(url: str) -> Address | None:
    """`url` taken apart; None for what is no address of the web."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return Address(parts.scheme, parts.hostname, port, parts.path or "/", parts.query) if parts.hostname else None


def told(url: str) -> str:
    """`url` as it is shown: no query, in which anything may stand, no fragment, nobody's name, not too long."""
    try:
        parts = urlsplit(url)
        plain = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    except ValueError:
        plain = "an address that cannot be read"
    text = shown(plain)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def without_fragment(url: str) -> str:
    """`url` without what only the browser reads."""
    return url.partition("#")[0]


def is_under(host: str, domain: str) -> bool:
    """Whether `host` is `domain` or within it."""
    return host == domain or host.endswith(f".{domain}")


class Own:
    """The hosts that are the site's own: its own, what is under it, and those that whoever asks has named."""

    def __init__(self, host: str, others: tuple[str, ...] = ()) -> None:
        self.host = host
        self._domains = tuple(name.lower().removeprefix("www.") for name in (host, *others))

    def __contains__(self, host: object) -> bool:
        return isinstance(host, str) and any(is_under(host, domain) for domain in self._domains)
