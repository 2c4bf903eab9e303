"""Network addresses: as bytes, cut, and as they are written. Pure."""

import socket
from ipaddress import ip_address
from typing import Final

_IPV4, _CUT, _CUT_IPV6 = 4, 3, 6
_IPV6: Final = 16
_MAPPED: Final = bytes(10) + b"\xff\xff"
_LOOPBACK: Final = bytes(15) + b"\x01"


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
