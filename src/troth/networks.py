"""Network addresses: as bytes, cut, and as they are written; and how often a network is heard."""

import socket
from collections import Counter
from collections.abc import Mapping
from ipaddress import ip_address
from threading import Lock
from typing import Any, Final

_IPV4, _CUT, _CUT_IPV6 = 4, 3, 6
_IPV6: Final = 16
_MAPPED: Final = bytes(10) + b"\xff\xff"
_LOOPBACK: Final = bytes(15) + b"\x01"
_MINUTE: Final = 60
_MOST_PREFIXES: Final = 100_000


def sender(head: Mapping[str, Any], *, proxied: bool) -> str:
    """The address that a request with this head comes from; behind a proxy, the one that the proxy saw."""
    seen: str = head.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() if proxied else ""
    return seen or str(head.get("REMOTE_ADDR", ""))


def packed(address: str) -> bytes:
    """An address as 4 or 16 bytes; IPv4 that is written as IPv6 is IPv4. Nothing where it is none."""
    try:
        if ":" not in address:
            return socket.inet_pton(socket.AF_INET, address)
        found = socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):
        return b""
    return found.removeprefix(_MAPPED)


def cut(address: bytes) -> bytes:
    """The first 24 bits of an IPv4 address, the first 48 of another."""
    return address[: _CUT if len(address) == _IPV4 else _CUT_IPV6]


def named(prefix: bytes) -> str:
    """A prefix as it is written: ``192.0.2.0/24``, ``2001:db8:1::/48``."""
    if not prefix:
        return ""
    whole = _IPV4 if len(prefix) == _CUT else _IPV6
    return f"{ip_address(prefix.ljust(whole, bytes(1)))}/{len(prefix) * 8}"


def is_here(address: bytes) -> bool:
    """Whether it is this machine itself."""
    return address[:1] == b"\x7f" if len(address) == _IPV4 else address == _LOOPBACK


class Heard:
    """How often each network was heard within a minute: in memory, by the beginning of addresses alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._guard = Lock()
        self._minute = 0
        self._prefixes: Counter[bytes] = Counter()

    def again(self, address: bytes, at: float) -> bool:
        """Hears a network once more, unless it was as often as it may be in this minute. This machine always is."""
        if is_here(address):
            return True
        minute, prefix = int(at // _MINUTE), cut(address)
        with self._guard:
            if minute != self._minute:
                self._minute = minute
                self._prefixes.clear()
            self._prefixes[prefix] += 1
            return self._prefixes[prefix] <= self._most and len(self._prefixes) <= _MOST_PREFIXES
