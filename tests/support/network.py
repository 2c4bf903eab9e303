"""The test process reaches this machine only: its own servers on loopback and Unix sockets."""

import ipaddress
import sys
from typing import Any


class NetworkClosed(Exception):
    """A test tried to leave this machine."""


def close() -> None:
    """Refuses, from now on, every connection and name look-up of this process that leaves the machine."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        message = f"{host} is not this machine"
        raise NetworkClosed(message)


def _is_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name)).is_loopback
    except ValueError:
        return False
