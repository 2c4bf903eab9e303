"""Requests byte by byte: what no HTTP client sends, or not in this order."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.site import Running
from tests.support.waiting import WITHIN

RESET = struct.pack("ii", 1, 0)


def head(site: Running, path: str, kind: str, *lines: str, length: int | None = None) -> bytes:
    """The head of a POST to `path`; it says how long its body is, unless that is None."""
    announced = [] if length is None else [f"Content-Length: {length}"]
    host = f"Host: {site.url.removeprefix('http://')}"
    every = [f"POST {path} HTTP/1.1", host, f"Content-Type: {kind}", *announced, *lines, "", ""]
    return "\r\n".join(every).encode()


@contextmanager
def connected(site: Running) -> Iterator[socket.socket]:
    """A connection to the site."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=WITHIN) as connection:
        yield connection


def answer(connection: socket.socket) -> tuple[int, str]:
    """Status and body of the one answer that comes, as far as its head says that it goes."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += _more(connection)
    top, _, body = said.partition(b"\r\n\r\n")
    lengths = [line for line in top.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0].partition(b":")[2]):
        body += _more(connection)
    return int(top.split(b" ")[1]), body.decode()


def break_off(connection: socket.socket) -> None:
    """The sender is gone, without a word."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


def pour(connection: socket.socket, most: int) -> int:
    """Sends up to `most` bytes, until the other side will have no more; answers how many it took."""
    piece, sent = b"x" * 262_144, 0
    with suppress(ConnectionError):
        while sent < most:
            sent += connection.send(piece[: most - sent])
    return sent


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(65_536)
    assert part, "the connection ended before the answer did"
    return part
