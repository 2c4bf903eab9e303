"""A small closed-loop load generator: so many connections, each sends, waits for the answer, sends again.

It shares the machine with what it measures, so it does as little as it can for an answer, and says how much of a
core it took: a rate is the server's own only while that is well below one.
"""

import gc
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import inf

_HEADERS_END, _LENGTH = b"\r\n\r\n", b"content-length: "


@dataclass
class Taken:
    """What a server did: the latency of each answer in ms, their statuses, how long it took, the generator's part."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[bytes, int] = field(default_factory=dict)
    seconds: float = 0.0
    busy: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    @property
    def p99(self) -> float:
        return sorted(self.latencies)[len(self.latencies) * 99 // 100]

    def __add__(self, other: "Taken") -> "Taken":
        """Two runs as one."""
        statuses = {
            one: self.statuses.get(one, 0) + other.statuses.get(one, 0) for one in self.statuses | other.statuses
        }
        together = self.latencies + other.latencies
        return Taken(together, statuses, self.seconds + other.seconds, max(self.busy, other.busy))


def run(port: int, requests: Iterator[bytes], *, connections: int, seconds: float = inf, answers: float = inf) -> Taken:
    """Sends `requests` over kept-alive connections to this machine's `port`, for `seconds` or until so many answers."""
    links = [_Link(port) for _ in range(connections)]
    by_number = {link.number: link for link in links}
    waiting = select.epoll()
    for number in by_number:
        waiting.register(number, select.EPOLLIN)
    gc.collect()
    gc.disable()
    try:
        taken = _driven(waiting, by_number, requests, seconds, answers)
    finally:
        gc.enable()
        for link in links:
            link.socket.close()
        waiting.close()
    return taken


def _driven(
    waiting: select.epoll, links: dict[int, "_Link"], requests: Iterator[bytes], seconds: float, answers: float
) -> Taken:
    taken = Taken()
    clock, latencies, statuses = time.perf_counter, taken.latencies, taken.statuses
    begun, worked = clock(), time.process_time()
    for link in links.values():
        link.send(next(requests))
    while clock() - begun < seconds and len(latencies) < answers:
        for number, _ in waiting.poll(1):
            link = links[number]
            status = link.answer()
            if status:
                latencies.append((clock() - link.sent) * 1000)
                statuses[status] = statuses.get(status, 0) + 1
                link.send(next(requests))
    taken.seconds = clock() - begun
    taken.busy = (time.process_time() - worked) / taken.seconds
    return taken


class _Link:
    """One connection, on which one request at a time is under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = self.socket.fileno()
        self.sent = 0.0
        self._come = b""

    def send(self, request: bytes) -> None:
        self._come = b""
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def answer(self) -> bytes:
        """The status of the answer once it is whole."""
        come = self._come = self._come + self.socket.recv(262_144)
        end = come.find(_HEADERS_END)
        if end < 0:
            return b""
        at = come.find(_LENGTH, 0, end)
        if at < 0:
            whole = come.endswith(b"0\r\n\r\n") or come[9:12] == b"204"
        else:
            at += len(_LENGTH)
            whole = len(come) - end - 4 >= int(come[at : come.index(b"\r", at)])
        return come[9:12] if whole else b""


def post(path: str, host: str, body: bytes) -> bytes:
    """A request as it goes over the wire."""
    lines = (
        f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}",
    )  # fmt: skip
    return "\r\n".join((*lines, "\r\n")).encode() + body


def get(path: str, host: str) -> bytes:
    """A request as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
